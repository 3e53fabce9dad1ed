/**
 * Headers that are about one connection and so are not passed on (RFC 9110 §7.6.1), `Trailer` aside, which is
 * about the message. `Proxy-Connection` is a mistake of old clients that the RFC wants treated the same.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The headers to pass on: without those of the connection, and without those that `Connection` names.
 *
 * @param rawHeaders `[name, value, name, value, …]` as node:http and the client have them; order, spelling and
 *   repeats are kept.
 */
export function withoutHopByHop(rawHeaders: readonly string[]): string[] {
  const named = namedInConnection(rawHeaders);
  return rejectHeaders(rawHeaders, (name) => hopByHop.has(name) || named.has(name));
}

/** The headers whose lower-case names are not rejected. */
export function rejectHeaders(
  rawHeaders: readonly string[],
  isRejected: (lowerCaseName: string) => boolean,
): string[] {
  const kept: string[] = [];
  for (const [name, value] of pairsOf(rawHeaders)) {
    if (!isRejected(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

/** The values of a header, one for each line it came on. */
export function valuesOf(rawHeaders: readonly string[], lowerCaseName: string): string[] {
  const values: string[] = [];
  for (const [name, value] of pairsOf(rawHeaders)) {
    if (name.toLowerCase() === lowerCaseName) values.push(value);
  }
  return values;
}

export function* pairsOf(rawHeaders: readonly string[]): Generator<[name: string, value: string], void> {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    yield [rawHeaders[at] as string, rawHeaders[at + 1] as string];
  }
}

function namedInConnection(rawHeaders: readonly string[]): ReadonlySet<string> {
  return new Set(
    valuesOf(rawHeaders, 'connection')
      .flatMap((value) => value.split(','))
      .map((name) => name.trim().toLowerCase()),
  );
}
