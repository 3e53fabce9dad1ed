import { PipeError } from '@millrace/core';

/** Where a request goes: the origin that the connection is made to, and the bytes of the request line. */
export interface RequestTarget {
  readonly origin: string;
  readonly path: string;
}

/**
 * @param path What to send in place of the URL's own path and query, byte for byte; a URL normalises them.
 * @throws PipeError `ERR_PIPE_ARGUMENT` for what is no URL, is not http or https, or carries credentials.
 */
export function requestTargetOf(url: string | URL, path: string | undefined): RequestTarget {
  const { protocol, username, password, origin, pathname, search } = parse(url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `the URL has the protocol ${protocol}; it must be http: or https:`,
      {
        value: protocol,
      },
    );
  }
  if (username !== '' || password !== '') {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `the URL for ${origin} carries credentials; send them in an authorization header`,
    );
  }
  return { origin, path: path ?? pathname + search };
}

function parse(url: unknown): URL {
  const parsed = url instanceof URL ? url : URL.parse(String(url));
  if (parsed !== null) return parsed;
  const shown = String(url).replace(/\/\/[^/?#]*@/, '//…@');
  throw new PipeError('ERR_PIPE_ARGUMENT', `the URL is ${JSON.stringify(shown)}; it must be an absolute URL`);
}
