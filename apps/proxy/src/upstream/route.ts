import type { BufferStrategy } from '@millrace/core';
import type { HeaderPolicy } from '../policy/header-policy.ts';
import type { Upstream } from './upstream.ts';

/** What the pipes of a request's bodies are made with. */
export interface BodyPipe {
  readonly strategy: BufferStrategy;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
}

/**
 * Where a request goes, and what its bodies go through. An exchange asks for its route once and keeps it, so
 * whatever is configured anew meanwhile is for those that come after.
 */
export interface Route extends BodyPipe {
  readonly upstream: Upstream;
  /** What the upstream is told of the client, and whose word on that is believed; the defaults when left out. */
  readonly headers?: HeaderPolicy;
}

/** Finds the route of a request. */
export interface Routing {
  /**
   * @param authority The host that the client asked for, with its port; `undefined` when it named none.
   * @param path Path and query, as they came.
   * @throws Refusal When nothing is configured for such requests.
   */
  routeFor(authority: string | undefined, path: string): Route;
}
