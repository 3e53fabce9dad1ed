import type { Gap, Word } from '../explorer/word.ts';
import { reentrantWords, slotWords, wordsByDeviation } from '../explorer/word.ts';
import type { Host } from '../host.ts';
import type { LawId } from '../laws.ts';
import type { Profile } from '../profile.ts';
import type { Counterexample } from '../result.ts';
import { SeededRandom } from '../seeded-random.ts';
import { blamedLaw } from './blamed-law.ts';
import { isClaimed } from './claimed-scripts.ts';
import { curatedScripts, neighbourScripts } from './curated-scripts.ts';
import { generatedScripts, longSchedule } from './generated-scripts.ts';
import type { PipeViolation } from './pipe-judge.ts';
import type { PipeSubject } from './pipe-run.ts';
import type { PipeScript } from './pipe-script.ts';
import { parsePipeScript } from './pipe-script.ts';
import type { Schedule } from './run-schedule.ts';
import { runBesideAnother, runSchedule } from './run-schedule.ts';
import { formatSchedule } from './schedule-code.ts';
import { shrinkSchedule } from './shrink-schedule.ts';

export interface PipePlan {
  readonly subject: PipeSubject;
  readonly profile: Profile;
  readonly seed: number;
  readonly host: Host;
}

const gaps: readonly Gap[] = ['D', '', 't', 'tt', 'ttt'];

/** Every schedule of a profile, run once; the cases of P1–P18 each read their law off it. */
export class Exploration {
  schedules = 0;
  readonly checks: Map<LawId, number> = new Map<LawId, number>();
  readonly #found = new Map<LawId, { readonly schedule: Schedule; readonly isBeside: boolean }>();
  /** Schedules whose violation was looked into, so that a subject broken everywhere does not take for ever. */
  readonly #looked = new Map<LawId, number>();
  readonly #plan: PipePlan;
  #finished: Promise<void> | undefined;

  constructor(plan: PipePlan) {
    this.#plan = plan;
  }

  /** Runs everything, the first time it is called. */
  run(): Promise<void> {
    this.#finished ??= this.#explore();
    return this.#finished;
  }

  async #explore(): Promise<void> {
    const { profile, seed } = this.#plan;
    for (const script of this.#claimed(Object.values(curatedScripts).flat().map(parsePipeScript))) {
      await this.#everyWord(script);
    }
    for (const script of this.#claimed(generatedScripts(profile.generatedOperations))) {
      await this.#words(
        script,
        wordsByDeviation(script.producer.length, script.consumer.length, gaps, 2),
        profile.generatedWords,
      );
    }
    for (const script of this.#claimed(neighbourScripts.map(parsePipeScript))) {
      const words = wordsByDeviation(script.producer.length, script.consumer.length, gaps, 1);
      let left = profile.reentrantWords;
      for (const word of words) if (left-- > 0) await this.#tryOut({ script, word }, true);
    }
    const random = new SeededRandom(seed).fork(77);
    for (let count = 0; count < profile.longSchedules; count += 1) {
      const schedule = longSchedule(random, this.#plan.subject);
      if (isClaimed(schedule.script, this.#plan.subject)) await this.#tryOut(schedule, false);
    }
  }

  /** Scripts that use nothing which the subject does not claim to have. */
  *#claimed(scripts: Iterable<PipeScript>): Generator<PipeScript> {
    for (const script of scripts) if (isClaimed(script, this.#plan.subject)) yield script;
  }

  async #everyWord(script: PipeScript): Promise<void> {
    const { profile } = this.#plan;
    const [p, c] = [script.producer.length, script.consumer.length];
    await this.#words(script, wordsByDeviation(p, c, gaps, profile.deviations), profile.wordsPerScript);
    await this.#words(script, slotWords(p, c), profile.slotWords);
    await this.#words(script, reentrantWords(p, c), profile.reentrantWords);
  }

  async #words(script: PipeScript, words: Iterable<Word>, budget: number): Promise<void> {
    let left = budget;
    let failures = 0;
    for (const word of words) {
      if (left-- <= 0 || failures >= FAILURES_PER_SCRIPT) return;
      if (!(await this.#tryOut({ script, word }, false))) failures += 1;
    }
  }

  /** Whether the schedule kept every law. */
  async #tryOut(schedule: Schedule, isBeside: boolean): Promise<boolean> {
    const { subject, host } = this.#plan;
    const run = isBeside ? runBesideAnother : runSchedule;
    const { violations, checks } = await run(subject, schedule, { host });
    this.schedules += 1;
    for (const [law, count] of checks) this.checks.set(law, (this.checks.get(law) ?? 0) + count);
    if (isBeside) this.checks.set('P18', (this.checks.get('P18') ?? 0) + 1);
    for (const violation of violations) await this.#lookInto(schedule, violation, isBeside);
    return violations.length === 0;
  }

  async #lookInto(schedule: Schedule, violation: PipeViolation, isBeside: boolean): Promise<void> {
    const looked = this.#looked.get(violation.law) ?? 0;
    if (looked >= LOOKS_PER_LAW && this.#found.has(violation.law)) return;
    this.#looked.set(violation.law, looked + 1);
    const { subject, host } = this.#plan;
    const law = await blamedLaw(subject, host, { ...schedule, isBeside }, violation);
    if (!this.#found.has(law)) this.#found.set(law, { schedule, isBeside: isBeside && law === 'P18' });
  }

  /** The smallest schedule found that breaks `law`; `null` when none does. */
  async counterexample(law: LawId): Promise<Counterexample | null> {
    const found = this.#found.get(law);
    if (found === undefined) return null;
    const { subject, host } = this.#plan;
    const { schedule, isBeside } = found;
    const run = isBeside ? runBesideAnother : runSchedule;
    const breaks = async (candidate: Schedule): Promise<PipeViolation | undefined> => {
      const { violations } = await run(subject, candidate, { host });
      for (const violation of violations) {
        if ((await blamedLaw(subject, host, { ...candidate, isBeside }, violation)) === law) return violation;
      }
      return undefined;
    };
    const smallest = await shrinkSchedule(
      schedule,
      async (candidate) => (await breaks(candidate)) !== undefined,
    );
    const violation = await breaks(smallest);
    const { timeline } = await run(subject, smallest, { host, isRecording: true });
    const { expected, got } = violation ?? {
      expected: 'the same run to break the law again',
      got: 'a run that kept it',
    };
    return { replay: formatSchedule(smallest, isBeside), expected, got, timeline };
  }
}

const LOOKS_PER_LAW = 40;
/** A script that fails in so many schedules has told what it has to tell. */
const FAILURES_PER_SCRIPT = 24;
