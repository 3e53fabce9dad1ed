/**
 * Of the HTML report, as it runs in the browser. The player shows the state that a step left behind: what a correct
 * subject holds, and beside it how much this one says it holds.
 */
export const pageScript: string = `
'use strict';
const { timelines } = JSON.parse(document.getElementById('data').textContent);
const MOST_CELLS = 48;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function row(step) {
  const item = element('li', [step.side, step.isFailure ? 'failure' : ''].join(' '));
  const cell = element('span');
  cell.append((step.isFailure ? '✗ ' : '') + (step.text || ''));
  if (step.answer) cell.append(element('span', 'answer', (step.text ? ' → ' : '→ ') + step.answer));
  if (step.side === 'consumer') item.append(element('span'));
  item.append(cell);
  return item;
}

/** Byte cells by stream offset: with the consumer, on their way to it, held, and lost. */
function cells(state, isFailure) {
  const [from, to] = state.buffered;
  const delivered = state.delivered === undefined ? from : state.delivered;
  const line = element('div', 'cells');
  const missing = state.size === undefined ? 0 : Math.max(0, to - from - state.size);
  const first = Math.max(0, Math.min(delivered, to - 1) - 8, to - MOST_CELLS);
  if (first > 0) line.append(element('span', 'more', first + ' before'));
  for (let offset = first; offset < to; offset += 1) {
    const isLost = offset >= delivered && (isFailure || (offset >= from && offset < from + missing));
    const place = offset < delivered ? 'past' : offset < from ? 'going' : 'held';
    line.append(element('span', isLost ? 'lost' : place, String(offset)));
  }
  if (to === 0) line.append(element('span', 'more', 'nothing written yet'));
  return line;
}

function line(label, text, className) {
  const made = element('p');
  made.append(element('span', 'label', label), element('span', className, text));
  return made;
}

function stateOf(steps, at) {
  for (let index = at; index >= 0; index -= 1) if (steps[index].state) return steps[index].state;
  return { buffered: [0, 0] };
}

for (const player of document.querySelectorAll('.player')) {
  const steps = timelines[Number(player.dataset.timeline)];
  const list = player.querySelector('.timeline');
  const range = player.querySelector('input');
  const shown = player.querySelector('.state');
  const rows = steps.map(row);
  list.append(...rows);
  const show = (at) => {
    const step = steps[at];
    const state = stateOf(steps, at);
    const [from, to] = state.buffered;
    range.value = String(at);
    player.querySelector('output').textContent = 'step ' + (at + 1) + ' of ' + steps.length;
    player.querySelector('.back').disabled = at === 0;
    player.querySelector('.on').disabled = at === steps.length - 1;
    rows.forEach((item, index) => {
      item.classList.toggle('now', index === at);
      item.classList.toggle('later', index > at);
      if (index === at) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
    });
    const isFailure = step.isFailure === true;
    const delivered = state.delivered === undefined ? from : state.delivered;
    const parts = [delivered + ' with the consumer', !isFailure && from > delivered && from - delivered + ' on the way', to - from + ' held'];
    const held = 'of ' + to + ' bytes: ' + parts.filter(Boolean).join(', ') + (isFailure && to > delivered ? '; ' + (to - delivered) + ' never came' : '');
    const differs = state.size !== undefined && state.size !== to - from;
    shown.replaceChildren(
      line('buffer', held + (differs ? '; the subject says it holds ' + state.size : ''), differs ? 'fail' : ''),
      cells(state, isFailure),
    );
    if (state.marks) {
      shown.append(
        line('marks', 'pause at ' + state.marks[1] + ', resume at ' + state.marks[0] + (state.paused ? '; paused' : '; not paused')),
        line('waiting', (state.waiting || []).join(', ') || 'no call'),
        line('state', state.terminal || 'open'),
      );
    }
    if (isFailure) shown.append(line('broken', step.text + ' — ' + step.answer, 'fail'));
    const current = rows[at];
    const { offsetTop, offsetHeight } = current;
    const top = offsetTop - list.offsetTop;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + offsetHeight - list.clientHeight;
  };
  const move = (by) => show(Math.min(steps.length - 1, Math.max(0, Number(range.value) + by)));
  range.addEventListener('input', () => show(Number(range.value)));
  player.querySelector('.back').addEventListener('click', () => move(-1));
  player.querySelector('.on').addEventListener('click', () => move(1));
  rows.forEach((item, index) => item.addEventListener('click', () => show(index)));
  player.tabIndex = 0;
  player.addEventListener('keydown', (event) => {
    if (event.target === range) return;
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(by);
  });
  show(steps.length - 1);
}

for (const button of document.querySelectorAll('.copy')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = 'copied';
  });
}
`;
