import { Dispatcher } from 'undici';

/** Takes a request out of undici's queue, if it still waits for a connection there. */
export type LeaveQueue = (reason: Error) => void;

/** Gets what undici's own functions dispatch. */
class Probe extends Dispatcher {
  options: object = {};

  override dispatch(options: object): boolean {
    this.options = options;
    return true;
  }
}

/**
 * The option by which undici's own functions are told how a request leaves the queue for a connection. Without it, one that was
 * given up waits on with all that belongs to it for as long as every connection is taken: for good, where they carry events.
 *
 * undici does not export the symbol, so it is looked for in what `request` dispatches. `undefined`: this undici has none.
 */
export const queuedAbort: symbol | undefined = symbolOfRequest();

function symbolOfRequest(): symbol | undefined {
  const probe = new Probe();
  const { signal } = new AbortController();
  probe.request({ origin: 'http://localhost', path: '/', method: 'GET', signal }, () => {});
  return Object.getOwnPropertySymbols(probe.options).find(
    ({ description }) => description === 'queued abort',
  );
}
