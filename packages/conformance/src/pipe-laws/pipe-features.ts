import type { Operation } from './pipe-script.ts';
import { refusedReads, refusedWrites } from './refused-calls.ts';

/**
 * What a pipe that is not ours may lack. Writing, ending and `next()` of `values()` are what makes it a pipe.
 *
 * - `writeCopy`, `ready`, `fail`, `read`, `readInto`, `peek` (`tryPeek` and `consume` with it), `tryRead`, `views`,
 *   `cancel`, `dispose`: the calls of that name.
 * - `any-reason`: `fail` takes every value for a reason, `undefined` included.
 * - `read-signal`, `pipe-signal`: the signal of one read, and that of the whole pipe.
 * - `return`, `throw`: the iterator's. `return-anytime`: also where `for await` never calls them, before the first
 *   `next()` and while one waits. `return-failed`: they do not reject although the pipe has failed.
 * - `figures`: `size` and `desiredSize`. Without them P5 cannot be judged. `summary`: `closed`.
 * - `for-await`: the reader itself can be iterated. `preventCancel`: that option of `values()`.
 * - `codes`: the errors that a pipe makes itself have the codes of the contract, and the figures that belong to them.
 *   `refusals`: arguments that make no sense are refused.
 */
export type PipeFeature = (typeof pipeFeatures)[number];

export const pipeFeatures = [
  'writeCopy',
  'ready',
  'fail',
  'any-reason',
  'read',
  'read-signal',
  'readInto',
  'peek',
  'tryRead',
  'views',
  'cancel',
  'return',
  'return-anytime',
  'return-failed',
  'throw',
  'dispose',
  'pipe-signal',
  'figures',
  'summary',
  'codes',
  'refusals',
  'for-await',
  'preventCancel',
] as const;

const featureOf: Readonly<Record<string, PipeFeature>> = {
  W: 'writeCopy',
  d: 'ready',
  f: 'fail',
  r: 'read',
  m: 'read',
  M: 'read',
  a: 'read-signal',
  A: 'read-signal',
  i: 'readInto',
  I: 'readInto',
  k: 'peek',
  K: 'peek',
  u: 'peek',
  s: 'tryRead',
  v: 'views',
  x: 'cancel',
  o: 'cancel',
  q: 'return',
  Q: 'throw',
  b: 'refusals',
  B: 'refusals',
  y: 'dispose',
  g: 'pipe-signal',
};

/** What a pipe has; every feature when it does not say. */
export type Supports = readonly PipeFeature[] | undefined;

export function isPipeFeature(name: string): name is PipeFeature {
  return pipeFeatures.some((feature) => feature === name);
}

export function has(supports: Supports, feature: PipeFeature): boolean {
  return supports === undefined || supports.includes(feature);
}

/** What some operations need beside the feature of their code. */
function furtherFeature({ code, count }: Operation): PipeFeature | undefined {
  switch (code) {
    case 'f':
    case 'x':
      return count === undefined ? undefined : 'any-reason';
    case 'n':
    case 'q':
      return count === undefined
        ? undefined
        : ([undefined, 'for-await', 'preventCancel', 'views'] as const)[count];
    case 'a':
      return (['read', 'peek', 'readInto'] as const)[count ?? 0];
    case 'b':
      return refusedReads[count ?? 0]?.needs;
    case 'B':
      return refusedWrites[count ?? 0]?.needs;
    default:
      return undefined;
  }
}

/** Whether a pipe can do this operation at all. */
export function canDo(supports: Supports, operation: Operation): boolean {
  return [featureOf[operation.code], furtherFeature(operation)].every(
    (feature) => feature === undefined || has(supports, feature),
  );
}
