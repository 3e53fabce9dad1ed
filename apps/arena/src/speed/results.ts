import type { Cell, Problem } from './cell.ts';
import type { Machine } from './machine.ts';

/** All that a run found out: what the JSON file holds, and what every page is made from. */
export interface Results {
  readonly machine: Machine;
  readonly profile: 'full' | 'quick';
  /** From the first workload to the last; records of before December 2026 do not say it. */
  readonly tookSeconds?: number;
  /** `streamx 2.28.1` by contender. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
  readonly problems: readonly Problem[];
}

/** Looks a cell up; `undefined`: not measured. */
export function cellIn(
  { cells }: Pick<Results, 'cells'>,
  workload: string,
  contender: string,
): Cell | undefined {
  return cells.find((cell) => cell.workload === workload && cell.contender === contender);
}
