import type { Cell } from '../cell.ts';
import { speedContenders } from '../contenders.ts';
import type { Results } from '../results.ts';
import { chunkSizes, sizeText } from '../workload.ts';

type Cells = Pick<Results, 'cells'>;

/**
 * The cells of contenders on workloads, both with commas between: `chunk-queue,ring-buffer` on
 * `views,peek/reused/lock-step/1KiB+`. Contenders may be `ours` and `peers`. In a workload, `*` is any part, `bursts-*` any that
 * begins so, `16KiB+` that size and larger ones, and `64B..16KiB` the sizes from the first to the second.
 *
 * @throws Error when a name has no cell: it is misspelt or was not measured, and what is said of it is said of nobody.
 */
export function selectCells(contenders: string, workloads: string, { cells }: Cells): readonly Cell[] {
  const selected = contendersIn(contenders).flatMap(({ name, ids }) =>
    workloadsIn(workloads).flatMap((pattern) => {
      const found = cells.filter(
        ({ contender, workload }) => ids.includes(contender) && isLike(workload, pattern),
      );
      if (found.length === 0) throw new Error(`the record has no figure of ${name} on ${pattern}`);
      return found;
    }),
  );
  return [...new Set(selected)];
}

interface Named {
  readonly name: string;
  readonly ids: readonly string[];
}

/** One for each that has to be there. Not every peer has every way of reading, so they are looked for together. */
function contendersIn(text: string): readonly Named[] {
  return text.split(',').flatMap((name): readonly Named[] => {
    if (name === 'ours') return idsOf('ours').map((id) => ({ name: id, ids: [id] }));
    return [{ name, ids: name === 'peers' ? idsOf('peer') : [name] }];
  });
}

function idsOf(kind: string): readonly string[] {
  return speedContenders.filter((entry) => entry.kind === kind).map(({ id }) => id);
}

/** `views,peek/reused` → `views/reused`, `peek/reused` */
function workloadsIn(text: string): readonly string[] {
  return text
    .split('/')
    .reduce<readonly string[]>(
      (begun, part) => begun.flatMap((before) => part.split(',').map((one) => `${before}/${one}`)),
      [''],
    )
    .map((pattern) => pattern.slice(1));
}

function isLike(workload: string, pattern: string): boolean {
  const [parts, patterns] = [workload.split('/'), pattern.split('/')];
  return parts.length === patterns.length && parts.every((part, at) => isPartLike(part, patterns[at] ?? ''));
}

function isPartLike(part: string, pattern: string): boolean {
  if (pattern.endsWith('*')) return part.startsWith(pattern.slice(0, -1));
  const [from = '', to] = pattern.endsWith('+') ? [pattern.slice(0, -1), '1MiB'] : pattern.split('..');
  return to === undefined ? part === pattern : sizesBetween(from, to).includes(part);
}

function sizesBetween(from: string, to: string): readonly string[] {
  const sizes = chunkSizes.map(sizeText);
  const [first, last] = [sizes.indexOf(from), sizes.indexOf(to)];
  return first < 0 ? [] : sizes.slice(first, last + 1);
}
