import type { CreatePipe, LawId, PipeFeature } from '@millrace/conformance';

/** The laws that a library's own documentation promises, each with the page that says so. */
export type Claims = Readonly<Partial<Record<LawId, string>>>;

/** What every file in `contenders/` exports: a library as its documentation tells people to use it. */
export interface Contender {
  readonly createPipe: CreatePipe;
  readonly claims: Claims;
  /** What the library has of our pipe's calls; left out: everything. What it lacks is not asked for. */
  readonly supports?: readonly PipeFeature[];
}
