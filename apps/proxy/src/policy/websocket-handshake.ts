import { createHash, randomBytes } from 'node:crypto';
import { rejectHeaders, valuesOf } from './header-lines.ts';
import { Refusal } from './refusal.ts';

/** By RFC 6455 §1.3: only who knows the protocol knows it. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * The proof that an upstream of HTTP/1.1 speaks WebSocket, for a client of HTTP/2, where there is none (RFC 8441 §5): the
 * proxy asks for it in place of the client, and keeps the answer to itself.
 */
export class WebSocketHandshake {
  readonly #key = randomBytes(16).toString('base64');

  /** The headers of the request, with a key of the proxy's. */
  request(headers: readonly string[]): string[] {
    return [...rejectHeaders(headers, isProof), 'sec-websocket-key', this.#key];
  }

  /**
   * The headers of the answer that go on.
   *
   * @throws Refusal 502 when the upstream has not understood what it was asked.
   */
  response(rawHeaders: readonly string[]): string[] {
    const expected = createHash('sha1').update(`${this.#key}${GUID}`).digest('base64');
    if (valuesOf(rawHeaders, 'sec-websocket-accept').join(', ').trim() !== expected) {
      throw new Refusal(
        502,
        'The upstream has switched protocols without the proof that it speaks WebSocket.',
      );
    }
    return rejectHeaders(rawHeaders, isProof);
  }
}

function isProof(lowerCaseName: string): boolean {
  return lowerCaseName === 'sec-websocket-key' || lowerCaseName === 'sec-websocket-accept';
}
