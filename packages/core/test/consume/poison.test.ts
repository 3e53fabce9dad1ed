import { expect, test } from 'vitest';
import { batches } from '../../src/consume/batches.ts';
import { bytes } from '../../src/consume/bytes.ts';
import { pipeTo } from '../../src/consume/pipe-to.ts';
import { readExactly } from '../../src/consume/read-exactly.ts';
import { readUntil } from '../../src/consume/read-until.ts';
import { tee } from '../../src/consume/tee.ts';
import { text } from '../../src/consume/text.ts';
import { withIdleTimeout } from '../../src/consume/with-idle-timeout.ts';
import { createPipe } from '../../src/pipe.ts';
import type { PipeReader } from '../../src/pipe-reader.ts';
import { toReadableStream } from '../../src/web.ts';
import { passingStrategy } from '../array-strategy.ts';
import { ascii, utf8 } from './bodies.ts';

/** A body in a pipe where memory that is used after its time throws. */
function poisonedBody(...chunks: string[]): PipeReader {
  const { writer, reader } = createPipe(passingStrategy, { poison: true });
  for (const chunk of chunks) writer.write(utf8(chunk));
  writer.end();
  return reader;
}

const consumers: Record<string, (reader: PipeReader) => Promise<string>> = {
  bytes: async (reader) => ascii(await bytes(reader)),
  'bytes of a hinted length': async (reader) => ascii(await bytes(reader, { expectedBytes: 6 })),
  text,
  readExactly: async (reader) => ascii(await readExactly(reader, 6)),
  readUntil: async (reader) => ascii(await readUntil(reader, 'f', { includeDelimiter: true })),
  batches: async (reader) => {
    let all = '';
    for await (const batch of batches(reader)) all += batch.map(ascii).join('');
    return all;
  },
  pipeTo: async (reader) => {
    const to = createPipe(passingStrategy, { poison: true });
    const [, all] = await Promise.all([pipeTo(reader, to.writer), bytes(to.reader)]);
    return ascii(all);
  },
  tee: async (reader) => {
    const [a, b] = tee(reader, 2, { strategy: passingStrategy });
    const [all] = await Promise.all([bytes(a), bytes(b)]);
    return ascii(all);
  },
  withIdleTimeout: async (reader) => {
    let all = '';
    for await (const view of withIdleTimeout(reader, { idleTimeoutMs: 1_000 }).views()) all += ascii(view);
    return all;
  },
  'a stream': (reader) => new Response(toReadableStream(reader)).text(),
  'a stream into memory of the caller': async (reader) => {
    const stream = toReadableStream(reader).getReader({ mode: 'byob' });
    let all = '';
    for (;;) {
      const { done, value } = await stream.read(new Uint8Array(2));
      if (done) return all;
      all += ascii(value);
    }
  },
};

test.each(Object.entries(consumers))('%s never uses memory after its time', async (_name, consume) => {
  expect(await consume(poisonedBody('ab', 'cd', 'ef'))).toBe('abcdef');
});
