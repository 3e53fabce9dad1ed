import type { PipeWriter } from '@millrace/core';
import type { AgentOptions } from './agent.ts';
import { ReadMemory } from './read-memory.ts';

/**
 * So much of a body moves where it can, unless it is known to be longer. A body that is over with its first reads has no use
 * for memory that is used again: what it is copied into is new for every body. With copies, bodies of 64 KiB took 2 to
 * 14 % more of the proxy's time.
 */
const MOVED_BYTES = 131_072;

/**
 * Writes a chunk of a connection that `readsOwnMemory`, which nobody else gets: moves it, or copies its bytes and lets
 * go of the memory they were read into.
 *
 * @param bodyBytes So long is the body at least: up to the end of this chunk, or as long as was declared; `Infinity`: it is
 *   large anyhow.
 */
export function writeRead(writer: PipeWriter, chunk: Uint8Array, bodyBytes: number): void {
  const isShort = bodyBytes <= MOVED_BYTES;
  if ((isShort || !ReadMemory.holds(chunk)) && mayChangeOwner(chunk)) {
    ReadMemory.giveAway(chunk);
    // Consumers get a plain Uint8Array: `slice` and `toString` of a Buffer mean something else.
    writer.write(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
  } else {
    writer.writeCopy(chunk);
    ReadMemory.letGo(chunk);
  }
}

/**
 * Whether a chunk that undici delivers may change owner, or its bytes have to be copied.
 *
 * undici cuts body chunks out of what `socket.read()` returned, without copying (`wasm_on_body` in its
 * lib/dispatcher/client-h1.js; the Milo parser alike), so the chunks of one read share memory with each other,
 * with the framing between them, and with what is still to be parsed:
 *
 *     one read   │ head │ chunk A │ CRLF 8000 CRLF │ chunk B │
 *                        copied                     may move
 *
 * The memory of a read is not written to while anybody looks at it (socket-reads.ts), so the only danger is the next
 * owner, who may transfer it to another thread: whatever is behind the chunk would be gone before it is parsed
 * (undici puts it back into the socket while the body is paused). So a chunk moves only when nothing is behind
 * it. What is before it has been parsed, copied, or decoded. A chunk that shows under half of the memory is
 * copied too: it would pin more than it holds.
 */
export function mayChangeOwner(chunk: Uint8Array): boolean {
  const { byteLength } = chunk.buffer;
  const end = ReadMemory.endOfRead(chunk) ?? byteLength;
  return chunk.byteOffset + chunk.length === end && chunk.length * 2 >= byteLength;
}

/**
 * Whether the connections of an agent read into memory as described above. Not so HTTP/2, whose streams share what
 * their session reads, a connector of the user's, and pipelining, where the front of a read may be another body.
 */
export function readsOwnMemory({ allowH2, h2Options, connect, pipelining = 1 }: AgentOptions = {}): boolean {
  return allowH2 !== true && h2Options?.useH2c !== true && typeof connect !== 'function' && pipelining <= 1;
}
