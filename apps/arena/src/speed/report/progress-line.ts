import type { Cell } from '../cell.ts';
import { speedContenders } from '../contenders.ts';
import type { Kind } from '../contenders.ts';
import type { Workload } from '../workload.ts';
import { unitOf } from '../workload.ts';

/** One line for the terminal: ours, the two fastest peers and the limits on a workload. */
export function progressLine(workload: Workload, cells: readonly Cell[]): string {
  const of = (kind: Kind): readonly Cell[] =>
    cells
      .filter(({ contender }) => speedContenders.find(({ id }) => id === contender)?.kind === kind)
      .sort((one, other) => one.median - other.median);
  const text = ({ contender, median }: Cell): string =>
    `${contender} ${median < 10 ? median.toFixed(1) : Math.round(median)}`;
  const parts = [
    of('ours').map(text).join(', '),
    of('peer').slice(0, 2).map(text).join(', '),
    of('limit').map(text).join(', '),
  ];
  return `${workload.id} [${unitOf(workload)}]  ${parts.filter((part) => part !== '').join(' | ')}`;
}
