import { assert, describe, expect, it } from 'vitest';
import { resolveOptions, type PipeOptions, type PipeSource } from '../src/options.ts';
import { PipeCore } from '../src/pipe-core.ts';
import type { BufferStrategy, ByteStore, StoreTraits } from '../src/strategy.ts';
import { Wait, type ParkedCall } from '../src/wait.ts';
import { arrayStrategy, fixedArrayStrategy, passingStrategy } from './array-strategy.ts';
import { seeded } from './seeded.ts';

const strategies: Record<string, { strategy: BufferStrategy; capacityBytes?: number }> = {
  'copies in a list': { strategy: arrayStrategy },
  'the chunks themselves': { strategy: passingStrategy },
  'three fixed bytes and a spill': { strategy: fixedArrayStrategy, capacityBytes: 3 },
};

const limits: PipeOptions[] = [
  { highWaterMark: 16, lowWaterMark: 8 },
  { highWaterMark: 1, lowWaterMark: 0, maxBuffered: Infinity },
  { highWaterMark: 0, maxBuffered: 40 },
  { highWaterMark: 16, expectedBytes: 60 },
  { highWaterMark: 16, maxBytes: 80 },
];

/** A parked read that shows its bytes the moment it takes them. */
class ShowingRead implements ParkedCall {
  readonly iterator = null;
  readonly #core: PipeCore;
  readonly min: number;
  readonly #show: (bytes: Uint8Array | null) => void;

  constructor(core: PipeCore, min: number, show: (bytes: Uint8Array | null) => void) {
    this.#core = core;
    this.min = min;
    this.#show = show;
  }

  take(): Uint8Array | null {
    const bytes = this.#core.takeUnsettled(this.min, undefined);
    this.#show(bytes);
    return bytes;
  }
}

/** A pipe driven by moves picked at random, from the outside and from within its own hooks and answers. */
class Walk {
  readonly core: PipeCore;
  readonly random: (limit: number) => number;
  readonly marks: string[] = [];
  readonly waits: Promise<unknown>[] = [];
  readonly got: number[] = [];
  cancels = 0;
  /** The view the last peek lent, of which `consume` takes. */
  #lent: Uint8Array | null = null;
  #next = 0;
  #depth = 0;

  constructor(store: ByteStore, traits: StoreTraits, options: PipeOptions, seed: number) {
    this.random = seeded(seed);
    const hook = (name: string) => (): void => {
      this.marks.push(name);
      this.#reenter();
    };
    const source: PipeSource = {
      pause: hook('pause'),
      resume: hook('resume'),
      cancel: () => {
        this.cancels += 1;
        this.#reenter();
      },
    };
    this.core = new PipeCore(store, resolveOptions({ ...options, source }, traits));
  }

  readonly #moves: Record<string, () => void> = {
    write: () => {
      this.#write(1 + this.random(12), true);
    },
    writeMore: () => {
      this.#write(1 + this.random(12), false);
    },
    writeNothing: () => {
      this.#write(0, true);
    },
    take: () => {
      if (this.#canRead(1)) this.#read(() => this.core.takeUnsettled(1, 1 + this.random(20)));
    },
    takeAtLeast: () => {
      const min = 1 + this.random(10);
      if (this.#canRead(min)) this.#read(() => this.core.takeUnsettled(min, undefined));
    },
    takeInto: () => {
      if (!this.#canRead(1)) return;
      const target = new Uint8Array(1 + this.random(10));
      this.#read(() => target.subarray(0, this.core.takeIntoUnsettled(target)));
    },
    lend: () => {
      const min = 1 + this.random(10);
      if (!this.#canRead(min)) return;
      this.#lent = null;
      try {
        this.#lent = this.core.lendUnsettled(min);
      } finally {
        this.core.settle();
      }
    },
    consume: () => {
      const view = this.#lent;
      if (view === null) return;
      const count = this.random(view.length + 1);
      // Kept first: a hook that consume calls may read on.
      this.#keep(view.subarray(0, count));
      this.#lent = view.subarray(count);
      this.core.consume(count);
    },
    consumeNothing: () => {
      this.core.consume(0);
    },
    view: () => {
      if (!this.#canRead(1)) return;
      this.#read(() => this.core.lendViewUnsettled());
    },
    release: () => {
      this.#lent = null;
      this.core.releaseLoan();
    },
    park: () => {
      this.#park(undefined);
    },
    parkAndGiveUp: () => {
      const controller = new AbortController();
      this.#park(controller.signal);
      this.#reenter();
      controller.abort('given up');
    },
    ready: () => {
      this.waits.push(this.core.ready());
    },
  };

  readonly #ends: (() => void)[] = [
    () => {
      this.core.end();
    },
    () => {
      this.core.fail('failed');
    },
    () => {
      this.#lent = null;
      this.core.endPeek();
      this.core.cancel('cancelled');
    },
  ];

  move(): void {
    const names = Object.keys(this.#moves);
    this.#attempt(this.#moves[names[this.random(names.length)]!]!);
    this.core.checkInvariants();
  }

  end(): void {
    this.#attempt(this.#ends[this.random(this.#ends.length)]!);
    this.core.checkInvariants();
  }

  drain(): void {
    // Every step takes what is there; the last one meets the end, or its reason.
    while (this.core.readable > 0) {
      this.#attempt(() => {
        this.#read(() => this.core.takeUnsettled(1, undefined));
      });
      this.core.checkInvariants();
    }
    this.#attempt(() => {
      this.core.releaseLoan();
    });
    this.core.checkInvariants();
  }

  /** What refuses a move is no fault of the walk; what breaks in the pipe shows in its invariants. */
  #attempt(move: () => void): void {
    try {
      move();
    } catch (error) {
      assert(!(error instanceof TypeError || error instanceof RangeError), String(error));
    }
  }

  /** Moves of a hook or a reaction: they meet a pipe between two moves, whose laws hold already. */
  #reenter(): void {
    if (this.#depth === 2 || this.random(2) === 0) return;
    this.#depth += 1;
    this.move();
    if (this.random(40) === 0) this.end();
    this.#depth -= 1;
  }

  #canRead(min: number): boolean {
    return this.core.parked === null && this.core.canAnswer(min);
  }

  #write(length: number, owned: boolean): void {
    const chunk = Uint8Array.from({ length }, (_, index) => (this.#next + index) % 251);
    const before = this.#next;
    this.#next += length;
    const wasOpen = this.core.desiredSize !== null;
    this.core.accept(chunk, owned);
    // A write that was refused takes no numbers: it is the last one anyway.
    if (!wasOpen) this.#next = before;
    if (!owned) chunk.fill(0xff);
  }

  #park(signal: AbortSignal | undefined): void {
    const min = 1 + this.random(10);
    if (this.core.parked !== null || this.core.canAnswer(min)) return;
    this.#lent = null;
    const call = new ShowingRead(this.core, min, (bytes) => {
      this.#keep(bytes);
    });
    const wait = new Wait(call);
    signal?.addEventListener('abort', () => {
      if (this.core.parked === wait) this.core.giveUp(wait, signal.reason);
    });
    this.waits.push(this.core.park(wait));
  }

  /** Reads as the reader does, and notes the bytes before a hook can read the ones behind them. */
  #read(take: () => Uint8Array | null): void {
    try {
      this.#keep(take());
    } finally {
      this.core.settle();
    }
  }

  #keep(bytes: Uint8Array | null): void {
    this.#lent = null;
    if (bytes !== null) this.got.push(...bytes);
  }
}

describe('the core of a pipe under random moves', () => {
  for (const [name, { strategy, capacityBytes }] of Object.entries(strategies)) {
    it(`[P1] [P11] [P12] keeps its invariants and its books over ${name}`, async () => {
      let marks = 0;
      let cancels = 0;
      for (let seed = 1; seed <= 60; seed += 1) {
        const store = strategy.createStore(capacityBytes === undefined ? undefined : { capacityBytes });
        const walk = new Walk(store, strategy.traits, limits[seed % limits.length]!, seed);
        for (let step = 0; step < 80; step += 1) walk.move();
        walk.end();
        for (let step = 0; step < 10; step += 1) walk.move();
        walk.drain();
        const summary = await walk.core.closed;
        await Promise.allSettled(walk.waits);

        expect(summary.written, `seed ${seed}`).toBe(summary.delivered + summary.discarded);
        expect(walk.got.length, `seed ${seed}`).toBe(summary.delivered);
        expect(walk.got, `seed ${seed}`).toEqual(walk.got.map((_, index) => index % 251));
        expect(summary).not.toHaveProperty('hookError');
        const turns = walk.marks.map((_, index) => (index % 2 === 0 ? 'pause' : 'resume'));
        expect(walk.marks, `seed ${seed}`).toEqual(turns);
        expect(walk.cancels).toBeLessThanOrEqual(1);
        marks += walk.marks.length;
        cancels += walk.cancels;
      }
      // The walk did get to where it is to go.
      expect(marks).toBeGreaterThan(60);
      expect(cancels).toBeGreaterThan(10);
    });
  }
});
