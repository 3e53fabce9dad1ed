import { describe, PipeError } from '../errors.ts';
import { isUint8Array } from '../bytes-like.ts';
import type { PipeWriter } from '../pipe-writer.ts';

/** Something that is asked for chunks, one at a time, and can be told to stop. */
export interface ChunkSource {
  /** The next chunk, or the end. A rejection is a failure, with that reason. */
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Nobody will ask again. What it throws or rejects with is nobody's concern any more. */
  stop(reason: unknown): unknown;
}

/**
 * Writes everything that `source` has into `writer`, asking only while the pipe has room. Never rejects: how it
 * went is what the pipe's reader sees.
 *
 * @param movesChunks Whether the chunks change owner; else they are copied.
 */
export async function pump(source: ChunkSource, writer: PipeWriter, movesChunks: boolean): Promise<void> {
  try {
    while (await writer.ready()) {
      const { done, value } = await source.next();
      if (done === true) {
        writer.end();
        return;
      }
      if (!isUint8Array(value)) throw notBytes(value);
      if (movesChunks) writer.write(value);
      else writer.writeCopy(value);
    }
  } catch (reason) {
    writer.fail(reason);
    stopQuietly(source, reason);
  }
}

/** For the cancel hook of the pipe: tells the source, and swallows what it has to say about it. */
export function stopQuietly(source: ChunkSource, reason: unknown): void {
  try {
    Promise.resolve(source.stop(reason)).catch(ignore);
  } catch {
    // It is being left; there is nobody to tell.
  }
}

function notBytes(chunk: unknown): PipeError {
  return new PipeError('ERR_PIPE_ARGUMENT', `A chunk is ${describe(chunk)}; it must be a Uint8Array`, {
    value: chunk,
  });
}

function ignore(): void {}
