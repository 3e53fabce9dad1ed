import type { Operation, ScriptOptions } from './pipe-script.ts';
import type { Schedule } from './run-schedule.ts';

const PRODUCER_TOKENS = 'PpRX';
const CONSUMER_TOKENS = 'Cc';

/** Makes a failing schedule smaller as long as `isBroken` says that the same law is broken. */
export async function shrinkSchedule(
  schedule: Schedule,
  isBroken: (candidate: Schedule) => Promise<boolean>,
): Promise<Schedule> {
  let smallest = schedule;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smallerSchedules(smallest)) {
      if (!(await isBroken(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** One step smaller: operations first, alone and in pairs, then limits and hooks, then gaps, then what makes a token unusual, then counts. */
function* smallerSchedules(schedule: Schedule): Generator<Schedule> {
  const { script, word } = schedule;
  for (const [index] of script.producer.entries()) yield withoutProducer(schedule, index);
  for (const [index] of script.consumer.entries()) yield withoutConsumer(schedule, index);
  for (const [index] of script.producer.entries()) {
    for (const [other] of script.consumer.entries())
      yield withoutConsumer(withoutProducer(schedule, index), other);
  }
  for (const options of lessOptions(script.options)) yield { word, script: { ...script, options } };
  for (let at = 0; at < word.length; at += 1) {
    if ('Dt'.includes(word.charAt(at))) yield { script, word: word.slice(0, at) + word.slice(at + 1) };
  }
  for (let at = 0; at < word.length; at += 1) {
    const calmer = { R: 'P', X: 'P', p: 'P', c: 'C', t: 'D' }[word.charAt(at)];
    if (calmer !== undefined) yield { script, word: word.slice(0, at) + calmer + word.slice(at + 1) };
  }
  for (const side of ['producer', 'consumer'] as const) {
    for (const [index, operation] of script[side].entries()) {
      for (const less of lessOf(operation))
        yield { word, script: { ...script, [side]: script[side].with(index, less) } };
    }
  }
}

/** Without one limit, without the signal, without one hook. */
function* lessOptions(options: ScriptOptions): Generator<ScriptOptions> {
  const { hooks, ...rest } = options;
  for (const name of ['low', 'maxBuffered', 'expected', 'maxBytes', 'signal'] as const) {
    if (options[name] === undefined) continue;
    const { [name]: _, ...without } = options;
    yield without;
  }
  const used = Object.entries(hooks ?? {});
  for (const [dropped] of used) {
    const left = used.filter(([hook]) => hook !== dropped);
    yield left.length === 0 ? rest : { ...rest, hooks: Object.fromEntries(left) };
  }
}

function lessOf(operation: Operation): readonly Operation[] {
  const { count, isEager } = operation;
  return [
    ...(count !== undefined && count > 1 && !'fabBnqx'.includes(operation.code)
      ? [{ ...operation, count: count - 1 }]
      : []),
    ...(isEager && 'nvrmMiIkab'.includes(operation.code) ? [{ ...operation, isEager: false }] : []),
  ];
}

function withoutProducer({ script, word }: Schedule, index: number): Schedule {
  return {
    script: { ...script, producer: script.producer.toSpliced(index, 1) },
    word: withoutToken(word, PRODUCER_TOKENS, index),
  };
}

function withoutConsumer({ script, word }: Schedule, index: number): Schedule {
  return {
    script: { ...script, consumer: script.consumer.toSpliced(index, 1) },
    word: withoutToken(word, CONSUMER_TOKENS, index),
  };
}

function withoutToken(word: string, tokens: string, index: number): string {
  let seen = -1;
  for (let at = 0; at < word.length; at += 1) {
    if (tokens.includes(word.charAt(at))) seen += 1;
    if (seen === index) return word.slice(0, at) + word.slice(at + 1);
  }
  return word;
}
