import type { TunnelResponse } from '@millrace/client';
import type { BufferStrategy } from '@millrace/core';
import type { ClientLimits } from '../limits/client-limits.ts';
import type { HeaderPolicy } from '../policy/header-policy.ts';
import type { RequestHead } from '../policy/request-head.ts';
import type { RequestParts } from './request-parts.ts';

/** What the pipes of a request's bodies are made with. */
export interface BodyPipe {
  readonly strategy: BufferStrategy;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
}

/** What a request is sent on to. */
export interface RouteUpstream {
  readonly name: string;
  /** Its servers. */
  readonly origins: readonly string[];
  /**
   * Sends a request on and waits for the headers of the answer. Rejects with the reason of the signal or of the body,
   * and with a `Refusal` when no server answers.
   *
   * @param pipe What the answer's body goes through.
   */
  request(head: RequestHead, parts: RequestParts, pipe: BodyPipe): Promise<TunnelResponse>;
}

/**
 * Where a request goes, and what its bodies go through. An exchange asks for its route once and keeps it, so
 * whatever is configured anew meanwhile is for those that come after.
 */
export interface Route extends BodyPipe {
  readonly upstream: RouteUpstream;
  /** What clients may ask; nothing is limited when left out. */
  readonly limits?: ClientLimits;
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
  /**
   * What a CONNECT goes through. Left out: none does.
   *
   * @param target Host and port.
   * @throws Refusal When no tunnel may lead there.
   */
  tunnelTo?(target: string): Route;
}
