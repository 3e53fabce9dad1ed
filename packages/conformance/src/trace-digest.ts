import type { BufferStrategy } from '@millrace/core';
import { checkOptions } from './check-options.ts';
import type { CreatePipe } from './conformance.ts';
import { adaptiveWords } from './explorer/adaptive-words.ts';
import { DepthReader } from './explorer/depth-code.ts';
import { frozenDepths } from './explorer/frozen-depths.ts';
import { reentrantWords, slotWords } from './explorer/word.ts';
import type { Word } from './explorer/word.ts';
import { detectHost } from './host.ts';
import type { Host } from './host.ts';
import { longSchedule } from './pipe-laws/generated-scripts.ts';
import { parsePipeScript } from './pipe-laws/pipe-script.ts';
import { runSchedule } from './pipe-laws/run-schedule.ts';
import type { Schedule } from './pipe-laws/run-schedule.ts';
import { profileOf } from './profile.ts';
import type { Profile, ProfileName } from './profile.ts';
import type { TimelineStep } from './result.ts';
import { SeededRandom } from './seeded-random.ts';
import { laps, thresholds } from './store-laws/script-families.ts';
import { planWalks } from './store-laws/store-plan.ts';
import { runScript } from './store-laws/store-run.ts';
import { TraceHash } from './trace-hash.ts';

export interface TraceDigestOptions {
  readonly createPipe: CreatePipe;
  /** How much of the frozen corpus to run. Default `quick`. */
  readonly profile?: ProfileName;
  readonly seed?: number;
  /** What the runtime can do. Default: looked up. */
  readonly host?: Host;
}

export interface TraceDigest {
  /** Schedules and store scripts that were run. */
  readonly runs: number;
  /** Over everything that was observed, in order. */
  readonly digest: string;
  /** The same for each pipe script and each family of store scripts, to find where two runtimes part. */
  readonly parts: Readonly<Record<string, string>>;
}

/**
 * Runs a frozen corpus of schedules and store scripts and digests everything that can be observed: who was called,
 * what was answered, what was buffered, in order. Nothing in it depends on time, on memory or on the engine, so
 * equal code has to give equal digests on every runtime.
 */
export async function traceDigest(
  strategy: BufferStrategy,
  options: TraceDigestOptions,
): Promise<TraceDigest> {
  checkOptions('traceDigest()', options, { createPipe: true, profile: true, seed: true, host: true });
  const { createPipe, profile: name = 'quick', seed = 1, host = detectHost() } = options;
  const profile = profileOf(name);
  const parts: Record<string, string> = {};
  let runs = 0;
  const record = (part: string, hash: TraceHash, count: number): void => {
    parts[part] = hash.value;
    runs += count;
  };

  for (const [family, scripts] of Object.entries({
    laps: laps(),
    thresholds: thresholds(),
    walks: planWalks({ strategy, profile, seed, host }, 99),
  })) {
    const hash = new TraceHash();
    let count = 0;
    for (const script of scripts) {
      addTimeline(hash, runScript(strategy, script, { checkContent: true, isRecording: true }).timeline);
      count += 1;
    }
    record(family, hash, count);
  }

  for (const [part, schedules] of corpus(profile, seed)) {
    const hash = new TraceHash();
    let count = 0;
    for (const schedule of schedules) {
      const outcome = await runSchedule({ strategy, createPipe }, schedule, { host, isRecording: true });
      hash.add(schedule.word);
      addTimeline(hash, outcome.timeline);
      count += 1;
    }
    record(part, hash, count);
  }

  const all = new TraceHash();
  for (const [part, value] of Object.entries(parts)) all.add(`${part} ${value}\n`);
  return { runs, digest: all.value, parts };
}

function addTimeline(hash: TraceHash, timeline: readonly TimelineStep[]): void {
  for (const { side, text, answer, state, isFailure } of timeline) {
    hash.add(`${side}|${text}|${answer ?? ''}|${state?.buffered.join('-') ?? ''}|${isFailure === true}\n`);
  }
}

function* corpus(
  profile: Profile,
  seed: number,
): Generator<readonly [part: string, schedules: Iterable<Schedule>]> {
  for (const text of Object.keys(frozenDepths)) yield [text, schedulesOf(text, profile)];
  yield ['long schedules', longSchedules(profile, seed)];
}

function* schedulesOf(text: string, profile: Profile): Generator<Schedule> {
  const script = parsePipeScript(text);
  const [p, c] = [script.producer.length, script.consumer.length];
  const scheduled = function* (words: Iterable<Word>, most: number): Generator<Schedule> {
    let left = most;
    for (const word of words) {
      if (left-- <= 0) return;
      yield { script, word };
    }
  };
  yield* scheduled(frozenWords(text, p, c, profile.deviations), profile.wordsPerScript);
  yield* scheduled(slotWords(p, c), profile.slotWords >> 3);
  yield* scheduled(reentrantWords(p, c), profile.reentrantWords >> 3);
}

function* frozenWords(text: string, p: number, c: number, deviations: number): Generator<Word> {
  const reader = new DepthReader(frozenDepths[text] ?? '');
  const words = adaptiveWords(p, c, deviations);
  for (let next = words.next([]); next.done !== true; next = words.next(reader.next(next.value))) {
    yield next.value;
  }
}

function* longSchedules({ longSchedules: count }: Profile, seed: number): Generator<Schedule> {
  const random = new SeededRandom(seed).fork(78);
  for (let left = count >> 2; left > 0; left -= 1) yield longSchedule(random);
}
