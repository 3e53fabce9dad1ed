/** What a runtime lets the suite do beyond ECMAScript. Laws about real memory are vacuous where it is missing. */
export interface Host {
  /** Collects garbage now; absent where the runtime cannot be made to. */
  readonly collectGarbage?: () => void;
  /** Bytes in use, heap and array memory together; absent where the runtime does not say. */
  readonly memoryInUse?: () => number;
  /** Calls back in a later macrotask, when no microtask is left. */
  readonly onMacrotask: (callback: () => void) => void;
  /** Reports promises that reject with nobody to see it, until the returned function is called. */
  readonly watchRejections?: (report: (reason: unknown) => void) => () => void;
  /** Counts jobs as they begin, without touching them; absent where the runtime tells nobody. */
  readonly watchJobs?: () => { readonly count: number; stop(): void };
  /**
   * Told of each case, script and schedule as it begins. `whereAt` says, whenever it is called, how far it has got:
   * a replay code and the call under way. For a watch over subjects that never come back.
   */
  readonly onRun?: (whereAt: () => string) => void;
}

interface NodeLikeProcess {
  memoryUsage?(): { heapUsed: number; external: number };
  getBuiltinModule?(name: string): unknown;
  on?(event: 'unhandledRejection', listener: (reason: unknown) => void): void;
  off?(event: 'unhandledRejection', listener: (reason: unknown) => void): void;
}

interface Globals {
  readonly process?: NodeLikeProcess;
  readonly gc?: () => void;
  readonly Bun?: { gc?(isForced: boolean): void };
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly setTimeout?: (callback: () => void, delayMs: number) => unknown;
}

/** Looks at the runtime it is called in; imports nothing, so it loads everywhere. */
export function detectHost(): Host {
  const globals = globalThis as Globals;
  const collectGarbage = globals.gc ?? bunCollector(globals) ?? v8Collector(globals.process);
  const usage = globals.process?.memoryUsage?.bind(globals.process);
  return {
    onMacrotask: macrotaskOf(globals),
    watchRejections: rejectionWatcher(globals.process),
    ...jobWatcher(globals.process),
    ...(collectGarbage && { collectGarbage }),
    ...(usage && {
      memoryInUse: () => {
        const { heapUsed, external } = usage();
        // Bun counts array memory as part of its heap already.
        return globals.Bun === undefined ? heapUsed + external : heapUsed;
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

type OnMacrotask = Host['onMacrotask'];

/** A timer only where nothing else is left: `setTimeout` is clamped to milliseconds, and fake clocks replace it. */
function macrotaskOf({ setImmediate, setTimeout }: Globals): OnMacrotask {
  if (setImmediate !== undefined) return (callback) => void setImmediate(callback);
  const timer: OnMacrotask | undefined = setTimeout && ((callback) => void setTimeout(callback, 0));
  if (typeof MessageChannel === 'undefined') {
    if (timer === undefined)
      throw new Error(
        'This runtime has no setImmediate, MessageChannel or setTimeout to wait for a macrotask with',
      );
    return timer;
  }
  const message = onMessage();
  if (timer === undefined) return message;
  let chosen: OnMacrotask | undefined;
  let choice: Promise<OnMacrotask> | undefined;
  return (callback) => {
    if (chosen !== undefined) return chosen(callback);
    choice ??= comesAfterMicrotasks(message).then((isMacrotask) => (chosen = isMacrotask ? message : timer));
    void choice.then((onMacrotask) => onMacrotask(callback));
  };
}

function onMessage(): OnMacrotask {
  // As a whole: workerd collects a port that nobody refers to, though messages are sent to it.
  const channel = new MessageChannel();
  let waiting: (() => void)[] = [];
  channel.port1.addEventListener('message', () => {
    const due = waiting;
    waiting = [];
    for (const callback of due) callback();
  });
  channel.port1.start();
  return (callback) => {
    waiting.push(callback);
    channel.port2.postMessage(null);
  };
}

/** More generations of microtasks than a message may take that is delivered among them. */
const GENERATIONS = 100;

/** workerd delivers messages among the microtasks unless it is told to be like Node. */
async function comesAfterMicrotasks(onMacrotask: OnMacrotask): Promise<boolean> {
  let hasCome = false;
  onMacrotask(() => (hasCome = true));
  for (let generation = 0; generation < GENERATIONS && !hasCome; generation += 1) await Promise.resolve();
  return !hasCome;
}

function rejectionWatcher(process: NodeLikeProcess | undefined): NonNullable<Host['watchRejections']> {
  if (process?.on !== undefined) {
    return (report) => {
      process.on?.('unhandledRejection', report);
      return () => process.off?.('unhandledRejection', report);
    };
  }
  const target = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;
  return (report) => {
    const listener = (event: Event): void => {
      event.preventDefault();
      report((event as Event & { readonly reason?: unknown }).reason);
    };
    target.addEventListener?.('unhandledrejection', listener);
    return () => target.removeEventListener?.('unhandledrejection', listener);
  };
}

interface AsyncHooks {
  createHook?(hooks: { before(): void }): { enable(): unknown; disable(): unknown };
}

/** Hooks observe; nothing is patched. Looked up at run time, so that nothing has to be imported. */
function jobWatcher(process: NodeLikeProcess | undefined): Pick<Host, 'watchJobs'> {
  const hooks = process?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined;
  if (hooks?.createHook === undefined) return {};
  return {
    watchJobs: () => {
      let count = 0;
      const hook = hooks.createHook?.({
        before() {
          count += 1;
        },
      });
      hook?.enable();
      return {
        get count() {
          return count;
        },
        stop: () => void hook?.disable(),
      };
    },
  };
}

/** Settles in a later macrotask. */
export function nextMacrotask(host: Host): Promise<void> {
  return new Promise((resolve) => host.onMacrotask(resolve));
}
