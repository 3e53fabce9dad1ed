const MUST_BE = 'it must be http://HOST:PORT or https://HOST:PORT';

/** The URL of a server behind the proxy; a string says what is wrong with it, as the end of a sentence. */
export function parseServerUrl(value: string): URL | string {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return `is ${JSON.stringify(value)}; ${MUST_BE}`;
  }
  if (url.username !== '' || url.password !== '') {
    // Not repeated: messages end up in logs.
    return `carries a user name or password; ${MUST_BE}, without credentials`;
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return `is ${JSON.stringify(value)}; ${MUST_BE}, without a path, since request paths are passed on as they come`;
  }
  return url;
}
