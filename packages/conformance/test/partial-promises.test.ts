import { describe, expect, it } from 'vitest';
import { detectHost } from '../src/host.ts';
import { laws } from '../src/laws.ts';
import type { LawId } from '../src/laws.ts';
import { Exploration } from '../src/pipe-laws/exploration.ts';
import { pipeFeatures } from '../src/pipe-laws/pipe-features.ts';
import type { PipeFeature } from '../src/pipe-laws/pipe-features.ts';
import type { PipeSubject } from '../src/pipe-laws/pipe-subject.ts';
import { profileOf } from '../src/profile.ts';
import { PlainPipe } from './pipes/plain-pipe.ts';
import { growingStrategy } from './stores/growing-store.ts';

const host = detectHost();
const pipeLaws = laws.map(({ id }) => id).filter((id) => id.startsWith('P'));
/** Each run is one of many. */
const profile = {
  ...profileOf('quick'),
  wordsPerScript: 40,
  slotWords: 8,
  reentrantWords: 8,
  longSchedules: 100,
};

type Promised = Pick<PipeSubject, 'claims' | 'supports'>;
type PipeClass = new (...options: ConstructorParameters<typeof PlainPipe>) => PlainPipe;

/** The laws that a pipe is blamed for, each with what it is blamed for. */
async function blamed(promised: Promised, Pipe: PipeClass = PlainPipe): Promise<readonly string[]> {
  const subject = {
    strategy: growingStrategy,
    createPipe: (...options: ConstructorParameters<typeof PlainPipe>) => new Pipe(...options),
    ...promised,
  };
  const exploration = new Exploration({ subject, profile, seed: 1, host, bail: false });
  await exploration.run();
  const found: string[] = [];
  for (const law of pipeLaws) {
    const counterexample = await exploration.counterexample(law);
    if (counterexample === null) continue;
    const { expected, got, replay } = counterexample;
    found.push(`${law}: expected ${expected}, got ${got} (${replay})`);
  }
  return found;
}

const without = (...missing: readonly PipeFeature[]): readonly PipeFeature[] =>
  pipeFeatures.filter((feature) => !missing.includes(feature));
const unclaimed = (...laws: readonly LawId[]): readonly LawId[] =>
  pipeLaws.filter((id) => !laws.includes(id));

describe('a sound pipe is blamed for nothing', () => {
  for (const feature of pipeFeatures) {
    it(`without ${feature}`, async () => {
      expect(await blamed({ supports: without(feature) })).toEqual([]);
    });
  }

  for (const law of pipeLaws) {
    it(`that does not claim ${law}`, async () => {
      expect(await blamed({ claims: unclaimed(law) })).toEqual([]);
    });
  }
});

class WithoutALimit extends PlainPipe {
  override excess(length: number): Error | null {
    const error = super.excess(length);
    return (error as { code?: string } | null)?.code === 'ERR_PIPE_OVERFLOW' ? null : error;
  }
}

/** Its own limit, its own error, and its source hears nothing of it. */
class WithALimitOfItsOwn extends WithoutALimit {
  override excess(length: number): Error | null {
    const isOver = this.paused && this.size + length > this.high + 1;
    return isOver ? new Error('there is no room') : super.excess(length);
  }

  override tellCancel(reason: unknown): void {
    if (this.state === 'cancelled' || (reason as { code?: string }).code !== undefined)
      super.tellCancel(reason);
  }
}

/** Breaks off where it has never said stop. */
class ThatBreaksOffUnasked extends WithoutALimit {
  override excess(length: number): Error | null {
    return !this.paused && length > 4 ? new Error('that is too much at once') : super.excess(length);
  }
}

/** Breaks off, and then ends as if nothing had been. */
class ThatHidesThatItBrokeOff extends WithALimitOfItsOwn {
  override terminal(): null {
    return this.reason instanceof Error && this.reason.message === 'there is no room'
      ? null
      : super.terminal();
  }
}

/** Breaks off, and loses what it had accepted by then. */
class ThatLosesWhatWasThere extends WithALimitOfItsOwn {
  override excess(length: number): Error | null {
    const error = super.excess(length);
    if (error?.message === 'there is no room') this.delivered += this.takeBytes(1, 1).length - 1;
    return error;
  }
}

describe('a pipe that promises no limit', () => {
  const ways: Readonly<Record<string, Promised>> = {
    'with figures': { claims: unclaimed('P10') },
    'without figures': { claims: unclaimed('P10'), supports: without('figures') },
    'with an iterator alone': {
      claims: ['P1', 'P2', 'P3', 'P4', 'P6', 'P7', 'P8', 'P9', 'P13'],
      supports: ['fail', 'return'],
    },
  };

  for (const [way, promised] of Object.entries(ways)) {
    it(`may have none, ${way}`, async () => {
      expect(await blamed(promised, WithoutALimit)).toEqual([]);
    });

    it(`may keep to that of the contract all the same, ${way}`, async () => {
      expect(await blamed(promised)).toEqual([]);
    });

    it(`may break off in its own way when it is written to although it said stop, ${way}`, async () => {
      expect(await blamed(promised, WithALimitOfItsOwn)).toEqual([]);
    });

    it(`may not break off without having said stop, ${way}`, async () => {
      expect(await blamed(promised, ThatBreaksOffUnasked)).toContainEqual(expect.stringMatching(/^P/));
    });

    it(`may not end as if nothing had been, ${way}`, async () => {
      expect(await blamed(promised, ThatHidesThatItBrokeOff)).toContainEqual(
        expect.stringMatching(/^P[13]: /),
      );
    });

    it(`may not lose what it had accepted by then, ${way}`, async () => {
      expect(await blamed(promised, ThatLosesWhatWasThere)).toContainEqual(expect.stringMatching(/^P[12]: /));
    });
  }
});
