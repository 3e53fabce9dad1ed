import type { ServerResponse } from 'node:http';
import { pairsOf, valuesOf } from '../policy/header-lines.ts';

/**
 * Sends `103 Early Hints` where Node has `writeEarlyHints` alone. That takes only links of a form of its own, one to a
 * value, and throws at others, such as a quoted parameter with a space in it. Hints with one of those are not sent: they
 * are no more than hints, and the answer they came ahead of is sound.
 *
 * @param headers Flat, as `rawHeaders`.
 */
export function writeEarlyHints(response: ServerResponse, headers: readonly string[]): void {
  const hints: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairsOf(headers)) {
    const key = name.toLowerCase();
    hints[key] = hints[key] === undefined ? value : `${String(hints[key])}, ${value}`;
  }
  hints['link'] = valuesOf(headers, 'link').flatMap(linksOf);
  try {
    response.writeEarlyHints(hints);
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE'))
      throw error;
  }
}

/** The links of a list (RFC 8288 §3). A comma may be part of a target or of a quoted parameter. */
function linksOf(list: string): string[] {
  return (list.match(/(?:<[^<>]*>|"(?:\\.|[^"\\])*"|[^,])+/g) ?? [])
    .map((link) => link.trim())
    .filter((link) => link !== '');
}
