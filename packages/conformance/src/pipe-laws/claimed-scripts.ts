import type { LawId } from '../laws.ts';
import type { PipeScript } from './pipe-script.ts';

/** The operations that only a pipe claiming the law has to know. */
const operationsOf: readonly (readonly [law: LawId, codes: string])[] = [
  ['P7', 'aA'],
  ['P11', 'd'],
  ['P13', 'xoqQyg'],
  ['P16', 'smikKuv'],
];

/** Whether a script keeps to what the subject claims: a pipe is not graded on what it never promised. */
export function isClaimed(script: PipeScript, claims: readonly LawId[] | undefined): boolean {
  if (claims === undefined) return true;
  const { options, producer, consumer } = script;
  const isUnclaimed = (law: LawId): boolean => !claims.includes(law);
  if (isUnclaimed('P12') && options.hooks !== undefined) return false;
  if (isUnclaimed('P13') && options.hasSignal === true) return false;
  if (isUnclaimed('P15') && options.expected !== undefined) return false;
  if (isUnclaimed('P10') && (options.maxBytes !== undefined || options.maxBuffered !== undefined))
    return false;
  const operations = [...producer, ...consumer];
  if (isUnclaimed('P7') && operations.some(({ code, isEager }) => isEager && 'nvrmik'.includes(code)))
    return false;
  return operationsOf.every(
    ([law, codes]) => !isUnclaimed(law) || !operations.some(({ code }) => codes.includes(code)),
  );
}
