import { adaptiveWords } from '../explorer/adaptive-words.ts';
import { DepthReader } from '../explorer/depth-code.ts';
import { frozenDepths } from '../explorer/frozen-depths.ts';
import type { Gap, Word } from '../explorer/word.ts';
import { reentrantWords, slotWords, wordsByDeviation } from '../explorer/word.ts';
import type { Host } from '../host.ts';
import type { LawId } from '../laws.ts';
import type { Profile } from '../profile.ts';
import type { Counterexample } from '../result.ts';
import { SeededRandom } from '../seeded-random.ts';
import { blamedLaw } from './blamed-law.ts';
import { isClaimed, isWordClaimed } from './claimed-scripts.ts';
import { curatedScripts, neighbourScripts } from './curated-scripts.ts';
import { generatedScripts, longSchedule } from './generated-scripts.ts';
import type { PipeViolation } from './judge/findings.ts';
import type { PipeSubject } from './pipe-subject.ts';
import type { PipeScript } from './pipe-script.ts';
import { formatPipeScript, parsePipeScript } from './pipe-script.ts';
import type { CodedSchedule, Schedule } from './run-schedule.ts';
import { runCoded } from './run-schedule.ts';
import { formatSchedule } from './schedule-code.ts';
import { ScheduleRunner } from './schedule-runner.ts';
import type { RunnerOutcome } from './schedule-runner.ts';
import { shrinkSchedule } from './shrink-schedule.ts';

export interface PipePlan {
  readonly subject: PipeSubject;
  readonly profile: Profile;
  readonly seed: number;
  readonly host: Host;
  /** Stop at the first schedule that breaks a law. */
  readonly bail: boolean;
}

/** Where a runtime does not show which turns matter. */
const blindGaps: readonly Gap[] = ['D', '', 't', 'tt', 'ttt'];

/** Every schedule of a profile, run once; the cases of P1–P18 each read their law off it. */
export class Exploration {
  /** Distinct schedules that were run. */
  schedules = 0;
  /** Scripts, and those of which every word there is was run: no other gap makes a difference. */
  scripts = 0;
  exhausted = 0;
  readonly checks: Map<LawId, number> = new Map<LawId, number>();
  readonly #found = new Map<LawId, CodedSchedule>();
  /** Schedules whose violation was looked into, so that a subject broken everywhere does not take for ever. */
  readonly #looked = new Map<LawId, number>();
  readonly #plan: PipePlan;
  readonly #runner: ScheduleRunner;
  #finished: Promise<void> | undefined;

  constructor(plan: PipePlan) {
    this.#plan = plan;
    const { subject, host } = plan;
    this.#runner = new ScheduleRunner(subject, host, (schedule, violation) =>
      this.#lookInto(schedule, violation),
    );
  }

  /** A law was broken, and that is all that was wanted. */
  get isStopped(): boolean {
    return this.#plan.bail && this.#found.size > 0;
  }

  /** Runs everything, the first time it is called. */
  run(): Promise<void> {
    this.#finished ??= this.#explore();
    return this.#finished;
  }

  async #explore(): Promise<void> {
    await this.#runner.start();
    try {
      await this.#exploreScripts();
      await this.#exploreNeighbours();
      await this.#exploreLongSchedules();
    } finally {
      await this.#runner.stop();
    }
  }

  async #exploreScripts(): Promise<void> {
    const { deviations, wordsPerScript, slotWords: slots, reentrantWords: reentries } = this.#plan.profile;
    const curated = new Set(Object.values(curatedScripts).flat());
    for (const script of this.#claimed([...curated].map(parsePipeScript))) {
      const [p, c] = [script.producer.length, script.consumer.length];
      const tried = await this.#everyTurn(script, deviations, wordsPerScript);
      await this.#words(script, tried, slotWords(p, c), slots);
      await this.#words(script, tried, reentrantWords(p, c), reentries);
    }
    const { generatedOperations, generatedDeviations, generatedWords } = this.#plan.profile;
    for (const script of this.#claimed(generatedScripts(generatedOperations))) {
      if (!curated.has(formatPipeScript(script)))
        await this.#everyTurn(script, generatedDeviations, generatedWords);
    }
  }

  async #exploreNeighbours(): Promise<void> {
    for (const script of this.#claimed(neighbourScripts.map(parsePipeScript))) {
      const words = wordsByDeviation(script.producer.length, script.consumer.length, blindGaps, 1);
      let left = this.#plan.profile.reentrantWords;
      for (const word of words) {
        if (left-- > 0 && !this.isStopped) await this.#tryOut({ script, word, isBeside: true });
      }
    }
  }

  async #exploreLongSchedules(): Promise<void> {
    const { profile, seed } = this.#plan;
    const random = new SeededRandom(seed).fork(77);
    const tried = new Set<string>();
    while (tried.size < profile.longSchedules && !this.isStopped) {
      const schedule = longSchedule(random, this.#plan.subject);
      const code = formatSchedule(schedule);
      if (tried.has(code)) continue;
      tried.add(code);
      if (isClaimed(schedule.script, this.#plan.subject))
        await this.#tryOut({ ...schedule, isBeside: false });
    }
  }

  /** Scripts that use nothing which the subject does not claim to have. */
  *#claimed(scripts: Iterable<PipeScript>): Generator<PipeScript> {
    for (const script of scripts) {
      if (this.isStopped) return;
      if (isClaimed(script, this.#plan.subject)) yield script;
    }
  }

  /**
   * Every word over turns, up to so many deviations, as far as the budget goes: those that make a difference, where
   * the runtime shows which do. Otherwise those that made one on Node, then any with gaps of up to three generations.
   */
  async #everyTurn(script: PipeScript, deviations: number, budget: number): Promise<Set<Word>> {
    const [p, c] = [script.producer.length, script.consumer.length];
    const tried = new Set<Word>();
    this.scripts += 1;
    const frozen = this.#runner.seesTurns
      ? null
      : new DepthReader(frozenDepths[formatPipeScript(script)] ?? '');
    const words = adaptiveWords(p, c, deviations);
    let failures = 0;
    for (let next = words.next([]); next.done !== true;) {
      if (tried.size >= budget || failures >= FAILURES_PER_SCRIPT || this.isStopped) return tried;
      const word = next.value;
      tried.add(word);
      const { isClean, depths } = await this.#tryOut({ script, word, isBeside: false });
      if (!isClean) failures += 1;
      next = words.next(frozen?.next(word) ?? depths);
    }
    if (frozen !== null) {
      // Frozen turns are those of one pipe; another one may need others.
      const isFrozen = Object.hasOwn(frozenDepths, formatPipeScript(script));
      const left = isFrozen ? Math.ceil(budget / FROZEN_SHARE) : budget - tried.size;
      await this.#words(script, tried, wordsByDeviation(p, c, blindGaps, deviations), left);
    } else if (deviations >= p + c - 1) this.exhausted += 1;
    return tried;
  }

  async #words(script: PipeScript, tried: Set<Word>, words: Iterable<Word>, budget: number): Promise<void> {
    let left = budget;
    let failures = 0;
    for (const word of words) {
      if (left <= 0 || failures >= FAILURES_PER_SCRIPT || this.isStopped) return;
      if (tried.has(word) || !isWordClaimed(word, this.#plan.subject)) continue;
      tried.add(word);
      left -= 1;
      if (!(await this.#tryOut({ script, word, isBeside: false })).isClean) failures += 1;
    }
  }

  async #tryOut(schedule: CodedSchedule): Promise<RunnerOutcome> {
    const outcome = await this.#runner.run(schedule);
    this.schedules += 1;
    for (const [law, count] of outcome.checks) this.checks.set(law, (this.checks.get(law) ?? 0) + count);
    if (schedule.isBeside) this.checks.set('P18', (this.checks.get('P18') ?? 0) + 1);
    return outcome;
  }

  async #lookInto(schedule: CodedSchedule, violation: PipeViolation): Promise<void> {
    const looked = this.#looked.get(violation.law) ?? 0;
    if (looked >= LOOKS_PER_LAW && this.#found.has(violation.law)) return;
    this.#looked.set(violation.law, looked + 1);
    const { subject, host } = this.#plan;
    const law = await blamedLaw(subject, host, schedule, violation);
    if (!this.#found.has(law))
      this.#found.set(law, { ...schedule, isBeside: schedule.isBeside && law === 'P18' });
  }

  /** The smallest schedule found that breaks `law`; `null` when none does. */
  async counterexample(law: LawId): Promise<Counterexample | null> {
    const found = this.#found.get(law);
    if (found === undefined) return null;
    const { subject, host } = this.#plan;
    const { isBeside } = found;
    const breaks = async (schedule: Schedule): Promise<PipeViolation | undefined> => {
      const candidate = { ...schedule, isBeside };
      const { violation } = await runCoded(subject, candidate, { host });
      if (violation === null) return undefined;
      const blamed = await blamedLaw(subject, host, candidate, violation);
      return blamed === law ? violation : undefined;
    };
    const smallest = await shrinkSchedule(
      found,
      async (candidate) => (await breaks(candidate)) !== undefined,
    );
    const violation = await breaks(smallest);
    const { timeline } = await runCoded(subject, { ...smallest, isBeside }, { host, isRecording: true });
    const { expected, got } = violation ?? {
      expected: 'the same run to break the law again',
      got: 'a run that kept it',
    };
    return { replay: formatSchedule(smallest, isBeside), expected, got, timeline };
  }
}

const LOOKS_PER_LAW = 40;
/** Beside the frozen words of a script, so much of its budget goes to words that nothing is known of. */
const FROZEN_SHARE = 8;
/** A script that fails in so many schedules has told what it has to tell. */
const FAILURES_PER_SCRIPT = 24;
