import type { Cell } from '../cell.ts';
import type { Results } from '../results.ts';
import { selectCells } from './select-cells.ts';

export interface CellPair {
  readonly one: Cell;
  /** On the same workload. */
  readonly other: Cell;
}

/**
 * Each of the first contenders on each of the workloads, beside the fastest (or leanest) of the second.
 *
 * @throws Error when somebody has no cell there.
 */
export function pairCells(
  ones: string,
  others: string,
  workloads: string,
  results: Pick<Results, 'cells'>,
): readonly CellPair[] {
  return selectCells(ones, workloads, results).map((one) => {
    const [other] = [...selectCells(others, one.workload, results)].sort((a, b) => a.median - b.median);
    // Never: a selection of none is an error.
    if (other === undefined) throw new Error(`the record has no figure of ${others} on ${one.workload}`);
    return { one, other };
  });
}
