import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BodyCheck, demoPrefix } from './body-check.ts';
import { planIn, type Plan } from './plan.ts';

/** The server behind the proxy: does what the path says, and is torn down and started anew in between. */
export class SoakOrigin {
  /** How uploads ended here, by their number. */
  readonly uploads = new Map<number, 'whole' | 'wrong' | 'broken'>();
  #server: http.Server | undefined;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #restartedAtMs = -Infinity;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = http.createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      request.on('error', () => {});
      response.on('error', () => {});
      const plan = planIn(request.url ?? '/');
      if (plan.direction === 'download') void this.#send(plan, response);
      else this.#receive(plan, request, response);
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Every connection is reset: an orderly end would be the end of the bodies that have no other. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
    this.#restartedAtMs = performance.now();
  }

  /** Whether a restart may be to blame for an exchange that began then: a kept connection may be found dead a bit later. */
  mayHaveBroken(startedAtMs: number): boolean {
    return this.#restartedAtMs > startedAtMs - 1000;
  }

  async #send(plan: Plan, response: ServerResponse): Promise<void> {
    if (plan.framing === 'close') response.useChunkedEncodingByDefault = false;
    response.writeHead(200, {
      ...(plan.framing === 'length' ? { 'content-length': plan.size } : undefined),
      ...(plan.framing === 'close' ? { connection: 'close' } : undefined),
    });
    const breaks = plan.break?.by === 'origin' ? plan.break : undefined;
    for (const piece of demoPrefix(plan.size, breaks?.afterBytes ?? plan.size)) {
      if (!(await write(response, piece))) return;
    }
    if (breaks === undefined) {
      response.end();
      return;
    }
    if (!(await flushed(response))) return;
    if (breaks.isReset) response.socket?.resetAndDestroy();
    else response.socket?.destroy();
  }

  #receive(plan: Plan, request: IncomingMessage, response: ServerResponse): void {
    const check = new BodyCheck(plan.size);
    request.on('data', (chunk: Uint8Array) => check.take(chunk));
    request.on('end', () => {
      if (!request.complete) return;
      this.uploads.set(plan.id, check.isWhole ? 'whole' : 'wrong');
      response.end(check.isWhole ? 'whole' : `wrong after ${check.bytes} of ${plan.size} bytes`);
    });
    request.on('close', () => {
      if (!this.uploads.has(plan.id)) this.uploads.set(plan.id, check.isRight ? 'broken' : 'wrong');
    });
  }
}

/** False: the proxy has gone. */
export async function write(stream: http.OutgoingMessage, bytes: Uint8Array): Promise<boolean> {
  if (stream.write(bytes)) return !stream.destroyed;
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off('drain', settle);
      stream.off('close', settle);
      resolve(!stream.destroyed);
    };
    stream.on('drain', settle);
    stream.on('close', settle);
    if (stream.destroyed) settle();
  });
}

/** Waits until everything written is with the system. False: the proxy has gone. */
export function flushed(stream: http.OutgoingMessage): Promise<boolean> {
  return new Promise((resolve) => {
    stream.on('close', () => resolve(false));
    stream.write('', () => resolve(!stream.destroyed));
  });
}
