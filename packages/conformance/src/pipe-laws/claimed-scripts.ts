import type { Word } from '../explorer/word.ts';
import type { LawId } from '../laws.ts';
import { canDo, has } from './pipe-features.ts';
import type { PipeSubject } from './pipe-subject.ts';
import { limitsOf } from './pipe-script.ts';
import type { Operation, PipeScript, ScriptOptions } from './pipe-script.ts';

/** The operations that only a pipe claiming the law has to know. */
const operationsOf: readonly (readonly [law: LawId, codes: string])[] = [
  ['P7', 'aA'],
  ['P11', 'd'],
  ['P13', 'xoqQyg'],
  ['P14', 'B'],
  ['P16', 'smMiIkKuvb'],
];

/** What a subject promises: the laws it claims, and the calls it has. */
export type Promised = Pick<PipeSubject, 'claims' | 'supports'>;

/** Whether a script keeps to what the subject claims: a pipe is not graded on what it never promised. */
export function isClaimed(script: PipeScript, promised: Promised): boolean {
  const { options, producer, consumer } = script;
  const { claims, supports } = promised;
  if (options.signal !== undefined && !has(supports, 'pipe-signal')) return false;
  if (![...producer, ...consumer].every((operation) => isOperationClaimed(operation, promised))) return false;
  if (claims === undefined) return true;
  const isUnclaimed = (law: LawId): boolean => !claims.includes(law);
  if (isUnclaimed('P12') && options.hooks !== undefined) return false;
  if (isUnclaimed('P13') && options.signal !== undefined) return false;
  if (isUnclaimed('P15') && options.expected !== undefined) return false;
  if (isUnclaimed('P10') && consumer.some((operation) => waitsForTooMuch(operation, options))) return false;
  if (isUnclaimed('P10') && (options.maxBytes !== undefined || options.maxBuffered !== undefined))
    return false;
  return isProducerClaimed(producer, claims);
}

/** A wait for more than the limit lets in: without that promise it may be refused, or wait. */
function waitsForTooMuch({ code, count = 1 }: Operation, options: ScriptOptions): boolean {
  const { high, maxBuffered } = limitsOf(options);
  return 'rMIk'.includes(code) && count > Math.max(high, maxBuffered);
}

/** Calls after a terminal: who promises nothing about them leaves it to the producer not to make them. */
function isProducerClaimed(producer: readonly Operation[], claims: readonly LawId[]): boolean {
  if (claims.includes('P14')) return true;
  const terminal = producer.findIndex(({ code }) => code === 'e' || code === 'f');
  if (terminal < 0) return true;
  const isLateErrorClaimed = claims.includes('P4') && producer[terminal]?.code === 'e';
  return producer
    .slice(terminal + 1)
    .every(
      ({ code }) => (code === 'f' && isLateErrorClaimed) || ('ef'.includes(code) && claims.includes('P2')),
    );
}

/** An `X` calls the producer inside the pipe's own steps, as a hook may [P12]. */
export function isWordClaimed(word: Word, { claims }: Promised): boolean {
  return claims === undefined || claims.includes('P12') || !word.includes('X');
}

export function isOperationClaimed(operation: Operation, { claims, supports }: Promised): boolean {
  if (!canDo(supports, operation)) return false;
  if (claims === undefined) return true;
  const { code, count, isEager } = operation;
  const isUnclaimed = (law: LawId): boolean => !claims.includes(law);
  if (isUnclaimed('P7') && isEager && 'nvrmMiIk'.includes(code)) return false;
  if (isUnclaimed('P8') && count === 0 && 'wW'.includes(code)) return false;
  return operationsOf.every(([law, codes]) => !isUnclaimed(law) || !codes.includes(code));
}
