import type { ClientRequest } from '../listener/client-request.ts';
import { valuesOf } from './header-lines.ts';
import { Refusal } from './refusal.ts';

/** What a request is for. */
export interface RequestTarget {
  /** The host that the client asked for, with its port; `undefined` when it named none, as HTTP/1.0 may. */
  readonly authority: string | undefined;
  /** Path and query, byte for byte as the client sent them; `*` for the server as a whole; host and port for CONNECT. */
  readonly path: string;
}

/**
 * `uri-host [ ":" port ]` of RFC 9110 §7.2, narrower than the RFC has it: no user, path or blank, and a name made of
 * letters, digits and `. _ -`. The RFC lets a name have quotes, commas and escapes in it as well, which no two servers
 * take for the same host.
 */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{0,5})?$/i;
/** The same with a port, which a tunnel has to name (RFC 9110 §9.3.6). */
const HOST_AND_PORT = /^(?:\[[\da-f:.]+\]|[\w.-]+):\d{1,5}$/i;

/**
 * Reads the target and `Host` (RFC 9112 §3.2): origin-form as it is, absolute-form cut into its parts, which then stand
 * in for `Host` as a proxy must have it, `*` for `OPTIONS` alone, and authority-form for `CONNECT` alone.
 *
 * @throws Refusal 400 for a target or `Host` that one server might take for another than the next does.
 */
export function requestTargetOf(request: ClientRequest): RequestTarget {
  const { target, method } = request;
  const host = hostOf(request);
  if (method === 'CONNECT') return { authority: target, path: tunnelTargetOf(request) };
  // Some servers cut a fragment off, which no request has, and some do not.
  if (/^\/[^#]*$/.test(target)) return { authority: host, path: target };
  if (target === '*' && method === 'OPTIONS') return { authority: host, path: target };
  const absolute = /^https?:\/\/(?<authority>[^/?#]*)(?<path>[/?][^#]*)?$/i.exec(target)?.groups;
  const { authority, path } = absolute ?? {};
  if (authority === undefined || !HOST.test(authority)) {
    throw new Refusal(
      400,
      `The request target is ${JSON.stringify(target)}; it must be a path or an http URL.`,
    );
  }
  // Without a path, such a URL means the server as a whole to OPTIONS (RFC 9112 §3.2.4).
  if (path === undefined) return { authority, path: method === 'OPTIONS' ? '*' : '/' };
  return { authority, path: path.startsWith('/') ? path : `/${path}` };
}

/** @throws Refusal 400 for what is no host and port, and for a body, which CONNECT cannot have. */
function tunnelTargetOf({ target, rawHeaders }: ClientRequest): string {
  const [length = '0'] = valuesOf(rawHeaders, 'content-length');
  if (length !== '0' || valuesOf(rawHeaders, 'transfer-encoding').length > 0) {
    throw new Refusal(400, 'A CONNECT has no body.');
  }
  if (HOST_AND_PORT.test(target) && Number(target.slice(target.lastIndexOf(':') + 1)) <= 65_535)
    return target;
  throw new Refusal(400, `The request target is ${JSON.stringify(target)}; it must be a host and a port.`);
}

/** The host by its header, or over HTTP/2 its pseudo header, which wins but must not be contradicted (RFC 9113 §8.3.1). */
function hostOf({ rawHeaders, authority, httpVersion }: ClientRequest): string | undefined {
  const hosts = valuesOf(rawHeaders, 'host');
  if (hosts.length > 1)
    throw new Refusal(400, `The request has ${hosts.length} Host headers; it must have one.`);
  const [host = authority] = hosts;
  if (host === undefined) {
    if (httpVersion === '1.0') return undefined;
    throw new Refusal(400, 'The request names no host.');
  }
  if (!HOST.test(host)) {
    throw new Refusal(
      400,
      `The Host header is ${JSON.stringify(host)}; it must be a host and an optional port.`,
    );
  }
  if (authority !== undefined && authority.toLowerCase() !== host.toLowerCase()) {
    throw new Refusal(
      400,
      `The request is for ${JSON.stringify(authority)} and has the Host ${JSON.stringify(host)}.`,
    );
  }
  return host;
}
