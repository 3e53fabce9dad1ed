import type { ServerResponse } from 'node:http';

/** How often subscribers hear. */
const EVERY_MS = 250;

/**
 * Sends what `current` gives to every subscriber as server-sent events: once at the beginning, then four times a
 * second. Does nothing while nobody listens, and skips a subscriber that has not taken what it was sent before.
 */
export class LiveEvents {
  readonly #current: () => unknown;
  readonly #subscribers = new Set<ServerResponse>();
  #ticking: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(current: () => unknown) {
    this.#current = current;
  }

  subscribe(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // So that nginx, put in front of this, does not hold events back.
      'x-accel-buffering': 'no',
    });
    response.write(this.#event());
    if (this.#isClosed) {
      response.end();
      return;
    }
    this.#subscribers.add(response);
    response.on('error', () => {});
    const { socket } = response.req;
    const leave = (): void => {
      response.off('close', leave);
      socket.off('close', leave);
      this.#subscribers.delete(response);
      if (this.#subscribers.size === 0) this.#stop();
    };
    response.on('close', leave);
    // One that waits for the one before it (pipelining) hears nothing of the connection on Node 22.
    if (response.socket === null) socket.on('close', leave);
    this.#ticking ??= setInterval(() => this.#tick(), EVERY_MS).unref();
  }

  /** Ends every stream with a last event. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
    if (this.#subscribers.size === 0) return;
    const event = this.#event();
    for (const subscriber of this.#subscribers) subscriber.end(event);
  }

  #tick(): void {
    const event = this.#event();
    for (const subscriber of this.#subscribers) {
      if (!subscriber.writableNeedDrain) subscriber.write(event);
    }
  }

  #stop(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  #event(): string {
    return `data: ${JSON.stringify(this.#current())}\n\n`;
  }
}
