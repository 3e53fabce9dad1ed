import {
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { errors } from 'undici';
import { headerRecordOf } from './raw-headers.ts';
import type { TrailerSource } from './request-trailers.ts';

type Request = ClientHttp2Session['request'];

/**
 * What Node's stream gets at a time. From 10 MB on that its streams have got and not sent, a session resets every answer, with
 * `ENHANCE_YOUR_CALM`: 100 streams of so much are two thirds of that. What waits in front of the stream does not count.
 */
export const MOST_WRITTEN_BYTES = 65_536;

/** One of the ways to call `write`; what follows the bytes is passed on as it is. */
type WriteBytes = (chunk: Uint8Array, ...rest: never[]) => boolean;

type Listen = (event: string, listener: (...args: never[]) => void) => ClientHttp2Stream;

/** What a server has said of all streams of its session. */
export interface SessionState {
  /** The last stream that it has looked at, or may still look at. */
  lastStreamId: number;
}

/** The request that a stream is made for: what undici leaves out of it, and who wants to know. */
export interface StreamedRequest {
  /** Sent behind the last byte; undici sends none. */
  readonly trailers: TrailerSource | undefined;
  /** Asks for `100 Continue`. The body waits for it by itself. */
  readonly expectsContinue: boolean;
  /** Says that trailers are welcome. */
  readonly acceptsTrailers: boolean;
  /** Is for the server as a whole. */
  readonly asteriskForm: boolean;
  /** The server has ended its side: all that it sends has come, read or not. */
  onStreamEnd(): void;
}

/**
 * A stream of undici's whose ends mean what they say, in both directions.
 *
 * What comes in: Node takes `RST_STREAM` with the codes `NO_ERROR` and `CANCEL` for an end (`onStreamClose` and
 * `_destroy` in its lib/internal/http2/core.js end the readable side as a frame with `END_STREAM` does), so a body
 * without a length that a server gave up in the middle would look whole. What differs is the order:
 *
 *     END_STREAM   push(null)                   the stream is not closed yet
 *     RST_STREAM   closed, with a code ─▶ push(null)
 *
 * What goes out: undici gives a stream up by `close()`, for which Node sends an empty frame with `END_STREAM` before the
 * reset, so an upload that broke off would look whole to the server. `destroy` sends the reset alone. Its code is
 * `INTERNAL_ERROR`, since servers on Node take `CANCEL` for an end as well; `CANCEL` goes behind a whole request.
 *
 * What has come in: it is delivered, whatever becomes of the stream while it waits for a slow reader.
 *
 * What waits to go out: Node is given little of a body at a time, however much undici has of it.
 */
export class GuardedStream {
  readonly stream: ClientHttp2Stream;
  readonly #session: SessionState;
  readonly #aborter = new AbortController();
  #wasEnded = false;
  #receivedBytes = 0;
  #isTunnel = false;

  constructor(
    request: Request,
    headers: OutgoingHttpHeaders | undefined,
    options: Parameters<Request>[1],
    streamed: StreamedRequest | undefined,
    session: SessionState,
  ) {
    this.#session = session;
    const { trailers, expectsContinue, acceptsTrailers, asteriskForm } = streamed ?? {};
    const added: OutgoingHttpHeaders = { ...headers };
    if (expectsContinue === true) added['expect'] = '100-continue';
    if (acceptsTrailers === true) added['te'] = 'trailers';
    if (asteriskForm === true) added[':path'] = '*';
    this.stream = request(added, {
      ...options,
      signal: this.#aborter.signal,
      waitForTrailers: trailers !== undefined,
    });
    this.#watchEnd(streamed);
    this.#keepReceived();
    this.#cutWrites();
    this.#stopTimerFirst();
    this.stream.close = () => this.cancel();
    if (trailers !== undefined) {
      this.stream.once('wantTrailers', () => this.stream.sendTrailers(headerRecordOf(trailers())));
    }
  }

  /** Whether the server has ended its side itself. */
  get wasEnded(): boolean {
    return this.#wasEnded;
  }

  /** Bytes of the body that have come, those included that wait to be read. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Whether the server has said that it has not looked at the request, or has got nothing of it (RFC 9113 §8.7). */
  get wasRefused(): boolean {
    const { id, rstCode } = this.stream;
    return rstCode === constants.NGHTTP2_REFUSED_STREAM || (id ?? Infinity) > this.#session.lastStreamId;
  }

  /** Whether the request has been handed over to its last byte. Node says that it is ended also when a reset has cut it off. */
  get isSent(): boolean {
    const { writableEnded, writableFinished, closed } = this.stream;
    return writableFinished || (writableEnded && !closed);
  }

  /** The stream is handed over as it is, to somebody who takes its end for what it is: it must not end by a reset. */
  becomeTunnel(): void {
    this.#isTunnel = true;
  }

  /** What has come and was not read, of a stream that nobody listens to any more; piece by piece, `null` behind the last. */
  takeUnread(): Buffer | null {
    return this.stream.read() as Buffer | null;
  }

  /** Gives both sides up. Does nothing when they are over. */
  cancel(): void {
    if (this.isSent) this.#aborter.abort();
    else this.stream.destroy(new errors.RequestAbortedError());
  }

  #cutWrites(): void {
    const { stream } = this;
    // It would hand over all that waits, as if it had not been cut.
    Reflect.set(stream, '_writev', undefined);
    const write: WriteBytes = stream.write.bind(stream);
    const writeInPieces: WriteBytes = (chunk, ...rest) => {
      let at = 0;
      if (chunk instanceof Uint8Array) {
        for (; chunk.length - at > MOST_WRITTEN_BYTES; at += MOST_WRITTEN_BYTES) {
          write(chunk.subarray(at, at + MOST_WRITTEN_BYTES));
        }
      }
      return write(at === 0 ? chunk : chunk.subarray(at), ...rest);
    };
    stream.write = writeInPieces;
  }

  /**
   * Node stops no timer of a stream that is destroyed already, and destroys one before it stops its timer: until that would have
   * rung, minutes later, the stream was kept, with all that waits in it and all that it belongs to.
   */
  #stopTimerFirst(): void {
    const { stream } = this;
    const destroy = stream.destroy.bind(stream);
    stream.destroy = (reason) => {
      stream.setTimeout(0);
      return destroy(reason);
    };
  }

  /**
   * undici listens to no more data when trailers have come, or a reset while the request is under way (`aborted` for Node): what
   * waits for a slow reader would be gone. Behind the end its listener does nothing.
   */
  #keepReceived(): void {
    const { stream } = this;
    const off = stream.off.bind(stream) as Listen;
    stream.off = (event: string, listener: (...args: never[]) => void) =>
      event === 'data' ? stream : off(event, listener);
  }

  #watchEnd(streamed: StreamedRequest | undefined): void {
    const { stream } = this;
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
      const isReset = stream.closed || stream.destroyed;
      if (chunk instanceof Uint8Array) this.#receivedBytes += chunk.length;
      if (chunk === null && isReset && this.#isTunnel && !this.#wasEnded) {
        // Not here: Node has not done with the stream.
        queueMicrotask(() => stream.destroy(new errors.SocketError('the stream was reset before its end')));
        return false;
      }
      const takesMore = push(chunk, encoding);
      if (chunk === null && !isReset && !this.#wasEnded) {
        this.#wasEnded = true;
        streamed?.onStreamEnd();
      }
      return takesMore;
    };
  }
}
