import { nearNames } from '@millrace/core';

/**
 * Asks for the names that `name` may have been meant to be; `undefined`: it is like none of them.
 *
 * @param prefix What stands before each of them where it is written.
 */
export function didYouMean(name: string, known: Iterable<string>, prefix = ''): string | undefined {
  const near = nearNames(name, known).map((other) => prefix + other);
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : undefined;
}
