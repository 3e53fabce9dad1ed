import { Refusal } from '../policy/refusal.ts';
import type { Route, Routing } from './route.ts';

/** A route and what requests it is for. */
export interface RouteEntry {
  /** In lower case, as `api.example` or `*.example`; `undefined`: any. */
  readonly host: string | undefined;
  /** What a path begins with. */
  readonly path: string;
  readonly route: Route;
}

/** Routes in order of precedence, at least one: the first that fits is taken. */
export class RouteTable implements Routing {
  readonly #entries: readonly RouteEntry[];

  constructor(entries: readonly RouteEntry[]) {
    this.#entries = entries;
  }

  /** The route of least precedence. */
  get last(): Route {
    return (this.#entries.at(-1) as RouteEntry).route;
  }

  routeFor(authority: string | undefined, path: string): Route {
    const host = authority?.toLowerCase().replace(/:\d*$/, '');
    const entry = this.#entries.find((candidate) => fits(candidate, host, path));
    if (entry !== undefined) return entry.route;
    throw new Refusal(
      404,
      `There is no route for ${JSON.stringify(`${authority ?? ''}${path.split('?', 1)[0]}`)}.`,
    );
  }
}

function fits(entry: RouteEntry, host: string | undefined, path: string): boolean {
  // The server as a whole is where everything is.
  if (!isBelow(path === '*' ? '/' : path, entry.path)) return false;
  if (entry.host === undefined) return true;
  if (host === undefined) return false;
  return entry.host.startsWith('*.') ? host.endsWith(entry.host.slice(1)) : host === entry.host;
}

/** `/api` is for `/api`, `/api/a` and `/api?q`, and not for `/apical`. */
function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith('/') || path.length === prefix.length || '/?'.includes(path.charAt(prefix.length));
}
