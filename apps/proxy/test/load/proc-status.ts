import { readFileSync, writeFileSync } from 'node:fs';

/** What Linux says of the memory of a process, in bytes: resident now, or the most it ever had since a reset. */
export function residentBytes(pid: number, what: 'now' | 'peak'): number {
  const name = what === 'now' ? 'VmRSS' : 'VmHWM';
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`Linux says no ${name} of process ${pid}`);
  return Number(kibibytes) * 1024;
}

/** From now on the peak is that of the time to come. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
