import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2, { type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { BodyCheck, demoPrefix } from './body-check.ts';
import { planIn, type Plan } from './plan.ts';

/** The server behind the proxy: does what the path says, and is torn down and started anew in between. */
export class SoakOrigin {
  /** How uploads ended here, by their number. */
  readonly uploads = new Map<number, 'whole' | 'wrong' | 'broken'>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<Http2Session>();
  /** The ports of both, when they are known. */
  #ports: readonly number[] = [0, 0];
  #restartedAtMs = -Infinity;
  #retiredAtMs = -Infinity;

  get url(): string {
    return `http://127.0.0.1:${this.#ports[0]}`;
  }

  get http2Url(): string {
    return `https://127.0.0.1:${this.#ports[1]}`;
  }

  async start(): Promise<void> {
    this.#servers.push(this.#http1(), this.#http2());
    this.#ports = await Promise.all(
      this.#servers.map(async (server, at) => {
        server.on('connection', (socket: Socket) => {
          this.#sockets.add(socket);
          socket.on('error', () => {});
          socket.on('close', () => this.#sockets.delete(socket));
        });
        server.listen(this.#ports[at], '127.0.0.1');
        await once(server, 'listening');
        return (server.address() as AddressInfo).port;
      }),
    );
  }

  #http1(): Server {
    return http.createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
      request.on('error', () => {});
      response.on('error', () => {});
      const plan = planIn(request.url ?? '/');
      if (plan.direction === 'download') void this.#send(plan, response);
      else this.#receive(plan, request, response);
    });
  }

  #http2(): Server {
    const server = http2.createSecureServer(tlsCertificate);
    server.on('sessionError', () => {});
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => {});
      session.on('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      const plan = planIn(headers[':path'] ?? '/');
      if (plan.direction === 'download') void this.#sendOver(plan, stream);
      else this.#receiveOver(plan, stream);
    });
    return server;
  }

  /** Every connection is reset: an orderly end would be the end of the bodies that have no other. */
  async stop(): Promise<void> {
    const closed = this.#servers.splice(0).map(async (server) => {
      server.close();
      await once(server, 'close');
    });
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await Promise.all(closed);
  }

  /** Closes its sessions of HTTP/2 in good order, as a server that is told to go does. */
  retire(): void {
    this.#retiredAtMs = performance.now();
    for (const session of this.#sessions) session.close();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
    this.#restartedAtMs = performance.now();
  }

  /**
   * Whether a restart may be to blame for an exchange that began then: a kept connection may be found dead a bit later. So may a
   * session that is closed in good order for an upload that crosses with that, since it is not sent a second time.
   */
  mayHaveBroken({ direction, origin }: Plan, startedAtMs: number): boolean {
    const isRetired = direction === 'upload' && origin === 'HTTP/2' && this.#retiredAtMs > startedAtMs - 1000;
    return isRetired || this.#restartedAtMs > startedAtMs - 1000;
  }

  async #send(plan: Plan, response: ServerResponse): Promise<void> {
    if (plan.framing === 'close') response.useChunkedEncodingByDefault = false;
    response.writeHead(200, {
      ...(plan.framing === 'length' ? { 'content-length': plan.size } : undefined),
      ...(plan.framing === 'close' ? { connection: 'close' } : undefined),
    });
    if (!(await pour(plan, response))) return;
    if (plan.break?.isReset === true) response.socket?.resetAndDestroy();
    else response.socket?.destroy();
  }

  async #sendOver(plan: Plan, stream: ServerHttp2Stream): Promise<void> {
    // Of a request that nobody reads, Node resets the stream when it has written the answer, and at times in front of its end.
    stream.resume();
    stream.respond({
      ':status': 200,
      ...(plan.framing === 'length' ? { 'content-length': plan.size } : undefined),
    });
    if (!(await pour(plan, stream))) return;
    // With INTERNAL_ERROR, or with NO_ERROR.
    stream.destroy(plan.break?.isReset === true ? new Error('The origin has broken off') : undefined);
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

  #receiveOver(plan: Plan, stream: ServerHttp2Stream): void {
    const check = new BodyCheck(plan.size);
    stream.on('data', (chunk: Uint8Array) => check.take(chunk));
    stream.on('end', () => {
      // Node says so of a stream that was given up with CANCEL as well.
      if (stream.aborted || stream.rstCode !== 0) return;
      this.uploads.set(plan.id, check.isWhole ? 'whole' : 'wrong');
      stream.respond({ ':status': 200 });
      stream.end(check.isWhole ? 'whole' : `wrong after ${check.bytes} of ${plan.size} bytes`);
    });
    stream.on('close', () => {
      if (!this.uploads.has(plan.id)) this.uploads.set(plan.id, check.isRight ? 'broken' : 'wrong');
    });
  }
}

/** Sends what the plan says, and ends it. @returns Whether it is to be broken off instead, and all that comes before is out. */
async function pour(plan: Plan, sink: Sink): Promise<boolean> {
  const breaks = plan.break?.by === 'origin' ? plan.break : undefined;
  for (const piece of demoPrefix(plan.size, breaks?.afterBytes ?? plan.size)) {
    if (!(await write(sink, piece))) return false;
  }
  if (breaks !== undefined) return flushed(sink);
  sink.end();
  return false;
}

/** What both protocols write to. */
export type Sink = Pick<Writable, 'write' | 'end' | 'on' | 'off' | 'destroyed'>;

/** False: the proxy has gone. */
export async function write(stream: Sink, bytes: Uint8Array): Promise<boolean> {
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
export function flushed(stream: Sink): Promise<boolean> {
  return new Promise((resolve) => {
    stream.on('close', () => resolve(false));
    stream.write('', () => resolve(!stream.destroyed));
  });
}
