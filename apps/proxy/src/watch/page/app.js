// @ts-check
import { BodiesTable } from './bodies-table.js';
import { Chart } from './chart.js';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.js';
import { History } from './history.js';
import { StrategiesTable } from './strategies-table.js';
import { StrategySwitch } from './strategy-switch.js';

/** @typedef {import('../proxy-snapshot.ts').ProxySnapshot} ProxySnapshot */

/** When the browser has given up, as it does on an answer that is no event stream. */
const RETRY_AFTER_MS = 2000;
/** The bar of all buffered bytes goes beyond the limit, so that going over it can be seen. */
const BAR_SPAN = 1.15;

const history = new History();
const bodies = new BodiesTable(
  byId('bodies'),
  /** @type {HTMLTemplateElement} */ (document.querySelector('#body-row')),
);
const strategies = new StrategiesTable(/** @type {HTMLTableSectionElement} */ (byId('strategies')));
const strategySwitch = new StrategySwitch(/** @type {HTMLFormElement} */ (byId('strategy-switch')));
const rates = new Chart({
  root: byId('rates-chart'),
  readout: byId('rates-readout'),
  format: formatRate,
  lines: [
    { key: 'responsesOutRate', label: 'Responses out', color: '--out', isFilled: true },
    { key: 'requestsInRate', label: 'Requests in', color: '--in' },
  ],
});
const buffered = new Chart({
  root: byId('buffered-chart'),
  readout: byId('buffered-readout'),
  format: formatBytes,
  lines: [
    { key: 'bufferedBytes', label: 'Buffered', color: '--buffer', isFilled: true },
    { key: 'limitBytes', label: 'Limit', color: '--muted', isDashed: true },
  ],
});

listen();

function listen() {
  const events = new EventSource('events');
  events.addEventListener('message', ({ data }) => {
    setConnection('live');
    show(/** @type {ProxySnapshot} */ (JSON.parse(String(data))));
  });
  events.addEventListener('error', () => {
    setConnection('disconnected, retrying');
    history.break();
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_AFTER_MS);
  });
}

/** @param {string} state */
function setConnection(state) {
  // Only a change is worth announcing to those who listen to the page.
  if (byId('connection').textContent !== state) byId('connection').textContent = state;
  document.body.dataset.connection = state === 'live' ? 'live' : 'lost';
}

/** @param {ProxySnapshot} snapshot */
function show(snapshot) {
  const { open, slow, bytes, outcomes } = snapshot;
  const { responsesOutRate, requestsInRate } = history.add(snapshot);
  showStrategy(snapshot);
  setNumber('responses-out-rate', responsesOutRate, formatRate);
  setNumber('requests-in-rate', requestsInRate, formatRate);
  setNumber('responses-out-bytes', bytes.responsesOut, formatBytes);
  setNumber('requests-in-bytes', bytes.requestsIn, formatBytes);
  setNumber('open-responses', open.responses, formatCount);
  setNumber('open-requests', open.requests, formatCount);
  setText('open-responses-noun', open.responses === 1 ? 'response' : 'responses');
  setText('open-requests-noun', open.requests === 1 ? 'request' : 'requests');
  setNumber('resident', snapshot.residentBytes, formatBytes);
  setNumber('uptime', snapshot.atMs - snapshot.startedAtMs, formatDuration);
  setNumber('producers-paused', slow.producersPaused, formatCount);
  setNumber('producers-paused-ms', slow.producerPausedMs, formatDuration);
  setNumber('consumers-waiting', slow.consumersWaiting, formatCount);
  setNumber('consumers-waiting-ms', slow.consumerWaitingMs, formatDuration);
  for (const direction of /** @type {const} */ (['requests', 'responses'])) {
    for (const outcome of /** @type {const} */ (['ended', 'failed', 'cancelled'])) {
      setNumber(`${direction}-${outcome}`, outcomes[direction][outcome], formatCount);
    }
  }
  showBuffered(snapshot);
  showBodies(snapshot);
  strategies.show(snapshot.strategies);
  strategySwitch.offer(snapshot.knownStrategies);
  rates.show(history.samples);
  buffered.show(history.samples);
}

/** @param {ProxySnapshot} snapshot */
function showStrategy({ strategy, traits, upstream }) {
  setText('strategy', strategy);
  setText('upstream', upstream);
  setText('trait-put', traits.put === 'takes' ? 'takes over chunks' : 'copies in');
  setText('trait-take', traits.take === 'gives' ? 'gives memory away' : 'copies out');
  setText('trait-fixed', traits.fixed ? 'fixed memory' : 'memory grows');
  setText('trait-amplification', `costs up to ${traits.amplification}× its bytes`);
  byId('trait-shared').hidden = traits.shared !== true;
}

/** @param {ProxySnapshot} snapshot */
function showBuffered({ bufferedBytes, bufferedLimitBytes, highWaterMark, lowWaterMark }) {
  setNumber('buffered', bufferedBytes, formatBytes);
  setNumber('buffered-limit', bufferedLimitBytes, formatBytes);
  setNumber('low-mark', lowWaterMark, formatBytes);
  setNumber('high-mark', highWaterMark, formatBytes);
  const bar = byId('buffered-bar');
  const share = bufferedLimitBytes === 0 ? 0 : bufferedBytes / bufferedLimitBytes;
  bar.style.setProperty('--share', String(Math.min(1, share / BAR_SPAN)));
  bar.style.setProperty('--low', String(lowWaterMark / highWaterMark / BAR_SPAN));
  bar.style.setProperty('--high', String(1 / BAR_SPAN));
  bar.dataset.level = share > 1 ? 'over' : share * highWaterMark > lowWaterMark ? 'high' : 'low';
  bar.setAttribute('aria-valuenow', String(bufferedBytes));
  bar.setAttribute('aria-valuemax', String(Math.max(1, bufferedBytes, bufferedLimitBytes)));
  bar.setAttribute('aria-valuetext', `${formatBytes(bufferedBytes)} of ${formatBytes(bufferedLimitBytes)}`);
}

/** @param {ProxySnapshot} snapshot */
function showBodies(snapshot) {
  bodies.show(snapshot);
  const open = snapshot.open.requests + snapshot.open.responses;
  byId('no-bodies').hidden = open > 0;
  byId('bodies-table').hidden = open === 0;
  const shown = snapshot.bodies.length;
  setText('bodies-count', shown < open ? `the ${shown} slowest of ${formatCount(open)}` : String(open));
}

/**
 * @param {string} id Of a `data` element, whose value stays exact.
 * @param {number} value
 * @param {(value: number) => string} format
 */
function setNumber(id, value, format) {
  /** @type {HTMLDataElement} */ (byId(id)).value = String(value);
  setText(id, format(value));
}

/**
 * @param {string} id
 * @param {string} text
 */
function setText(id, text) {
  byId(id).textContent = text;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function byId(id) {
  const element = document.querySelector(`#${id}`);
  if (element instanceof HTMLElement) return element;
  throw new TypeError(`The page has no #${id}.`);
}
