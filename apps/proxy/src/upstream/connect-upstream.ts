import net from 'node:net';
import { tunnelOver, type Tunnel, type TunnelResponse } from '@millrace/client';
import type { ConnectConfig } from '../config/config-schema.ts';
import { Refusal } from '../policy/refusal.ts';
import type { RequestHead } from '../policy/request-head.ts';
import type { RequestParts } from './request-parts.ts';
import type { BodyPipe, RouteUpstream } from './route.ts';
import { upstreamFailure } from './upstream-failure.ts';

/** What CONNECT leads to: TCP connections to hosts and ports that are listed, and to no others. */
export class ConnectUpstream implements RouteUpstream {
  readonly name = 'CONNECT';
  readonly origins: readonly string[];
  readonly #connectTimeoutMs: number;
  readonly #open = new Set<Tunnel>();

  constructor({ targets, connectTimeoutMs }: ConnectConfig) {
    this.origins = targets.map((target) => target.toLowerCase());
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /** @param target Host and port, as `db.example:5432`. `*.example:443` in the list is for every host below it. */
  leadsTo(target: string): boolean {
    const wanted = target.toLowerCase();
    return this.origins.some((listed) =>
      listed.startsWith('*.')
        ? wanted.endsWith(listed.slice(1)) && wanted.length >= listed.length
        : wanted === listed,
    );
  }

  async request(
    { path: target }: RequestHead,
    { signal, onPaused, onServer }: RequestParts,
    pipe: BodyPipe,
  ): Promise<TunnelResponse> {
    onServer?.(target);
    const socket = await this.#connect(target, signal);
    const { strategy, highWaterMark, lowWaterMark } = pipe;
    const tunnel = tunnelOver(socket, { strategy, pipe: { highWaterMark, lowWaterMark }, onPaused });
    const abort = (): void => tunnel.destroy(signal.reason);
    signal.addEventListener('abort', abort);
    this.#open.add(tunnel);
    void tunnel.closed.then(() => {
      signal.removeEventListener('abort', abort);
      this.#open.delete(tunnel);
    });
    return { status: 200, statusText: '', headers: {}, rawHeaders: [], tunnel };
  }

  /** Waits for the tunnels that are open. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#open, ({ closed }) => closed));
  }

  /** Breaks them off. */
  destroy(reason: unknown): void {
    for (const tunnel of this.#open) tunnel.destroy(reason);
  }

  /** Rejects with the reason of the signal, or a `Refusal`. */
  #connect(target: string, signal: AbortSignal): Promise<net.Socket> {
    const colon = target.lastIndexOf(':');
    const host = target.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    const port = Number(target.slice(colon + 1));
    // Small pieces one after another, as in a handshake, would wait for each other's acknowledgement.
    const socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true });
    return new Promise((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      };
      const giveUp = (reason: unknown): void => {
        over();
        socket.destroy();
        reject(reason);
      };
      const abort = (): void => giveUp(signal.reason);
      const timer = setTimeout(
        () => giveUp(new Refusal(504, `The target ${target} did not accept a connection in time.`)),
        this.#connectTimeoutMs,
      );
      signal.addEventListener('abort', abort);
      socket.on('error', (cause) => giveUp(upstreamFailure(cause, target).refusal));
      socket.once('connect', () => {
        over();
        resolve(socket);
      });
    });
  }
}
