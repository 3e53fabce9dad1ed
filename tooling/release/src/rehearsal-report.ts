import type { Bump } from './bump.ts';
import { steps } from './trial.ts';
import type { Trial } from './trial.ts';

/** A row for each package manager, a column for each step. */
export function trialTable(trials: readonly Trial[]): string {
  const rows = trials.map(({ label, version, runsOn, done, failure }) => [
    `${label} ${version}`,
    runsOn,
    ...steps.map((step) => done[step] ?? (failure?.step === step ? 'FAILED' : '')),
  ]);
  return table(['package manager', 'code runs on', ...steps], rows);
}

/** Which versions a release moved, and why. */
export function bumpTable({ change, packages }: Bump): string {
  const rows = packages.map(({ name, before, after, why }) => [
    name,
    before === after ? before : `${before} → ${after}`,
    why,
  ]);
  return `A ${change.level} change of ${change.name}\n\n${table(['package', 'version', 'why'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
