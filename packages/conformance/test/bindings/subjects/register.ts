import type { BufferStrategy } from '@millrace/core';
import type { ConformanceOptions } from '../../../src/index.ts';
import forgetful from '../../command-line/subjects/forgetful-store.ts';
import { createPlainPipe } from '../../pipes/plain-pipe.ts';
import { growingStrategy } from '../../stores/growing-store.ts';

type Conformance = (strategy: BufferStrategy, options?: ConformanceOptions) => void;

/** One subject for each way in which a case can end, for a test runner of any kind. */
export function register(conformance: Conformance): void {
  const named = (name: string): BufferStrategy => ({ ...growingStrategy, name });
  conformance(named('sound'), { laws: ['S1', 'S7', 'S9'], claims: ['S1', 'S7'] });
  conformance(forgetful, { laws: ['S1'] });
  conformance(forgetful, { laws: ['S1'], knownFailures: { S1: 'it is being mended' } });
  // With such a host nothing can be judged, and that is no pass.
  const host = {
    onMacrotask: () => {
      throw new Error('there is no macrotask here');
    },
  };
  conformance(named('unjudged'), { laws: ['P3'], createPipe: createPlainPipe, host });
}
