import type { PipeSubject } from '../pipe-subject.ts';
import { has } from '../pipe-features.ts';

/** How far a pipe that lacks something, or does not claim a law, is judged by less. */
export interface Leeway {
  /** `size` and `desiredSize` say what the pipe has decided. */
  readonly hasFigures: boolean;
  /** `closed` says how it ended. */
  readonly hasSummary: boolean;
  /** The errors it makes itself have the contract's codes; else they may be any. */
  readonly hasCodes: boolean;
  /** It promises to keep to its limit; else a write that it said it has no room for may break it off, or not. */
  readonly hasLimit: boolean;
  /** It does not claim P5, or has no figures to read off what it has decided: it may decide when it likes. */
  readonly mayDecideLate: boolean;
}

export function leewayOf({ claims, supports }: Pick<PipeSubject, 'claims' | 'supports'>): Leeway {
  const hasFigures = has(supports, 'figures');
  return {
    hasFigures,
    hasSummary: has(supports, 'summary'),
    hasCodes: has(supports, 'codes'),
    hasLimit: claims?.includes('P10') !== false,
    mayDecideLate: claims?.includes('P5') === false || !hasFigures,
  };
}
