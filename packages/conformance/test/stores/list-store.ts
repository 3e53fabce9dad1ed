import type { BufferStrategy, ByteStore } from '@millrace/core';

/** Given chunks from this size on are kept as they are; smaller ones are gathered. */
const KEPT_BYTES = 1024;
const SLAB_BYTES = 4096;

interface Part {
  readonly bytes: Uint8Array;
  /** Bytes at the front that are gone. */
  from: number;
  /** End of the written bytes: below `bytes.length` only in the slab being filled. */
  to: number;
  readonly isGiven: boolean;
}

/**
 * A list of parts. Given chunks go through untouched; small and foreign ones are gathered in slabs.
 *
 *     first ▓▓▓▓ ─▶ ▓▓▓▓▓▓▓ ─▶ ▓▓░░░ slab
 */
export class ListStore implements ByteStore {
  parts: Part[] = [];
  first = 0;
  size = 0;
  pinned = 0;

  get cost(): number {
    return this.pinned;
  }

  put(chunk: Uint8Array, owned: boolean): number {
    if (chunk.length === 0) return 0;
    if (owned && this.mayKeep(chunk)) this.append({ bytes: chunk, from: 0, to: chunk.length, isGiven: true });
    else this.gather(chunk);
    this.size += chunk.length;
    return chunk.length;
  }

  mayKeep({ buffer, length }: Uint8Array): boolean {
    const isSteady =
      buffer instanceof ArrayBuffer && !(buffer as ArrayBuffer & { resizable?: boolean }).resizable;
    return isSteady && length >= KEPT_BYTES && length * 2 >= buffer.byteLength;
  }

  append(part: Part): void {
    this.parts.push(part);
    this.pinned += part.bytes.buffer.byteLength;
  }

  gather(chunk: Uint8Array): void {
    let slab = this.parts.at(-1);
    const room = slab === undefined || slab.isGiven ? 0 : slab.bytes.length - slab.to;
    const fits = Math.min(room, chunk.length);
    if (slab !== undefined && fits > 0) {
      slab.bytes.set(chunk.subarray(0, fits), slab.to);
      slab.to += fits;
    }
    if (fits === chunk.length) return;
    slab = {
      bytes: new Uint8Array(Math.max(SLAB_BYTES, chunk.length - fits)),
      from: 0,
      to: chunk.length - fits,
      isGiven: false,
    };
    slab.bytes.set(chunk.subarray(fits));
    this.append(slab);
  }

  peek(min: number = 1): Uint8Array {
    const part = this.parts[this.first];
    if (part === undefined) return new Uint8Array(0);
    this.requireSound(part);
    if (part.to - part.from < Math.min(min, this.size)) return this.join(Math.min(min, this.size));
    return part.bytes.subarray(part.from, part.to);
  }

  /** Replaces the front parts by one that holds them all, with room to grow so that peeking on stays linear. */
  join(min: number): Uint8Array {
    let reached = 0;
    for (let index = this.first; reached < min; index += 1) {
      const part = this.parts[index];
      if (part === undefined) break;
      this.requireSound(part);
      reached += part.to - part.from;
    }
    const bytes = new Uint8Array(min * 2);
    let filled = 0;
    let next = this.first;
    for (; filled < min; next += 1) {
      const part = this.parts[next];
      if (part === undefined) break;
      const span = part.bytes.subarray(part.from, Math.min(part.to, part.from + bytes.length - filled));
      bytes.set(span, filled);
      filled += span.length;
      part.from += span.length;
      if (part.from < part.to) break;
      this.pinned -= part.bytes.buffer.byteLength;
    }
    const joined = { bytes, from: 0, to: filled, isGiven: next < this.parts.length };
    this.parts = [joined, ...this.parts.slice(next)];
    this.first = 0;
    this.pinned += bytes.length;
    return bytes.subarray(0, filled);
  }

  requireSound(part: Part): void {
    if (part.bytes.length >= part.to) return;
    throw Object.assign(new Error('A chunk was detached in the store'), { code: 'ERR_PIPE_DETACHED' });
  }

  take(max: number = this.size): Uint8Array {
    const part = this.parts[this.first];
    if (part === undefined) return new Uint8Array(0);
    this.requireSound(part);
    const count = Math.min(max, part.to - part.from);
    const mayGive = part.from === 0 && count === part.to && (part.isGiven || count === part.bytes.length);
    const taken =
      mayGive && part.to === part.bytes.length && this.gives(part)
        ? part.bytes
        : copyOf(part.bytes, part.from, count);
    this.drop(count);
    return taken;
  }

  /** Only memory that is alone: a given chunk, or a slab filled to the last byte. */
  gives(part: Part): boolean {
    return part.isGiven || part.bytes.length === part.bytes.buffer.byteLength;
  }

  takeInto(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length && this.size > 0) {
      const part = this.parts[this.first];
      if (part === undefined) break;
      if (part.bytes.length < part.to && filled > 0) break;
      this.requireSound(part);
      const count = Math.min(part.to - part.from, target.length - filled);
      target.set(part.bytes.subarray(part.from, part.from + count), filled);
      filled += count;
      this.drop(count);
    }
    return filled;
  }

  drop(count: number): void {
    let left = Math.min(count, this.size);
    this.size -= left;
    while (left > 0) {
      const part = this.parts[this.first];
      if (part === undefined) break;
      const step = Math.min(left, part.to - part.from);
      part.from += step;
      left -= step;
      if (part.from === part.to) this.forgetFirst(part);
      else this.copyOutRest(part);
    }
    if (this.size === 0) this.clear();
  }

  forgetFirst(part: Part): void {
    this.pinned -= part.bytes.length === 0 ? part.to : part.bytes.buffer.byteLength;
    this.first += 1;
    if (this.first * 2 > this.parts.length) {
      this.parts = this.parts.slice(this.first);
      this.first = 0;
    }
  }

  /** A large array of which little is left is given up [S5]. */
  copyOutRest(part: Part): void {
    const { buffer } = part.bytes;
    const left = part.to - part.from;
    if (part.bytes.length < part.to || buffer.byteLength <= SLAB_BYTES || left * 2 >= buffer.byteLength)
      return;
    const bytes = copyOf(part.bytes, part.from, left);
    this.parts[this.first] = { bytes, from: 0, to: left, isGiven: true };
    this.pinned += bytes.length - buffer.byteLength;
  }

  clear(): void {
    this.parts = [];
    this.first = 0;
    this.size = 0;
    this.pinned = 0;
  }
}

/** `slice` of a Node `Buffer` would alias. */
function copyOf(bytes: Uint8Array, from: number, count: number): Uint8Array {
  return new Uint8Array(bytes.subarray(from, from + count));
}

export const listStrategy: BufferStrategy = {
  name: 'list',
  contract: 1,
  traits: { put: 'takes', take: 'gives', fixed: false, amplification: 3 },
  createStore: () => new ListStore(),
};
