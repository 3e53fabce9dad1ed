import { afterEach, describe, expect, it, vi } from 'vitest';
import { detectHost } from '../src/host.ts';

/** Delivers among the microtasks, as workerd does without `nodejs_compat`. */
class HastyMessageChannel {
  readonly port1 = new EventTarget() as EventTarget & { start(): void };
  readonly port2 = {
    postMessage: () => void Promise.resolve().then(() => this.port1.dispatchEvent(new Event('message'))),
  };

  constructor() {
    this.port1.start = () => undefined;
  }
}

/** Generations of microtasks that pass before each macrotask that is asked for, up to the given number. */
async function generationsBefore(onMacrotask: (callback: () => void) => void, most: number): Promise<number> {
  let hasCome = false;
  const come = new Promise<void>((resolve) =>
    onMacrotask(() => {
      hasCome = true;
      resolve();
    }),
  );
  let generations = 0;
  for (; generations < most && !hasCome; generations += 1) await Promise.resolve();
  await come;
  return generations;
}

describe('a macrotask comes after every microtask', () => {
  afterEach(() => vi.unstubAllGlobals());

  const runtimes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'where there is setImmediate': {},
    'where there are only messages': { setImmediate: undefined, setTimeout: undefined },
    'where there are messages and timers': { setImmediate: undefined },
    'where messages are delivered among microtasks': {
      setImmediate: undefined,
      MessageChannel: HastyMessageChannel,
    },
    'where there are only timers': { setImmediate: undefined, MessageChannel: undefined },
  };

  for (const [where, globals] of Object.entries(runtimes)) {
    it(`comes there: ${where}`, async () => {
      for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
      const { onMacrotask } = detectHost();
      expect(await generationsBefore(onMacrotask, 1000)).toBe(1000);
      expect(await generationsBefore(onMacrotask, 1000)).toBe(1000);
    });
  }

  it('and a runtime that has none is refused', () => {
    for (const name of ['setImmediate', 'MessageChannel', 'setTimeout']) vi.stubGlobal(name, undefined);
    expect(detectHost).toThrow('This runtime has no setImmediate, MessageChannel or setTimeout');
  });
});
