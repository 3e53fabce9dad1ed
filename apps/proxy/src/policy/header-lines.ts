/** Headers as `[name, value, name, value, …]`, as node:http and the client have them: order, spelling, repeats. */

/** The lines one by one. */
export function* pairsOf(rawHeaders: readonly string[]): Generator<[name: string, value: string], void> {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    yield [rawHeaders[at] as string, rawHeaders[at + 1] as string];
  }
}

/** A name as servers read it that hand headers on as variables (CGI): they take `_` for `-`. */
export function dashed(name: string): string {
  // Few names have one, and each of a request is asked several times.
  return name.includes('_') ? name.replaceAll('_', '-') : name;
}

/** The lines whose lower-case names are not rejected. */
export function rejectHeaders(
  rawHeaders: readonly string[],
  isRejected: (lowerCaseName: string) => boolean,
): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (!isRejected(name.toLowerCase())) kept.push(name, rawHeaders[at + 1] as string);
  }
  return kept;
}

/** The values of a header, one for each line it came on. */
export function valuesOf(rawHeaders: readonly string[], lowerCaseName: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    // The length first: most names are looked at for nothing.
    if (name.length !== lowerCaseName.length || name.toLowerCase() !== lowerCaseName) continue;
    values.push(rawHeaders[at + 1] as string);
  }
  return values;
}

/** The members of a header that is a comma-separated list, over all its lines, in lower case. */
export function membersOf(rawHeaders: readonly string[], lowerCaseName: string): string[] {
  const members: string[] = [];
  for (const value of valuesOf(rawHeaders, lowerCaseName)) {
    for (const part of value.split(',')) {
      const member = part.trim().toLowerCase();
      if (member !== '') members.push(member);
    }
  }
  return members;
}
