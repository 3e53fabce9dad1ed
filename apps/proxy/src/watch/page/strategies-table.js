// @ts-check
import { formatBytes, formatCount, formatDuration } from './format.js';

/** @typedef {import('../body-ledger.ts').StrategyFigures} StrategyFigures */

/** How the bodies of each strategy did, a row each, in the order in which they were first used. */
export class StrategiesTable {
  #rows;
  /** What the columns are called; on a narrow screen each figure says it itself. */
  #labels;
  /** @type {Map<string, HTMLTableRowElement>} */
  #rowOf = new Map();

  /** @param {HTMLTableSectionElement} rows */
  constructor(rows) {
    this.#rows = rows;
    const [head] = rows.closest('table')?.tHead?.rows ?? [];
    this.#labels = Array.from(head?.cells ?? [], ({ textContent }) => textContent ?? '').slice(1);
  }

  /** @param {readonly StrategyFigures[]} strategies */
  show(strategies) {
    const present = new Set(strategies.map(({ strategy }) => strategy));
    for (const [strategy, row] of this.#rowOf) {
      if (present.has(strategy)) continue;
      row.remove();
      this.#rowOf.delete(strategy);
    }
    for (const figures of strategies) this.#fill(this.#row(figures.strategy), figures);
  }

  /**
   * @param {string} strategy
   * @returns {HTMLTableRowElement}
   */
  #row(strategy) {
    const known = this.#rowOf.get(strategy);
    if (known) return known;
    const row = document.createElement('tr');
    const name = document.createElement('th');
    name.scope = 'row';
    name.textContent = strategy;
    row.append(name);
    for (const label of this.#labels) {
      const cell = row.insertCell();
      cell.className = 'number';
      cell.dataset.label = label;
    }
    row.dataset.strategy = strategy;
    this.#rows.append(row);
    this.#rowOf.set(strategy, row);
    return row;
  }

  /**
   * @param {HTMLTableRowElement} row
   * @param {StrategyFigures} figures
   */
  #fill(row, figures) {
    const { open, bufferedBytes, bodies, failed, deliveredBytes, producerPausedMs, consumerWaitingMs } =
      figures;
    const texts = [
      formatCount(open),
      formatBytes(bufferedBytes),
      formatCount(bodies),
      formatCount(failed),
      formatBytes(deliveredBytes),
      formatDuration(producerPausedMs),
      formatDuration(consumerWaitingMs),
    ];
    for (const [at, text] of texts.entries()) {
      const cell = row.cells[at + 1];
      if (cell) cell.textContent = text;
    }
  }
}
