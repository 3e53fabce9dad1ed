import type { Duplex } from 'node:stream';
import type { PipeReader } from '@millrace/core';
import type { SendSummary } from '@millrace/core/node';
import type { ClientRequest } from '../listener/client-request.ts';
import type { Refusal } from '../policy/refusal.ts';
import type { ReceiveBodyOptions, ReceivedBody } from './receive-body.ts';

/** The client's side of one exchange, the same over every version of HTTP. */
export interface Downstream {
  readonly request: ClientRequest;
  /** Whether a body follows the head of the request. */
  readonly hasBody: boolean;
  /** Whether the client waits for `100 Continue` before it sends its body. */
  readonly expectsContinue: boolean;
  /** Fires when the client leaves before it has the whole answer, with a `ClientLeft`. */
  readonly left: AbortSignal;
  /** Whether an answer may still be begun. */
  readonly isUnanswered: boolean;
  /** The status that was sent, interim ones aside. */
  readonly status: number | undefined;
  /** Settles when nothing more goes either way: the answer is with the system, or never will be. */
  readonly closed: Promise<void>;

  /**
   * The protocol that the client asks to go on with and may be given; then there is no body. Over HTTP/2 it asks for it
   * by `CONNECT` (RFC 8441), and its request is given as the `GET` that it would be over HTTP/1.1.
   */
  readonly upgrade: string | undefined;

  /** Reads the body of the request into a pipe. To be called at once, when there is one. */
  receive(options: ReceiveBodyOptions): ReceivedBody;
  /** Sends an interim answer (1xx). Does nothing where there may be none. @param headers Flat, as `rawHeaders`. */
  inform(status: number, headers: readonly string[]): void;
  /** Sends the head of an answer whose body follows. @param headers Flat, as `rawHeaders`; given away. */
  begin(status: number, statusText: string, headers: string[]): void;
  /** Sends an answer that is no more than its head, and ends with it. @param headers As above. */
  answer(status: number, statusText: string, headers: string[]): void;
  /**
   * Calls back when the client has taken nothing of what has been sent to it for `idleTimeoutMs`, or up to twice as long. To be
   * called before the answer is begun.
   */
  whenStuck(idleTimeoutMs: number, onStuck: () => void): void;
  /**
   * Sends the body, no faster than the client takes it. One that fails or is short breaks the answer off: the client
   * never sees a clean end. Settles when all of that is done.
   *
   * @param trailers Asked for when the body is whole; flat, as `rawHeaders`.
   */
  send(reader: PipeReader, trailers: () => readonly string[]): Promise<SendSummary>;
  /**
   * Grants the tunnel that was asked for, by `upgrade` or `CONNECT`. The connection or stream is the caller's from then
   * on, what the client has sent ahead first.
   *
   * @param headers Flat, as `rawHeaders`; without those of the connection.
   */
  openTunnel(headers: readonly string[]): ClientTunnel;
  /** Answers in place of the upstream. Nothing may have been sent yet. */
  refuse(refusal: Refusal): void;
  /** Breaks the answer off, so that the client cannot take it for whole. */
  breakOff(): void;
  /** The exchange is over, and what is left of the request's body wanted by nobody. */
  release(): void;
}

/** The client's end of a tunnel. */
export interface ClientTunnel {
  readonly duplex: Duplex;
  /** Whether the end that is read there is no end: the client has given its stream up. */
  readonly wasReset: () => boolean;
  /** Whether both directions have come to their ends, once it is closed. */
  readonly isWhole: () => boolean;
  /** Breaks it off, for both directions. */
  readonly reset: () => void;
}

/** Why an upstream request is aborted or a body cancelled. */
export class ClientLeft extends Error {
  override readonly name = 'ClientLeft';

  constructor() {
    super('The client closed the connection before it had the whole answer');
  }
}
