/**
 * Of the HTML report, as it runs in the browser. The player shows the state that a step left behind: what a correct
 * subject holds, and beside it how much this one says it holds.
 */
export const pageScript: string = `
'use strict';
const { timelines } = JSON.parse(document.getElementById('data').textContent);
const MOST_CELLS = 40;
const NOTHING = { buffered: [0, 0] };

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function bytes(count) {
  return count + (count === 1 ? ' byte' : ' bytes');
}

function rowOf(step, isLoss) {
  const cell = element('span', '', (step.isFailure ? '✗ ' : '') + (step.text || ''));
  if (step.answer) cell.append(element('span', 'answer', (step.text ? ' → ' : '→ ') + step.answer));
  if (isLoss) cell.append(' ', element('b', 'loss', 'bytes lost here'));
  const item = element('li', [step.side, step.isFailure ? 'failure' : '', isLoss ? 'losing' : ''].join(' '));
  if (step.side === 'consumer') item.append(element('span'));
  if (step.depth) cell.style.paddingInlineStart = step.depth * 1.2 + 'em';
  item.append(cell);
  return item;
}

function stateAt(steps, at) {
  for (let index = at; index >= 0; index -= 1) if (steps[index].state) return steps[index].state;
  return NOTHING;
}

/** Where each byte is, by its place in the stream. */
function placeOf(offset, { buffered: [from], delivered = from }, lost) {
  if (lost && offset >= lost.from && offset < lost.to) return 'lost';
  return offset < delivered ? 'past' : offset < from ? 'going' : 'held';
}

const places = { past: 'with the consumer', going: 'on the way', held: 'held', lost: 'lost' };

function stream(state, lost, isStore) {
  const [from, to] = state.buffered;
  const first = Math.max(0, Math.min(from - 8, to - MOST_CELLS), to - MOST_CELLS * 2);
  const cells = element('div', 'cells');
  if (first > 0) cells.append(element('span', 'more', '… ' + bytes(first) + ' before'));
  const counts = { past: first };
  for (let offset = 0; offset < to; offset += 1) {
    const place = placeOf(offset, state, lost);
    if (offset >= first) {
      counts[place] = (counts[place] || 0) + 1;
      const cell = element('span', place, String(offset));
      cell.title = 'byte at offset ' + offset + ': ' + places[place];
      cells.append(cell);
    }
  }
  if (to === 0) cells.append(element('span', 'more', 'nothing written yet'));
  const key = element('p', 'key');
  for (const [place, count] of Object.entries(counts)) {
    if (count > 0) key.append(element('span', place, count + ' ' + (isStore && place === 'past' ? 'taken out' : places[place])));
  }
  cells.setAttribute('aria-hidden', 'true');
  return to === 0 ? [cells] : [cells, key];
}

/** How full the buffer is, against its marks; a bar over the larger of the high mark and the content. */
function gauge(state) {
  const [from, to] = state.buffered;
  const held = to - from;
  const says = state.size === undefined ? held : state.size;
  const text = element('p', '', 'must hold ' + bytes(held));
  if (says !== held) text.append(', ', element('b', 'fail', 'says it holds ' + says));
  if (!state.marks) return [text];
  const [low, high] = state.marks;
  const full = Math.max(high, held, says, 1);
  const bar = element('div', 'bar');
  const fill = element('span', 'fill' + (held >= high ? ' over' : ''));
  fill.style.width = (100 * held) / full + '%';
  bar.append(fill);
  for (const [name, mark] of [['low', low], ['high', high]]) {
    const tick = element('span', 'tick ' + name, element('span', '', (name === 'low' ? 'resume ' : 'pause ') + mark));
    tick.style.left = (100 * mark) / full + '%';
    bar.append(tick);
  }
  bar.setAttribute('aria-hidden', 'true');
  if (state.cost !== undefined) text.append('; says it costs ' + state.cost);
  text.append(
    '; pause at ' + high + ', resume at ' + low + ' ',
    element('span', 'chip ' + (state.paused ? 'paused' : 'flowing'), state.paused ? 'paused' : 'not paused'),
  );
  return [bar, text];
}

function line(label, ...content) {
  return element('div', 'line', element('span', 'label', label), element('div', '', ...content));
}

for (const player of document.querySelectorAll('.player')) {
  const { steps, lost } = timelines[Number(player.dataset.timeline)];
  const isStore = steps.every(({ side }) => side === 'store');
  const list = player.querySelector('.timeline');
  const range = player.querySelector('input');
  const shown = player.querySelector('.state');
  const rows = steps.map((step, index) => rowOf(step, lost !== null && lost.step === index));
  list.append(...rows);
  const show = (at) => {
    const step = steps[at];
    const state = stateAt(steps, at);
    range.value = String(at + 1);
    player.querySelector('output').textContent = 'step ' + (at + 1) + ' of ' + steps.length;
    player.querySelector('.back').disabled = at === 0;
    player.querySelector('.on').disabled = at === steps.length - 1;
    rows.forEach((item, index) => {
      item.classList.toggle('now', index === at);
      item.classList.toggle('later', index > at);
      if (index === at) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
    });
    shown.replaceChildren(
      line('stream', ...stream(state, lost !== null && at >= lost.step ? lost : null, isStore)),
      line('buffer', ...gauge(state)),
    );
    if (!isStore) {
      const waiting = (state.waiting || []).map((text) => element('span', 'chip', text));
      shown.append(
        line('waiting', ...(waiting.length > 0 ? waiting : ['no call'])),
        line('state', element('span', 'chip', state.terminal || 'open')),
      );
    }
    if (step.isFailure) shown.append(line('broken', element('b', 'fail', step.text), ' where the law wants: ' + (step.answer || '').replace(/^expected /, '')));
    const { offsetTop, offsetHeight } = rows[at];
    const top = offsetTop - list.offsetTop;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + offsetHeight - list.clientHeight;
  };
  const last = steps.length - 1;
  const now = () => Number(range.value) - 1;
  const move = (to) => show(Math.min(last, Math.max(0, to)));
  range.addEventListener('input', () => show(now()));
  player.querySelector('.back').addEventListener('click', () => move(now() - 1));
  player.querySelector('.on').addEventListener('click', () => move(now() + 1));
  rows.forEach((item, index) => item.addEventListener('click', () => show(index)));
  player.addEventListener('keydown', (event) => {
    if (event.target === range || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = now();
    const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  show(last);
}

// Who follows a cell of the matrix can use the arrow keys at once.
function focusTarget() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const player = target && target.querySelector('.player');
  if (player) player.focus({ preventScroll: true });
}
addEventListener('hashchange', focusTarget);
focusTarget();

for (const button of document.querySelectorAll('.copy')) {
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = 'copied';
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = 'selected';
    }
  });
}
`;
