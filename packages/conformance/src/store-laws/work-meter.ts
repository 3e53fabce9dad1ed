/** Work done by a store, in units that do not depend on a machine. */
export interface Work {
  /** Bytes written by `set`, `slice`, `copyWithin`, by making one array from another, and so on. */
  readonly copiedBytes: number;
  /** Bytes of array memory asked for. */
  readonly allocatedBytes: number;
  /** Array elements that `shift`, `splice` and their kind had to move. */
  readonly movedElements: number;
  /** Times the length of a byte array was asked for: shows a backlog that is walked again and again. */
  readonly lengthReads: number;
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => object;

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const lengthGetter = Object.getOwnPropertyDescriptor(typedArrayPrototype, 'length');
const lengthOf = (array: unknown): number => Number(lengthGetter?.get?.call(array));
const byteLengthOf = (value: unknown): number => (ArrayBuffer.isView(value) ? lengthOf(value) : 0);

/**
 * Runs `task` with the copying and allocating built-ins of this realm counted, and puts them back. Synchronous
 * on purpose: nothing else can run meanwhile, so nothing else is counted or sees a patched built-in.
 */
export function measureWork(task: () => void): Work {
  const meter = new WorkMeter();
  meter.install();
  try {
    task();
  } finally {
    meter.restore();
  }
  return meter;
}

class WorkMeter implements Work {
  copiedBytes = 0;
  allocatedBytes = 0;
  movedElements = 0;
  lengthReads = 0;
  readonly #undo: (() => void)[] = [];

  install(): void {
    this.#countTypedArrays();
    this.#countArrays();
    this.#countConstructors();
    this.#countBufferClass();
  }

  restore(): void {
    for (const undo of this.#undo.toReversed()) undo();
  }

  #countTypedArrays(): void {
    const copied = (bytes: number): void => void (this.copiedBytes += bytes);
    const allocated = (bytes: number): void => void (this.allocatedBytes += bytes);
    this.#wrap(typedArrayPrototype, 'set', (_self, [source]) => {
      copied(Array.isArray(source) ? source.length : byteLengthOf(source));
    });
    this.#wrap(typedArrayPrototype, 'slice', (_self, _args, result) => {
      copied(byteLengthOf(result));
      allocated(byteLengthOf(result));
    });
    this.#wrap(typedArrayPrototype, 'copyWithin', (self, [_target, from, to]) => {
      const length = byteLengthOf(self);
      copied(Math.max(0, (typeof to === 'number' ? to : length) - (typeof from === 'number' ? from : 0)));
    });
    for (const name of ['slice', 'transfer', 'transferToFixedLength', 'resize']) {
      this.#wrap(ArrayBuffer.prototype, name, (_self, _args, result) => {
        const bytes = result instanceof ArrayBuffer ? result.byteLength : 0;
        copied(bytes);
        allocated(bytes);
      });
    }
    const descriptor = Object.getOwnPropertyDescriptor(typedArrayPrototype, 'length');
    if (descriptor === undefined) return;
    const count = (): void => void (this.lengthReads += 1);
    this.#replace(typedArrayPrototype, 'length', {
      ...descriptor,
      get(this: unknown): number {
        count();
        return lengthOf(this);
      },
    });
  }

  #countArrays(): void {
    const moved = (count: number): void => void (this.movedElements += count);
    for (const name of [
      'shift',
      'unshift',
      'splice',
      'copyWithin',
      'slice',
      'concat',
      'indexOf',
      'reduce',
      'filter',
    ]) {
      this.#wrap(Array.prototype, name, (self) => moved(Array.isArray(self) ? self.length : 0));
    }
  }

  #countConstructors(): void {
    const count = (bytes: number, isCopy: boolean): void => {
      this.allocatedBytes += bytes;
      if (isCopy) this.copiedBytes += bytes;
    };
    for (const name of ['Uint8Array', 'ArrayBuffer', 'SharedArrayBuffer']) {
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
      const original = descriptor?.value as Constructor | undefined;
      if (descriptor === undefined || original === undefined) continue;
      const counting = new Proxy(original, {
        construct(target, args, newTarget) {
          const made = Reflect.construct<unknown[], object>(target, args, newTarget as Constructor);
          const [source] = args as unknown[];
          const isView =
            source instanceof ArrayBuffer ||
            Object.prototype.toString.call(source) === '[object SharedArrayBuffer]';
          if (!isView) count((made as { byteLength: number }).byteLength, typeof source === 'object');
          return made;
        },
      });
      this.#replace(globalThis, name, { ...descriptor, value: counting });
    }
  }

  #countBufferClass(): void {
    const { Buffer } = globalThis as { Buffer?: { prototype: object } };
    if (Buffer === undefined) return;
    for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'from', 'concat']) {
      this.#wrap(Buffer, name, (_self, [source], result) => {
        if (source instanceof ArrayBuffer) return;
        this.allocatedBytes += byteLengthOf(result);
        if (typeof source === 'object') this.copiedBytes += byteLengthOf(result);
      });
    }
    this.#wrap(Buffer.prototype, 'copy', (_self, _args, result) => void (this.copiedBytes += Number(result)));
  }

  #wrap(owner: object, name: string, count: (self: unknown, args: unknown[], result: unknown) => void): void {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    const original = descriptor?.value as Callable | undefined;
    if (descriptor === undefined || original === undefined) return;
    this.#replace(owner, name, {
      ...descriptor,
      value(this: unknown, ...args: unknown[]): unknown {
        const result = Reflect.apply(original, this, args);
        count(this, args, result);
        return result;
      },
    });
  }

  #replace(owner: object, name: string, replacement: PropertyDescriptor): void {
    const original = Object.getOwnPropertyDescriptor(owner, name);
    if (original === undefined) return;
    Object.defineProperty(owner, name, replacement);
    this.#undo.push(() => Object.defineProperty(owner, name, original));
  }
}
