import type { Cell } from '../cell.ts';
import type { Results } from '../results.ts';
import { sections } from '../sections.ts';
import { unitOf } from '../workload.ts';
import { figure, spreadPercent } from './figure.ts';
import type { GoalCounts } from './goal-counts.ts';
import { pairCells } from './pair-cells.ts';
import type { CellPair } from './pair-cells.ts';
import { quantityText, rangeText } from './quantity-text.ts';
import type { Quantity } from './quantity-text.ts';
import { selectCells } from './select-cells.ts';

/** What placeholders are answered from. */
export interface AdviceRecord {
  readonly results: Results;
  readonly goals: GoalCounts;
}

/** A placeholder such as `{{range chunk-queue creation}}`: its first word is the form, and the rest what it is asked. */
type Form = (asked: string, record: AdviceRecord) => string;

const forms = {
  /** `range CELLS`, `range CELLS and CELLS`: from the lowest to the highest of them. */
  range: (asked, record) => {
    const { low, high, quantity } = boundsOf(asked, record);
    return rangeText(low, high, quantity);
  },
  /** `least CELLS`: the lowest of them. */
  least: (asked, record) => {
    const { low, quantity } = boundsOf(asked, record);
    return quantityText(low, quantity);
  },
  /** `most CELLS`: the highest of them. */
  most: (asked, record) => {
    const { high, quantity } = boundsOf(asked, record);
    return quantityText(high, quantity);
  },
  /** `times OURS THEIRS WORKLOADS`: by how much the first is above the second, on each workload. */
  times: (asked, { results }) => {
    const [low, high] = extremes(pairsIn(asked, results), ({ one, other }) => one.median / other.median);
    return joined(figure(low), figure(high), '');
  },
  /** `percent OURS THEIRS WORKLOADS`: what the first takes of what the second takes, on each workload. */
  percent: (asked, { results }) => {
    const [low, high] = extremes(
      pairsIn(asked, results),
      ({ one, other }) => (one.median / other.median) * 100,
    );
    return joined(Math.round(low).toString(), Math.round(high).toString(), ' %');
  },
  /** `difference OURS THEIRS WORKLOADS`: what the first takes more than the second, on each workload. */
  difference: (asked, { results }) => {
    const pairs = pairsIn(asked, results);
    const [low, high] = extremes(pairs, ({ one, other }) => one.median - other.median);
    return rangeText(low, high, quantityOf(pairs.map(({ one }) => one)));
  },
  /** `apart CELLS`: by how much the highest is above the lowest on the workload where that is the most. */
  apart: (asked, { results }) => {
    const [contenders, workloads] = words(asked, 2, 'CONTENDERS WORKLOADS');
    const cells = selectCells(contenders, workloads, results);
    const gaps = cells.map((cell) => {
      const column = cells.filter(({ workload }) => workload === cell.workload);
      const [low, high] = extremes(column, ({ median }) => median);
      return high / low - 1;
    });
    return `${Math.round(Math.max(...gaps) * 100)} %`;
  },
  /** `spread CELLS`: the widest spread of their runs, as the tables have it. */
  spread: (asked, { results }) => {
    const [contenders, workloads] = words(asked, 2, 'CONTENDERS WORKLOADS');
    return `±${Math.max(...selectCells(contenders, workloads, results).map(spreadPercent))} %`;
  },
  /** `goals all|reached|within-noise|beyond`: how many. */
  goals: (asked, { goals }) => {
    const count = new Map(Object.entries(goals)).get(asked);
    if (count === undefined) throw new Error(`"${asked}" is none of ${Object.keys(goals).join(', ')}`);
    return count.toString();
  },
  /** `runs`: how many of each that is not far behind. */
  runs: (_, { results }) => Math.max(...results.cells.map(({ runs }) => runs.length)).toString(),
  /** `took`: the whole run. */
  took: (_, { results: { tookSeconds } }) => {
    if (tookSeconds === undefined) throw new Error('the record does not say how long it took');
    return `${Math.round(tookSeconds / 60)} minutes`;
  },
} satisfies Record<string, Form>;

export const adviceForms: Readonly<Partial<Record<string, Form>>> = forms;

function boundsOf(
  asked: string,
  { results }: AdviceRecord,
): { readonly low: number; readonly high: number; readonly quantity: Quantity } {
  const cells = asked.split(' and ').flatMap((part) => {
    const [contenders, workloads] = words(part, 2, 'CONTENDERS WORKLOADS');
    return selectCells(contenders, workloads, results);
  });
  const [low, high] = extremes(cells, ({ median }) => median);
  return { low, high, quantity: quantityOf(cells) };
}

function pairsIn(asked: string, results: Results): readonly CellPair[] {
  const [ours, theirs, workloads] = words(asked, 3, 'OURS THEIRS WORKLOADS');
  return pairCells(ours, theirs, workloads, results);
}

/** @throws Error when there are more or fewer. */
function words(text: string, count: 2 | 3, expected: string): readonly [string, string, string] {
  const [first = '', second = '', third = '', ...more] = text.split(' ');
  if ((count === 2 ? second : third) === '' || more.length > 0 || (count === 2 && third !== ''))
    throw new Error(`"${text}" is not ${expected}`);
  return [first, second, third];
}

/**
 * The lowest and the highest.
 *
 * @throws Error when one is no number: what is nothing cannot be a multiple of nothing.
 */
function extremes<T>(items: readonly T[], valueOf: (item: T) => number): readonly [number, number] {
  const values = items.map(valueOf);
  if (values.length === 0 || !values.every(Number.isFinite))
    throw new Error('that is no number in the record');
  return [Math.min(...values), Math.max(...values)];
}

function joined(low: string, high: string, unit: string): string {
  return `${low === high ? high : `${low} to ${high}`}${unit}`;
}

/** @throws Error when they are of both. */
function quantityOf(cells: readonly Cell[]): Quantity {
  const found = new Set(cells.map(({ workload }) => quantities.get(workload)));
  const [quantity] = found;
  if (quantity === undefined || found.size > 1) throw new Error('these are not all times, nor all memory');
  return quantity;
}

const quantities: ReadonlyMap<string, Quantity> = new Map(
  sections
    .flatMap(({ workloads }) => workloads)
    .map((workload) => [workload.id, unitOf(workload).startsWith('ns') ? 'time' : 'memory']),
);
