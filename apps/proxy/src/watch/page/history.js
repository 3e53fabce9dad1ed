// @ts-check

/** @typedef {import('../body-ledger.ts').LedgerSnapshot} LedgerSnapshot */

/**
 * One moment. `null`: the page had no word from the proxy.
 *
 * @typedef {object} Sample
 * @property {number} atMs
 * @property {number | null} responsesOutRate Bytes per second.
 * @property {number | null} requestsInRate Bytes per second.
 * @property {number | null} bufferedBytes
 * @property {number | null} limitBytes
 */

/** How far back the charts go. */
export const HISTORY_SECONDS = 120;
/** Over how long a rate is taken; a single interval between events would show the jitter of timers. */
const RATE_WINDOW_MS = 1000;

/** What the charts show: the last two minutes, the oldest first. */
export class History {
  /** @type {Sample[]} */
  #samples = [];
  /**
   * Since the last break, only as many as the rates need.
   *
   * @type {LedgerSnapshot[]}
   */
  #recent = [];

  /** @returns {readonly Sample[]} */
  get samples() {
    return this.#samples;
  }

  /**
   * @param {LedgerSnapshot} snapshot
   * @returns {{ responsesOutRate: number, requestsInRate: number }} Bytes per second, over the last second.
   */
  add(snapshot) {
    const last = this.#recent.at(-1);
    // Another start is another proxy, and its totals begin at zero. A clock that was set back tells no rates.
    if (last && (last.startedAtMs !== snapshot.startedAtMs || last.atMs > snapshot.atMs)) this.#clear();
    this.#recent.push(snapshot);
    const newestOld = this.#recent.findLastIndex(({ atMs }) => snapshot.atMs - atMs >= RATE_WINDOW_MS);
    this.#recent.splice(0, Math.max(0, newestOld));
    const [first = snapshot] = this.#recent;
    const seconds = (snapshot.atMs - first.atMs) / 1000;
    /** @type {(key: 'responsesOut' | 'requestsIn') => number} */
    const rate = (key) => (seconds > 0 ? Math.max(0, snapshot.bytes[key] - first.bytes[key]) / seconds : 0);
    const rates = { responsesOutRate: rate('responsesOut'), requestsInRate: rate('requestsIn') };
    this.#samples.push({
      atMs: snapshot.atMs,
      ...rates,
      bufferedBytes: snapshot.bufferedBytes,
      limitBytes: snapshot.bufferedLimitBytes,
    });
    const oldestMs = snapshot.atMs - HISTORY_SECONDS * 1000;
    this.#samples = this.#samples.filter(({ atMs }) => atMs >= oldestMs);
    return rates;
  }

  /** Leaves a gap: what comes next was not connected to what came before. */
  break() {
    const last = this.#recent.at(-1);
    this.#recent = [];
    if (!last) return;
    const nothing = { responsesOutRate: null, requestsInRate: null, bufferedBytes: null, limitBytes: null };
    this.#samples.push({ atMs: last.atMs + 1, ...nothing });
  }

  #clear() {
    this.#samples = [];
    this.#recent = [];
  }
}
