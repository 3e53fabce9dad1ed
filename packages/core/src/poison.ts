import { PipeError } from './errors.ts';
import type { ByteStore } from './strategy.ts';

/**
 * A store that makes every misuse of memory throw on the spot, for `createPipe(…, { poison: true })`.
 *
 * What was given is copied and then *seized*: detached where its view covers the whole buffer (a view of a
 * shared slab, such as a pooled Node `Buffer`, is overwritten instead: detaching it would take its neighbours
 * along). What is lent is a throw-away copy, *revoked* when the loan ends.
 *
 * Either way the view itself gets a prototype that throws, so `length`, iteration, every method and every
 * API that reads a property of it throws. What looks past the prototype, at the memory itself, does not: a bare
 * index read, `TextDecoder`, and other natives. They find nothing once the memory is detached, and 0xee where it
 * was overwritten.
 */
export class PoisonStore implements ByteStore {
  readonly #store: ByteStore;
  #lent: Uint8Array | null = null;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  get size(): number {
    return this.#store.size;
  }

  get cost(): number {
    return this.#store.cost;
  }

  put(chunk: Uint8Array, owned: boolean): number {
    return owned ? this.#store.put(seize(chunk), true) : this.#store.put(chunk, false);
  }

  peek(min?: number): Uint8Array {
    this.#revoke();
    this.#lent = new Uint8Array(this.#store.peek(min));
    return this.#lent;
  }

  take(max?: number): Uint8Array {
    this.#revoke();
    return this.#store.take(max);
  }

  takeInto(target: Uint8Array): number {
    this.#revoke();
    return this.#store.takeInto(target);
  }

  drop(count: number): void {
    this.#revoke();
    this.#store.drop(count);
  }

  clear(): void {
    this.#revoke();
    this.#store.clear();
  }

  #revoke(): void {
    if (this.#lent === null) return;
    spoil(this.#lent, revoked);
    this.#lent = null;
  }
}

function seize(chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(chunk);
  spoil(chunk, given);
  return bytes;
}

const given = poisoned('given to the pipe');
const revoked = poisoned('lent, and its loan has ended');

function poisoned(what: string): object {
  const refuse = (_target: object, key: string | symbol): never => {
    throw new PipeError('ERR_PIPE_STATE', `"${String(key)}" of memory that was ${what}`, { value: key });
  };
  return new Proxy(Uint8Array.prototype, { get: refuse, set: refuse, has: refuse });
}

function spoil(view: Uint8Array, prototype: object): void {
  const { buffer } = view;
  if (buffer instanceof ArrayBuffer && view.byteLength === buffer.byteLength) {
    detach(buffer);
  } else {
    view.fill(0xee);
  }
  Object.setPrototypeOf(view, prototype);
}

function detach(buffer: ArrayBuffer): void {
  try {
    // `transfer` is missing on Node 20.
    if (typeof buffer.transfer === 'function') buffer.transfer();
    else structuredClone(buffer, { transfer: [buffer] });
  } catch {
    // What throws has not been detached.
  }
  // Memory that cannot be detached (of a WebAssembly instance, say) is overwritten like a shared slab. Node 20 copies it.
  if (buffer.byteLength > 0) new Uint8Array(buffer).fill(0xee);
}
