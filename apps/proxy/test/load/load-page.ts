import { goalsOf, perCoreSecond, type WorkloadResult } from './goals.ts';
import type { Measured } from './measured.ts';

export interface LoadReport {
  readonly date: string;
  readonly cpu: string;
  readonly kernel: string;
  readonly node: string;
  readonly wrk: string;
  readonly commit: string;
  /** What else the machine was at, by its load average before the run. */
  readonly loadBefore: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly results: readonly WorkloadResult[];
}

const MIB = 1024 * 1024;

/** The page about a run, and the same for programs. */
export function loadPage(report: LoadReport): { markdown: string; goals: string; data: unknown } {
  const { date, cpu, kernel, node, wrk, commit, loadBefore, rounds, seconds, results } = report;
  const goals = goalsOf(results);
  const goalsTable = table(
    ['goal', 'figure', ''],
    goals.map(({ goal, figure, isReached }) => [goal, figure, isReached ? 'reached' : '**missed**']),
  );
  const markdown = `# Load

How fast a proxy passes bodies on, and what it takes. \`pnpm --filter @millrace/proxy bench\` writes this page and
[the figures](load.json). Compare the ratios: the figures themselves are those of one machine on one day.

Made on ${date}: ${cpu}, ${kernel}, Node ${node}, wrk ${wrk}, commit ${commit}. The load average in the
minute before was ${loadBefore.toFixed(1)}. Where other work goes on beside a run, requests/s and MiB/s say little, and _CPU each_ says more.

- Each proxy is one process on a core of its own. wrk and the upstream, nginx, share another core. All is on the loopback.
- ${rounds} rounds of ${seconds} s, the proxies in turn within each; the figures are medians.
- _CPU each_ is what a request, or a MiB, takes of the proxy's core, by Linux's own count, and the ratios are of that: what a second of
  the core gives. The clock's own second gives as much on a machine that does nothing else. Sharing the machine still costs cold caches.
- _Peak_ is the most memory the process ever had resident under that workload, its start included.
- Millrace is the command as it is started, with its admin listener, metrics, limits and timeouts. Its marks are the default ones.
  The bare loop writes what undici hands it to a response, and has none of a proxy's duties.
- http-proxy, http-proxy-3 and httpxy open a connection to the upstream for each request, unless they are given an agent that keeps
  some: both were tried.

## Goals

Judged by the slowest of the strategies, or the largest.

${goalsTable}

${results.map((result) => section(result)).join('\n\n')}
`;
  return { markdown, goals: goalsTable, data: { ...report, goals } };
}

function section({ workload, measured }: WorkloadResult): string {
  const { name, unit, connections } = workload;
  const what = unit === 'requests' ? 'requests/s' : 'MiB/s';
  const base = measured.find((one) => one.name.startsWith('nginx'));
  const peer = measured.find((one) => one.name.startsWith('http-proxy-3'));
  const rows = measured.map((one) => [
    one.name,
    String(Math.round(one.perSecond)),
    ratio(one, base),
    ratio(one, peer),
    `${one.cpuMicrosecondsEach.toFixed(1)} µs`,
    `${Math.round(one.peakResidentBytes / MIB)} MiB`,
  ]);
  const heading = `## ${name}, ${connections} connections`;
  return `${heading}\n\n${table(['', what, '× nginx', '× http-proxy-3', 'CPU each', 'peak'], rows)}`;
}

function ratio(one: Measured, base: Measured | undefined): string {
  return base === undefined ? '–' : (perCoreSecond(one) / perCoreSecond(base)).toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
