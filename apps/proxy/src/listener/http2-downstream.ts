import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { PipeReader } from '@millrace/core';
import { sendBody, type SendSummary } from '@millrace/core/node';
import { pairsOf } from '../policy/header-lines.ts';
import { refusalAnswer, type Refusal } from '../policy/refusal.ts';
import { ClientLeft, type ClientTunnel, type Downstream } from '../relay/downstream.ts';
import { receiveBody, type ReceiveBodyOptions, type ReceivedBody } from '../relay/receive-body.ts';
import type { ClientRequest } from './client-request.ts';
import { MOST_QUEUED_FRAMES } from './http2-limits.ts';

/** How often an answer that has ended is looked after until it is out. */
const LOOK_AGAIN_MS = 5;

/** An exchange over HTTP/2: one stream of a session. */
export class Http2Downstream implements Downstream {
  readonly request: ClientRequest;
  readonly hasBody: boolean;
  readonly expectsContinue: boolean;
  readonly upgrade: string | undefined;
  readonly closed: Promise<void>;
  readonly #stream: ServerHttp2Stream;
  readonly #declaredBytes: string | undefined;
  readonly #leaving = new AbortController();
  #status: number | undefined;
  #isTunnel = false;
  #trailers: () => readonly string[] = () => [];
  #receivedTrailers: readonly string[] = [];

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[]) {
    const socket = stream.session?.socket;
    const { ':protocol': protocol, ':authority': authority, ':path': path } = headers;
    const asksForTunnel = headers[':method'] === 'CONNECT';
    this.#stream = stream;
    this.#declaredBytes = headers['content-length'];
    this.upgrade = asksForTunnel && protocol !== undefined ? String(protocol) : undefined;
    // What follows the head of a CONNECT is what goes through the tunnel.
    this.hasBody = !asksForTunnel && !stream.endAfterHeaders;
    // Of a request that nobody reads, Node resets the stream in front of the last frame of its answer.
    if (stream.endAfterHeaders) stream.resume();
    this.expectsContinue = headers.expect?.toLowerCase() === '100-continue';
    this.request = {
      method: this.upgrade === undefined ? (headers[':method'] ?? '') : 'GET',
      // Without a protocol, CONNECT has no path (RFC 9113 §8.5).
      target: path ?? authority ?? '',
      authority,
      rawHeaders: withWholeCookies(rawHeaders, headers.cookie),
      httpVersion: '2.0',
      peerAddress: socket?.remoteAddress,
      isEncrypted: true,
    };
    // Errors are said again by `close`; one that nobody listens to would end the process.
    stream.on('error', () => {});
    // Node ends the answer when the client gives its stream up, as if that was all of it.
    stream.on('aborted', () => stream.destroy());
    stream.on('wantTrailers', () => stream.sendTrailers(recordOf(this.#trailers())));
    stream.on('trailers', (_headers: IncomingHttpHeaders, _flags: number, rawTrailers?: string[]) => {
      this.#receivedTrailers = rawTrailers ?? [];
    });
    this.closed = new Promise((resolve) => {
      stream.on('close', () => {
        resolve();
        if (this.#isTunnel || (stream.writableFinished && !stream.aborted)) return;
        // Not before an upload that has broken off with it has failed for that.
        process.nextTick(() => this.#leaving.abort(new ClientLeft()));
      });
    });
  }

  get left(): AbortSignal {
    return this.#leaving.signal;
  }

  get isUnanswered(): boolean {
    return !this.#stream.headersSent && !this.#stream.closed && !this.#stream.destroyed;
  }

  get status(): number | undefined {
    return this.#status;
  }

  receive(options: ReceiveBodyOptions): ReceivedBody {
    const stream = this.#stream;
    return receiveBody(stream, options, {
      expectedBytes: this.#declaredBytes === undefined ? undefined : Number(this.#declaredBytes),
      // A stream that the client gives up ends for its reader as well.
      isWhole: () => stream.readableEnded && !stream.aborted,
      trailers: () => this.#receivedTrailers,
    });
  }

  inform(status: number, headers: readonly string[]): void {
    const stream = this.#stream;
    if (!this.isUnanswered) return;
    // They are no body that could be paused. Who does not take them goes without.
    const { outboundQueueSize = 0 } = stream.session?.state ?? {};
    if (status !== 100 && outboundQueueSize > MOST_QUEUED_FRAMES) return;
    stream.additionalHeaders({ ':status': status, ...recordOf(headers) });
  }

  begin(status: number, _statusText: string, headers: readonly string[]): void {
    this.#stream.respond({ ':status': status, ...recordOf(headers) }, { waitForTrailers: true });
    this.#status = status;
  }

  answer(status: number, _statusText: string, headers: readonly string[]): void {
    this.#stream.respond({ ':status': status, ...recordOf(headers) }, { endStream: true });
    this.#status = status;
  }

  whenStuck(idleTimeoutMs: number, onStuck: () => void): void {
    const stream = this.#stream;
    let hasMoved = false;
    let waitingBytes = 0;
    // Node's own timer goes by the whole session.
    const timer = setTimeout(() => {
      // An end that is not out counts as well.
      const bytes = stream.writableLength + (stream.writableFinished && !this.#isOut ? 1 : 0);
      const isStuck = bytes > 0 && bytes === waitingBytes && !hasMoved;
      hasMoved = false;
      waitingBytes = bytes;
      if (isStuck) onStuck();
      else timer.refresh();
    }, idleTimeoutMs).unref();
    stream.on('drain', () => {
      hasMoved = true;
    });
    stream.on('close', () => clearTimeout(timer));
  }

  send(reader: PipeReader, trailers: () => readonly string[]): Promise<SendSummary> {
    return sendBody(reader, this.#stream, {
      beforeEnd: () => {
        this.#trailers = trailers;
      },
    });
  }

  openTunnel(headers: readonly string[]): ClientTunnel {
    const stream = this.#stream;
    this.#isTunnel = true;
    this.#status = 200;
    stream.respond({ ':status': 200, ...recordOf(headers) });
    const wasReset = (): boolean => stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR;
    return {
      duplex: stream,
      wasReset,
      // Node may close a stream of which both ends have gone out before it says that it has finished writing.
      isWhole: () => stream.readableEnded && stream.writableEnded && !wasReset(),
      reset: () => this.breakOff(),
    };
  }

  refuse(refusal: Refusal): void {
    const { status, title, headers, body } = refusalAnswer(refusal);
    this.begin(status, title, headers);
    this.#stream.end(body);
  }

  breakOff(): void {
    // `close` would send an end in front of the reset.
    this.#stream.destroy(new Error('The exchange was broken off'));
  }

  /** Asks the client to stop sending, once the answer is out (RFC 9113 §8.1). */
  release(): void {
    const stream = this.#stream;
    if (stream.readableEnded || stream.destroyed) return;
    // `close` would wait until the reset is with the system, which is never where a client takes nothing any more, or is gone. What
    // is destroyed is reset all the same, behind what is under way.
    if (this.#isOut) stream.destroy();
    else setTimeout(() => this.release(), LOOK_AGAIN_MS).unref();
  }

  /**
   * Node says nothing when the frame that ends the answer has gone out, which may take until a slow client reads. Closed
   * before that, the stream would end without it.
   */
  get #isOut(): boolean {
    return this.#stream.state.localClose === 1;
  }
}

/** Cookies, which HTTP/2 may cut into several lines, are one line again (RFC 9113 §8.2.3). No pseudo headers. */
function withWholeCookies(rawHeaders: readonly string[], cookie: string | undefined): string[] {
  const headers: string[] = [];
  for (const [name, value] of pairsOf(rawHeaders)) {
    if (!name.startsWith(':') && name !== 'cookie') headers.push(name, value);
  }
  if (cookie !== undefined) headers.push('cookie', cookie);
  return headers;
}

/** Headers by lower-case name, as HTTP/2 has them, with an array where there is more than one line. */
function recordOf(headers: readonly string[]): OutgoingHttpHeaders {
  const record: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairsOf(headers)) {
    const key = name.toLowerCase();
    const before = record[key];
    record[key] = before === undefined ? value : [before, value].flat();
  }
  return record;
}
