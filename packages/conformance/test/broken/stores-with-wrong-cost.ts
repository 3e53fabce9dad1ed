import { GrowingStore } from '../stores/growing-store.ts';
import { ListStore } from '../stores/list-store.ts';
import { RingStore } from '../stores/ring-store.ts';
import { brokenStore } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** Figures are wrong, memory is held too long or taken too early, or work is done again and again. */
export const storesWithWrongCost: readonly BrokenSubject[] = [
  brokenStore(
    'says-it-costs-nothing',
    { on: 'growing', breaks: ['S5'] },
    class extends GrowingStore {
      override get cost(): number {
        return 0;
      }
    },
  ),
  brokenStore(
    'counts-dropped-bytes-as-readable',
    { on: 'growing', breaks: ['S5'] },
    class extends GrowingStore {
      isDropped = false;

      override get cost(): number {
        return this.isDropped && this.size > 0 ? this.size - 1 : super.cost;
      }

      override drop(count: number): void {
        super.drop(count);
        this.isDropped = count > 1;
      }
    },
  ),
  brokenStore(
    'never-shrinks',
    { on: 'growing', breaks: ['S5'] },
    class extends GrowingStore {
      override drop(count: number): void {
        this.head += Math.min(count, this.size);
        if (this.size === 0) this.clear();
      }
    },
  ),
  brokenStore(
    // Twelve times what it needs, twelve times more rarely: its work stays in proportion.
    'grows-far-ahead',
    { on: 'growing', breaks: ['S5'] },
    class extends GrowingStore {
      override makeRoom(length: number): void {
        if (this.tail + length > this.bytes.length) this.moveTo((this.size + length) * 12);
      }
    },
  ),
  brokenStore(
    'a-fixed-store-that-reports-its-capacity',
    { on: 'ring', breaks: ['S5', 'S7'] },
    class extends RingStore {
      override get cost(): number {
        return this.size > 0 ? this.capacity : 0;
      }

      override clear(): void {
        this.size = 0;
      }
    },
  ),
  brokenStore(
    'counts-slivers-and-holds-arrays',
    { on: 'list', breaks: ['S5', 'S10'] },
    class extends ListStore {
      override mayKeep({ buffer, length }: Uint8Array): boolean {
        return length > 0 && buffer instanceof ArrayBuffer && !buffer.resizable;
      }

      override get cost(): number {
        return Math.max(this.size, Math.min(this.pinned, this.size * 3));
      }
    },
  ),
  brokenStore(
    'holds-large-arrays-behind-slivers',
    { on: 'list', breaks: ['S5', 'S10'] },
    class extends ListStore {
      override mayKeep(chunk: Uint8Array): boolean {
        const { buffer } = chunk;
        const isLarge = buffer.byteLength >= 16_384 && buffer instanceof ArrayBuffer && !buffer.resizable;
        return (isLarge && chunk.length > 0) || super.mayKeep(chunk);
      }

      override get cost(): number {
        return Math.max(this.size, Math.min(this.pinned, this.size * 3));
      }
    },
  ),
  brokenStore(
    'one-object-for-every-byte',
    { on: 'list', breaks: ['S5', 'S9'] },
    class extends ListStore {
      override gather(chunk: Uint8Array): void {
        this.append({ bytes: new Uint8Array(chunk), from: 0, to: chunk.length, isGiven: true });
      }
    },
  ),
  brokenStore(
    'clear-keeps-the-memory',
    { on: 'growing', breaks: ['S5', 'S6', 'S7'] },
    class extends GrowingStore {
      override clear(): void {
        this.head = 0;
        this.tail = 0;
      }
    },
  ),
  brokenStore(
    'keeps-chunks-that-have-left',
    { on: 'list', breaks: ['S6', 'S7'] },
    class extends ListStore {
      readonly log: Uint8Array[] = [];

      override put(chunk: Uint8Array, owned: boolean): number {
        if (owned) this.log.push(chunk);
        if (this.log.length > 4) this.log.shift();
        return super.put(chunk, owned);
      }
    },
  ),
  brokenStore(
    'clear-hides-the-memory-it-keeps',
    { on: 'growing', breaks: ['S7'] },
    class extends GrowingStore {
      spare: Uint8Array | null = null;

      override clear(): void {
        if (this.bytes.length > 0) this.spare = this.bytes;
        super.clear();
      }
    },
  ),
  brokenStore(
    'takes-its-memory-before-the-first-byte',
    { on: 'ring', breaks: ['S7'] },
    class extends RingStore {
      readonly early = new Uint8Array(this.capacity);

      override put(chunk: Uint8Array, owned: boolean): number {
        this.bytes ??= this.early;
        return super.put(chunk, owned);
      }
    },
  ),
  brokenStore(
    'a-fixed-store-that-grows',
    { on: 'ring', breaks: ['S5', 'S7'] },
    class extends GrowingStore {
      override get cost(): number {
        return this.size;
      }
    },
  ),
  brokenStore(
    'allocates-for-every-put',
    { on: 'ring', breaks: ['S7'] },
    class extends RingStore {
      override put(chunk: Uint8Array, owned: boolean): number {
        return super.put(new Uint8Array(chunk), owned);
      }
    },
  ),
  brokenStore(
    'refuses-what-does-not-fit-whole',
    { on: 'ring', breaks: ['S7'] },
    class extends RingStore {
      override room(wanted: number): number {
        const room = super.room(wanted);
        return room < wanted ? 0 : room;
      }
    },
  ),
  brokenStore('declares-shared-memory', { on: 'ring', breaks: ['S7'], traits: { shared: true } }, RingStore),
  brokenStore(
    'keeps-resizable-memory',
    { on: 'list', breaks: ['S5', 'S8'] },
    class extends ListStore {
      override mayKeep({ buffer, length }: Uint8Array): boolean {
        return buffer instanceof ArrayBuffer && length * 2 >= buffer.byteLength;
      }
    },
  ),
  brokenStore(
    'keeps-shared-memory',
    { on: 'list', breaks: ['S8'] },
    class extends ListStore {
      override mayKeep(chunk: Uint8Array): boolean {
        return !(chunk.buffer instanceof ArrayBuffer) || super.mayKeep(chunk);
      }
    },
  ),
  brokenStore(
    'reads-a-detached-chunk-as-short',
    { on: 'list', breaks: ['S8'] },
    class extends ListStore {
      override requireSound(): void {
        return undefined;
      }
    },
  ),
  brokenStore(
    'reports-a-detached-chunk-before-the-sound-bytes',
    { on: 'list', breaks: ['S8'] },
    class extends ListStore {
      override requireSound(): void {
        for (const part of this.parts.slice(this.first)) super.requireSound(part);
      }
    },
  ),
  brokenStore(
    'shifts-an-array',
    { on: 'list', breaks: ['S5', 'S9'] },
    class extends ListStore {
      readonly lengths: number[] = [];

      override put(chunk: Uint8Array, owned: boolean): number {
        if (chunk.length > 0) this.lengths.push(chunk.length);
        return super.put(chunk, owned);
      }

      override drop(count: number): void {
        super.drop(count);
        this.lengths.shift();
      }
    },
  ),
  brokenStore(
    'copies-the-backlog-for-every-put',
    { on: 'growing', breaks: ['S9'] },
    class extends GrowingStore {
      override makeRoom(length: number): void {
        if (length > 0) this.moveTo(this.size + length);
      }
    },
  ),
  brokenStore(
    'copies-the-rest-for-every-take',
    { on: 'growing', breaks: ['S9'] },
    class extends GrowingStore {
      override drop(count: number): void {
        super.drop(count);
        if (this.size > 0) this.moveTo(this.size);
      }
    },
  ),
  brokenStore(
    'adds-up-its-size-each-time',
    { on: 'list', breaks: ['S9'] },
    class extends ListStore {
      override get cost(): number {
        let cost = 0;
        for (const { bytes } of this.parts.slice(this.first))
          cost += bytes.length === 0 ? 0 : bytes.buffer.byteLength;
        return Math.max(cost, this.size);
      }
    },
  ),
  brokenStore(
    'joins-again-for-every-peek',
    { on: 'list', breaks: ['S9'] },
    class extends ListStore {
      override join(min: number): Uint8Array {
        const joined = new Uint8Array(min);
        let filled = 0;
        for (const part of this.parts.slice(this.first)) {
          this.requireSound(part);
          const span = part.bytes.subarray(part.from, Math.min(part.to, part.from + min - filled));
          joined.set(span, filled);
          filled += span.length;
          if (filled === min) break;
        }
        return joined;
      }
    },
  ),
  brokenStore(
    'declares-to-pass-and-copies',
    { on: 'growing', breaks: ['S9'], traits: { put: 'takes', take: 'gives' } },
    GrowingStore,
  ),
];
