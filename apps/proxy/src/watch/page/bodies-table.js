// @ts-check
import { formatBytes, formatDuration } from './format.js';

/** @typedef {import('../body-ledger.ts').BodySnapshot} BodySnapshot */
/** @typedef {import('../body-ledger.ts').LedgerSnapshot} LedgerSnapshot */

/** A body's bar goes beyond the high-water mark, which the chunk that reaches it may overshoot. */
const BAR_SPAN = 1.5;

/** The open bodies, a row each. A row stays the same element as long as its body is open. */
export class BodiesTable {
  #rows;
  #template;
  /** @type {Map<number, HTMLElement>} */
  #rowOf = new Map();

  /**
   * @param {HTMLElement} rows
   * @param {HTMLTemplateElement} template One row, with a `data-cell` for each thing shown.
   */
  constructor(rows, template) {
    this.#rows = rows;
    this.#template = template;
  }

  /** @param {LedgerSnapshot} snapshot */
  show({ bodies }) {
    const open = new Set(bodies.map(({ id }) => id));
    for (const [id, row] of this.#rowOf) {
      if (open.has(id)) continue;
      row.remove();
      this.#rowOf.delete(id);
    }
    for (const [at, body] of bodies.entries()) {
      const row = this.#row(body);
      this.#fill(row, body);
      // Moved only when it is elsewhere: a row that is put in again loses what is selected in it.
      if (this.#rows.children[at] !== row) this.#rows.insertBefore(row, this.#rows.children[at] ?? null);
    }
  }

  /**
   * @param {BodySnapshot} body
   * @returns {HTMLElement}
   */
  #row({ id, direction, method, path }) {
    const known = this.#rowOf.get(id);
    if (known) return known;
    const [row] = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true)).children;
    if (!(row instanceof HTMLElement)) throw new TypeError('The template of a row is empty.');
    row.dataset.id = String(id);
    row.dataset.direction = direction;
    row.dataset.path = path;
    cell(row, 'direction').textContent = direction === 'request' ? '↑ in' : '↓ out';
    cell(row, 'method').textContent = method;
    cell(row, 'path').textContent = path;
    cell(row, 'path').title = path;
    this.#rowOf.set(id, row);
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {BodySnapshot} body
   */
  #fill(row, body) {
    const { deliveredBytes, expectedBytes, bufferedBytes, highWaterMark, lowWaterMark } = body;
    cell(row, 'paused').textContent = formatDuration(body.producerPausedMs);
    cell(row, 'idle').textContent = formatDuration(body.consumerWaitingMs);
    cell(row, 'age').textContent = formatDuration(body.ageMs);
    cell(row, 'progress').textContent =
      expectedBytes === null
        ? `${formatBytes(deliveredBytes)} so far`
        : `${formatBytes(deliveredBytes)} of ${formatBytes(expectedBytes)}`;
    cell(row, 'progress-bar').hidden = expectedBytes === null;
    setShare(cell(row, 'progress-bar'), expectedBytes ? deliveredBytes / expectedBytes : 0);
    const buffered = /** @type {HTMLDataElement} */ (cell(row, 'buffered'));
    buffered.value = String(bufferedBytes);
    buffered.textContent = formatBytes(bufferedBytes);
    const bar = cell(row, 'buffered-bar');
    setShare(bar, bufferedBytes / highWaterMark / BAR_SPAN);
    bar.style.setProperty('--low', String(lowWaterMark / highWaterMark / BAR_SPAN));
    bar.style.setProperty('--high', String(1 / BAR_SPAN));
    const waiting = cell(row, 'waiting');
    waiting.textContent = whoWaits(body);
    waiting.dataset.state = body.producerPaused ? 'paused' : body.consumerWaiting ? 'waiting' : 'flowing';
  }
}

/**
 * @param {BodySnapshot} body
 * @returns {string}
 */
function whoWaits({ direction, producerPaused, consumerWaiting }) {
  const [producer, consumer] = direction === 'request' ? ['client', 'upstream'] : ['upstream', 'client'];
  if (producerPaused) return `${producer} paused`;
  return consumerWaiting ? `${consumer} waiting` : 'flowing';
}

/**
 * @param {HTMLElement} bar
 * @param {number} share
 */
function setShare(bar, share) {
  bar.style.setProperty('--share', String(Math.min(1, share)));
}

/**
 * @param {HTMLElement} row
 * @param {string} name
 * @returns {HTMLElement}
 */
function cell(row, name) {
  const element = row.querySelector(`[data-cell="${name}"]`);
  if (element instanceof HTMLElement) return element;
  throw new TypeError(`The template of a row has no ${name}.`);
}
