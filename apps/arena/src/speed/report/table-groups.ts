import type { Section } from '../sections.ts';
import { sizeText } from '../workload.ts';
import type { Mode, Regime, Workload } from '../workload.ts';

/** One table: contenders down, workloads across. */
export interface TableGroup {
  /** Empty: the section has this table alone. */
  readonly title: string;
  readonly columns: readonly { readonly heading: string; readonly workload: string }[];
}

const regimeText: Readonly<Record<Regime, string>> = {
  'lock-step': 'in lock-step',
  'bursts-8': 'in bursts of 8',
  'bursts-64': 'in bursts of 64',
  'ahead-64k': 'producer ahead, mark at 64 KiB',
  'ahead-1m': 'producer ahead, mark at 1 MiB',
};

/** The tables of a section: one for each way of moving bytes, with the chunk sizes across. */
export function tableGroups({ workloads }: Section): readonly TableGroup[] {
  const groups = new Map<string, { heading: string; workload: string }[]>();
  for (const workload of workloads) {
    const { title, heading } = placeOf(workload);
    groups.set(title, [...(groups.get(title) ?? []), { heading, workload: workload.id }]);
  }
  return [...groups].map(([title, columns]) => ({ title, columns }));
}

function placeOf(workload: Workload): { readonly title: string; readonly heading: string } {
  if (workload.kind !== 'transfer' || workload.id.startsWith('long-body'))
    return { title: '', heading: workload.id };
  const { mode, regime, chunkBytes } = workload;
  return { title: transferTitle(mode, regime), heading: sizeText(chunkBytes) };
}

function transferTitle(mode: Mode, regime: Regime): string {
  return `\`${mode}\`, ${regimeText[regime]}`;
}
