import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { PipeReader } from '@millrace/core';
import { failOnReset, resetConnection, sendBody, type SendSummary } from '@millrace/core/node';
import { pairsOf, rejectHeaders, valuesOf } from '../policy/header-lines.ts';
import { refusalAnswer, type Refusal } from '../policy/refusal.ts';
import { ClientLeft, type ClientTunnel, type Downstream } from '../relay/downstream.ts';
import { receiveBody, type ReceiveBodyOptions, type ReceivedBody } from '../relay/receive-body.ts';
import type { ClientRequest } from './client-request.ts';
import { writeEarlyHints } from './early-hints.ts';
import { LeaveSignal } from './leave-signal.ts';
import { closeByHalves, linger } from './linger.ts';

/** Arbitrary interim answers; Node has it since 24.18. */
interface Informing {
  writeInformation?(status: number, headers: readonly string[]): void;
}

export interface Http1Facts {
  readonly expectsContinue?: boolean;
  /** Whether Node has handed its connection over for a tunnel. */
  readonly isHandedOver?: boolean;
}

/** An exchange over HTTP/1, behind node:http. */
export class Http1Downstream implements Downstream {
  readonly request: ClientRequest;
  readonly hasBody: boolean;
  readonly expectsContinue: boolean;
  readonly upgrade: string | undefined;
  readonly closed: Promise<void>;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse & Informing;
  readonly #leaving = new LeaveSignal();
  #isSwitched = false;

  constructor(message: IncomingMessage, response: ServerResponse, facts: Http1Facts = {}) {
    const { headers, socket } = message;
    const { expectsContinue = false, isHandedOver = false } = facts;
    const isConnect = message.method === 'CONNECT';
    this.#message = message;
    this.#response = response;
    this.expectsContinue = expectsContinue;
    this.upgrade = isHandedOver && !isConnect ? headers.upgrade : undefined;
    // They say so by a length or by chunks (RFC 9112 §6.3).
    this.hasBody =
      !isConnect &&
      (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);
    this.request = {
      method: message.method ?? 'GET',
      target: message.url ?? '/',
      authority: undefined,
      rawHeaders: message.rawHeaders,
      httpVersion: message.httpVersion === '1.0' ? '1.0' : '1.1',
      peerAddress: socket.remoteAddress,
      isEncrypted: (socket as Partial<TLSSocket>).encrypted === true,
    };
    // Errors are said again by `close`; one that nobody listens to would end the process.
    response.on('error', () => {});
    this.closed = new Promise((resolve) => {
      const onClose = (): void => {
        response.off('close', onClose);
        socket.off('close', onClose);
        resolve();
        if (response.writableFinished || this.#isSwitched) return;
        // Not before an upload that has broken off with it has failed for that.
        process.nextTick(() => this.#leaving.abort(new ClientLeft()));
      };
      response.on('close', onClose);
      // A response that waits for the one before it (pipelining) hears nothing of the connection on Node 22, nor does one
      // anywhere that has let go of it for a tunnel.
      if (response.socket === null || isHandedOver) socket.on('close', onClose);
    });
    if (this.upgrade !== undefined) this.#heedEnd();
  }

  /**
   * Whoever ends before an upgrade is granted can never speak what was asked for. Nobody reads the connection yet, and an end
   * is heard of only by who does; what comes before it waits there. A tunnel of CONNECT may well go in one direction alone.
   */
  #heedEnd(): void {
    const { socket } = this.#message;
    socket.once('end', () => {
      if (!this.#isSwitched && !this.#response.headersSent) this.#leaving.abort(new ClientLeft());
    });
    socket.read(0);
  }

  get left(): AbortSignal {
    return this.#leaving;
  }

  get isUnanswered(): boolean {
    return !this.#response.headersSent && !this.left.aborted && !this.#message.socket.destroyed;
  }

  get status(): number | undefined {
    return this.#response.headersSent ? this.#response.statusCode : undefined;
  }

  receive(options: ReceiveBodyOptions): ReceivedBody {
    const message = this.#message;
    const length = message.headers['content-length'];
    return receiveBody(message, options, {
      expectedBytes: length === undefined ? undefined : Number(length),
      isWhole: () => message.complete,
      trailers: () => message.rawTrailers,
      // The response knows of a lost connection at once, the request two ticks later: by then the exchange may have
      // been given up because of it, and an upload that broke off would count as one that nobody wanted.
      alsoClosedBy: this.#response,
    });
  }

  inform(status: number, headers: readonly string[]): void {
    // Clients of HTTP/1.0 know of no interim answers (RFC 9110 §15.2).
    if (this.request.httpVersion === '1.0' || !this.isUnanswered) return;
    const response = this.#response;
    if (status === 100) response.writeContinue();
    // They are no body that could be paused. Who does not take them, or waits for another answer first, goes without.
    else if (response.writableLength >= response.writableHighWaterMark) return;
    else if (response.writeInformation !== undefined) response.writeInformation(status, headers);
    else if (status === 103) writeEarlyHints(response, headers);
  }

  begin(status: number, statusText: string, headers: string[]): void {
    closeByHalves(this.#message);
    this.#response.writeHead(status, asReceived(statusText), this.#withFitTrailers(headers));
  }

  /** Node has room for trailers behind chunks alone, and throws when some are announced elsewhere. */
  #withFitTrailers(headers: string[]): string[] {
    if (valuesOf(headers, 'trailer').length === 0) return headers;
    const { httpVersion, method } = this.request;
    const isChunked =
      httpVersion === '1.1' && method !== 'HEAD' && valuesOf(headers, 'content-length').length === 0;
    return isChunked ? headers : rejectHeaders(headers, (name) => name === 'trailer');
  }

  answer(status: number, statusText: string, headers: string[]): void {
    this.begin(status, statusText, headers);
    this.#response.end();
  }

  whenStuck(idleTimeoutMs: number, onStuck: () => void): void {
    const response = this.#response;
    // Node's own timer, which knows of bytes that the system has taken in the middle of a write.
    response.setTimeout(idleTimeoutMs, () => {
      // Where nothing waits for the client, it is the upstream's turn.
      if (response.writableLength > 0) onStuck();
    });
  }

  send(reader: PipeReader, trailers: () => readonly string[]): Promise<SendSummary> {
    const response = this.#response;
    // Node holds the head back for the first bytes, to send both at once. When there are none yet, it goes alone.
    if (reader.size === 0) response.flushHeaders();
    return sendBody(reader, response, {
      beforeEnd: () => response.addTrailers([...pairsOf(trailers())]),
    });
  }

  openTunnel(headers: readonly string[]): ClientTunnel {
    const { socket } = this.#message;
    const response = this.#response;
    this.#isSwitched = true;
    if (this.upgrade === undefined) {
      // Nothing frames what follows the answer to CONNECT (RFC 9110 §9.3.6).
      response.useChunkedEncodingByDefault = false;
      response.removeHeader('connection');
      response.writeHead(200, 'Connection Established', [...headers]);
    } else {
      response.writeHead(101, ['connection', 'upgrade', 'upgrade', this.upgrade, ...headers]);
    }
    response.flushHeaders();
    response.detachSocket(socket);
    failOnReset(socket);
    return {
      duplex: socket,
      wasReset: () => socket.errored !== null,
      isWhole: () => socket.readableEnded && socket.writableFinished,
      reset: () => resetConnection(socket),
    };
  }

  refuse(refusal: Refusal): void {
    const { status, title, headers, body } = refusalAnswer(refusal);
    // Where one request is not understood, nobody knows where the next one begins.
    if (refusal.status === 400 || refusal.status === 501) this.#response.shouldKeepAlive = false;
    closeByHalves(this.#message);
    this.#response.writeHead(status, title, headers).end(body);
  }

  breakOff(): void {
    resetConnection(this.#message.socket);
  }

  release(): void {
    linger(this.#message);
  }
}

/**
 * As the upstream sent it, each byte a character: one in another language than English is no reason to refuse an answer.
 *
 * @param statusText Decoded as UTF-8.
 */
function asReceived(statusText: string): string {
  return /^[\x20-\x7e]*$/.test(statusText) ? statusText : Buffer.from(statusText).toString('latin1');
}
