import type { SeededRandom } from '../seeded-random.ts';
import type { Word } from '../explorer/word.ts';
import type { Promised } from './claimed-scripts.ts';
import { isOperationClaimed } from './claimed-scripts.ts';
import type { PipeScript } from './pipe-script.ts';
import { parseOperation, parseOperations, parsePipeScript } from './pipe-script.ts';
import type { Schedule } from './run-schedule.ts';

/** Nothing, little, nearly a high mark of 4 and more than one; both ways to write; waiting; both ways to finish. */
const producerAlphabet = ['w0', 'w1', 'w3', 'w5', 'W2', 'd', 'e', 'f'];
/** Each way to read and to leave at least once, and two calls that wait at once. */
const consumers = ['n.n.n', 'r.r.r', 'n.&n.n', 'r2.m1.r', 'n.x.r', 's.r.k.u1', 'v.v.q', 'a.A.r', 'i2.K.u1.n'];

/** Every producer script of up to `operations` operations against each of a few consumers. */
export function* generatedScripts(operations: number): Generator<PipeScript> {
  for (let length = 1; length <= operations; length += 1) {
    for (const producer of combinations(length)) {
      for (const consumer of consumers) yield parsePipeScript(`h4/${producer}/${consumer}`);
    }
  }
}

function* combinations(length: number): Generator<string> {
  if (length === 0) {
    yield '';
    return;
  }
  for (const before of combinations(length - 1)) {
    for (const operation of producerAlphabet) yield before === '' ? operation : `${before}.${operation}`;
  }
}

const longProducer = ['w1', 'w2', 'w3', 'w7', 'W2', 'd', 'w0'];
const longConsumer = ['n', '&n', 'r', 'r3', 'm2', 's', 's1', 'i3', 'k', 'u1', 'K', 'v', 'a', 'A'];

/**
 * One long schedule of what the subject promises. Bodies stay below 256 bytes, so that every byte names its offset.
 */
export function longSchedule(random: SeededRandom, promised: Promised = {}): Schedule {
  const claimed = (choices: readonly string[]): readonly string[] =>
    choices.filter((choice) => isOperationClaimed(parseOperation(choice), promised));
  const writes = claimed(longProducer);
  const producer = Array.from({ length: 20 }, () => random.pick(swarmOf(random, writes)));
  producer.push(random.pick(claimed(['e', 'e', 'f', 'd'])));
  const ways = swarmOf(random, claimed(longConsumer));
  const consumer = Array.from({ length: 22 }, () => random.pick(ways));
  const options = `h${random.pick([1, 4, 8])}`;
  const hasLimits = promised.claims?.includes('P10') ?? true;
  const script = {
    ...parsePipeScript(`${options}${hasLimits ? 'b400' : ''}//`),
    producer: parseOperations(producer.join('.')),
    consumer: parseOperations(consumer.join('.')),
  };
  return { script, word: longWord(random, producer.length, consumer.length) };
}

/** A few of the choices: a run that leaves things out reaches states that an even mixture never does. */
function swarmOf<T>(random: SeededRandom, choices: readonly T[]): readonly T[] {
  const chosen = choices.filter(() => random.oneIn(2));
  return chosen.length > 0 ? chosen : choices;
}

/** Uniform, or by priorities that change at a few points (PCT): one side runs on until its priority is lost. */
function longWord(random: SeededRandom, p: number, c: number): Word {
  const gaps = swarmOf(random, ['', '', 't', 'tt', 'D', 'D']);
  const isByPriority = random.oneIn(2);
  const changes = new Set(Array.from({ length: 3 }, () => random.below(p + c)));
  let isProducerFirst = random.oneIn(2);
  let [left, right] = [p, c];
  let word = '';
  for (let step = 0; left + right > 0; step += 1) {
    if (isByPriority && changes.has(step)) isProducerFirst = !isProducerFirst;
    const wantsProducer = isByPriority ? isProducerFirst : random.below(left + right) < left;
    const isProducer = right === 0 || (wantsProducer && left > 0);
    if (isProducer) left -= 1;
    else right -= 1;
    const letter = isProducer ? random.pick(['P', 'P', 'P', 'p', 'R']) : random.pick(['C', 'C', 'C', 'c']);
    word += `${step === 0 ? '' : random.pick(gaps)}${letter}`;
  }
  return word;
}
