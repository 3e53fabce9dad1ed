/** The getter behind `Object.prototype.toString`: it names the kind of array, whatever realm it comes from. */
const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);

/** True for every `Uint8Array`: subclasses such as Node's `Buffer` and arrays of other realms included. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || tag?.get?.call(value) === 'Uint8Array';
}

/** Whether an empty view is empty because its memory was transferred away. */
export function isDetached(view: Uint8Array): boolean {
  try {
    // A view on a detached buffer cannot be made; `ArrayBuffer.prototype.detached` is missing on Node 20.
    void new Uint8Array(view.buffer);
    return false;
  } catch {
    return true;
  }
}

/** Whether the memory may change size or content under its owner's hands [S8]. */
export function isUnsteady(buffer: ArrayBufferLike): boolean {
  return !(buffer instanceof ArrayBuffer) || buffer.resizable;
}
