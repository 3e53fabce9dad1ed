import { createPipe } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { detectHost, traceDigest } from '../src/index.ts';
import type { TraceDigest } from '../src/index.ts';
import { createPlainPipe } from './pipes/plain-pipe.ts';
import { growingStrategy } from './stores/growing-store.ts';
import { listStrategy } from './stores/list-store.ts';

describe('a digest of traces', () => {
  it('is the same every time, whatever else the runtime lets the suite do', { timeout: 0 }, async () => {
    const first = await traceDigest(growingStrategy, { createPipe });
    const { onMacrotask } = detectHost();
    const bare = await traceDigest(growingStrategy, { createPipe, host: { onMacrotask } });
    expect(bare).toEqual(first);
    expect(first.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(first.runs).toBeGreaterThan(5000);
  });

  it(
    'shows where a pipe answers one microtask later, or a store in other parts',
    { timeout: 0 },
    async () => {
      const differing = (one: TraceDigest, other: TraceDigest): readonly string[] =>
        Object.keys(one.parts).filter((part) => one.parts[part] !== other.parts[part]);
      const plain = await traceDigest(listStrategy, { createPipe: createPlainPipe });
      const late = await traceDigest(listStrategy, {
        createPipe: (...options) => {
          const { writer, reader } = createPlainPipe(...options);
          const read = reader.read.bind(reader);
          reader.read = async (how) => {
            const bytes = await read(how);
            return bytes;
          };
          return { writer, reader };
        },
      });
      expect(differing(plain, late)).toContain('h4/w1.W3.w1.e/r.r.r');
      expect(differing(plain, late)).not.toContain('h4/w1.e/n.n');
      expect(differing(plain, late)).not.toContain('walks');
      const other = await traceDigest(growingStrategy, { createPipe: createPlainPipe });
      expect(differing(plain, other)).toContain('walks');
      expect(other.digest).not.toBe(plain.digest);
    },
  );
});
