import type { z } from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { knownNamesAt } from './known-names.ts';

type Issue = z.core.$ZodIssue;

/**
 * What a schema found, one sentence for each mistake.
 *
 * @param nameOf What the value at the beginning of a path is called, where it did not come out of the file.
 */
export function sentencesOf(
  issues: readonly Issue[],
  nameOf: (key: PropertyKey) => string | undefined,
): string[] {
  return issues.flatMap((issue) => sentences(issue, [], nameOf));
}

function sentences(
  issue: Issue,
  parent: readonly PropertyKey[],
  nameOf: (key: PropertyKey) => string | undefined,
): string[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = knownNamesAt(path);
    const otherwise = `known are ${known.join(', ')}.`;
    return issue.keys.map(
      (key) => `${placeOf([...path, key], nameOf)} is not known; ${didYouMean(key, known) ?? otherwise}`,
    );
  }
  if (issue.code === 'invalid_union') {
    // What the value was most likely meant to be: the alternative it fits best is wrong deepest inside.
    const [best] = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a));
    if (best !== undefined && best.length > 0) return best.flatMap((inner) => sentences(inner, path, nameOf));
  }
  const name = placeOf(path, nameOf);
  if (issue.code === 'custom' && issue.params?.isWhole === true) return [`${name} ${issue.message}.`];
  if (issue.input === undefined) return [`${name} is missing; it ${issue.message}.`];
  return [`${name} is ${shown(issue.input)}; it ${issue.message}.`];
}

/** A wrong member speaks for its kind of value, a wrong kind of value against it. */
function depthOf(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map(({ path, code }) => 2 * path.length + (code === 'invalid_type' ? 0 : 1)));
}

/**
 * What a place in the configuration is called: as `routes[1].upstream`.
 *
 * @param nameOf As for `sentencesOf`.
 */
export function placeOf(
  path: readonly PropertyKey[],
  nameOf: (key: PropertyKey) => string | undefined = () => undefined,
): string {
  const [first, ...rest] = path;
  if (first === undefined) return 'The configuration';
  let name = nameOf(first) ?? String(first);
  for (const key of rest) {
    if (typeof key === 'number') name += `[${key}]`;
    else name += /^[\w$-]+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`;
  }
  return name;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value) ?? String(value);
}
