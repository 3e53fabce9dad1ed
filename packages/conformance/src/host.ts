/** What a runtime lets the suite do beyond ECMAScript. Laws about real memory are vacuous where it is missing. */
export interface Host {
  /** Collects garbage now; absent where the runtime cannot be made to. */
  readonly collectGarbage?: () => void;
  /** Bytes in use, heap and array memory together; absent where the runtime does not say. */
  readonly memoryInUse?: () => number;
  /** Settles in a later macrotask, when no microtask is left. */
  readonly macrotask: () => Promise<void>;
}

interface NodeLikeProcess {
  memoryUsage?(): { heapUsed: number; external: number };
  getBuiltinModule?(name: string): unknown;
}

interface Globals {
  readonly process?: NodeLikeProcess;
  readonly gc?: () => void;
  readonly Bun?: { gc?(isForced: boolean): void };
  readonly setImmediate?: (callback: () => void) => void;
}

/** Looks at the runtime it is called in; imports nothing, so it loads everywhere. */
export function detectHost(): Host {
  const globals = globalThis as Globals;
  const collectGarbage = globals.gc ?? bunCollector(globals) ?? v8Collector(globals.process);
  const usage = globals.process?.memoryUsage?.bind(globals.process);
  return {
    macrotask: macrotaskOf(globals),
    ...(collectGarbage && { collectGarbage }),
    ...(usage && {
      memoryInUse: () => {
        const { heapUsed, external } = usage();
        return heapUsed + external;
      },
    }),
  };
}

function bunCollector(globals: Globals): (() => void) | undefined {
  const { Bun } = globals;
  return Bun?.gc && (() => Bun.gc?.(true));
}

/** V8 takes `--expose-gc` at run time; a context made after it has a `gc` of its own. */
function v8Collector(process: NodeLikeProcess | undefined): (() => void) | undefined {
  const v8 = process?.getBuiltinModule?.('node:v8') as
    { setFlagsFromString?(flag: string): void } | undefined;
  const vm = process?.getBuiltinModule?.('node:vm') as
    { runInNewContext?(code: string): unknown } | undefined;
  if (v8?.setFlagsFromString === undefined || vm?.runInNewContext === undefined) return undefined;
  try {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc');
    return typeof collect === 'function' ? (collect as () => void) : undefined;
  } catch {
    return undefined;
  }
}

/** Never a timer: `setTimeout` is clamped to milliseconds, and fake clocks replace it. */
function macrotaskOf(globals: Globals): () => Promise<void> {
  const { setImmediate } = globals;
  if (setImmediate !== undefined) return () => new Promise((resolve) => setImmediate(resolve));
  return () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => {
        port1.close();
        resolve();
      });
      port1.start();
      port2.postMessage(null);
    });
}
