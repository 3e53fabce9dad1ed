import { speedContenders } from '../contenders.ts';
import type { SpeedEntry } from '../contenders.ts';
import { machineLine } from '../machine.ts';
import { cellIn } from '../results.ts';
import type { Results } from '../results.ts';
import { chunkSizes, sizeText, transfer, unitOf } from '../workload.ts';
import type { Mode, Ownership, Regime, Workload } from '../workload.ts';
import { barChart } from './bar-chart.ts';
import { lineChart } from './line-chart.ts';
import { colourOf, escapeXml } from './svg.ts';

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; }
svg { display: block; width: 100%; height: auto; margin: 0 0 2rem; font: 12px system-ui, sans-serif; fill: currentColor; }
.title { font-weight: 600; font-size: 14px; }
.spread { stroke: currentColor; stroke-width: 1.5; }
.grid { stroke: currentColor; opacity: 0.15; }
`;

const lineRegimes: readonly (readonly [Mode, Ownership, Regime, string])[] = [
  ['for-await', 'given', 'lock-step', 'Chunks given away, in lock-step'],
  ['for-await', 'given', 'bursts-64', 'Chunks given away, in bursts of 64'],
  ['for-await', 'given', 'ahead-64k', 'Chunks given away, producer ahead'],
  ['for-await', 'reused', 'ahead-64k', 'Memory reused, producer ahead'],
  ['views', 'reused', 'ahead-64k', 'Memory reused and borrowed with views(), producer ahead'],
];

/** A page of charts, complete in itself: no script, nothing to fetch. */
export function htmlPage(results: Results): string {
  const bars: readonly (readonly [Workload, string])[] = [
    [transfer('for-await', 'given', 'lock-step', 1024), 'Chunks of 1 KiB given away, in lock-step'],
    [transfer('for-await', 'given', 'bursts-64', 1024), 'Chunks of 1 KiB given away, in bursts of 64'],
    [transfer('for-await', 'reused', 'bursts-64', 1024), 'Memory reused, chunks of 1 KiB, in bursts of 64'],
    [transfer('for-await', 'given', 'ahead-64k', 64), 'Chunks of 64 B given away, producer ahead'],
    [{ kind: 'creation', id: 'creation' }, 'A body of one chunk, from making to the end'],
    [{ kind: 'latency', id: 'latency' }, 'From the first write until the consumer has it'],
    [{ kind: 'mixed', id: 'mixed' }, 'A mixed day'],
    [{ kind: 'memory', id: 'memory/idle', state: 'idle', bodies: 100_000 }, 'Memory of an idle body'],
    [
      { kind: 'memory', id: 'memory/loaded', state: 'loaded', bodies: 100_000 },
      'Memory of a body with one chunk of 1 KiB',
    ],
    [{ kind: 'one-byte-writes', id: 'one-byte-writes' }, 'Memory held by 1 MiB of one-byte writes'],
  ];
  const charts = [
    ...bars.map(([workload, title]) => barsOf(results, workload, title)),
    '<h2>Cost against chunk size</h2>',
    ...lineRegimes.map((row) => linesOf(results, ...row)),
    '<h2>Memory against bodies</h2>',
    memoryLines(results),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>millrace: speed</title>
<style>${style}</style>
</head>
<body>
<h1>Speed</h1>
<p>${escapeXml(machineLine(results.machine))}; profile ${results.profile}. Bars are medians, and like the lines further down
on a logarithmic scale: trust the numbers, not the lengths. The thin line on a bar reaches from its
best run to its worst. Ours are blue, green and violet; limits, and what is written by hand, grey.</p>
${charts.filter((chart) => chart !== '').join('\n')}
</body>
</html>
`;
}

function barsOf(results: Results, workload: Workload, title: string): string {
  const bars = speedContenders.flatMap((entry, index) => {
    const cell = cellIn(results, workload.id, entry.id);
    return cell === undefined || cell.low <= 0
      ? []
      : [
          {
            label: entry.title,
            colour: colourOf(entry.kind, index),
            value: cell.median,
            low: cell.low,
            high: cell.high,
          },
        ];
  });
  return bars.length === 0
    ? ''
    : barChart(
        title,
        unitOf(workload),
        bars.sort((one, other) => one.value - other.value),
      );
}

function linesOf(results: Results, mode: Mode, ownership: Ownership, regime: Regime, title: string): string {
  const at = chunkSizes.map((size) => ({ x: size, workload: transfer(mode, ownership, regime, size).id }));
  return chartOf(results, at, { title, unit: 'ns per chunk', xText: sizeText });
}

function memoryLines(results: Results): string {
  const at = [1000, 10_000, 100_000].map((bodies) => ({
    x: bodies,
    workload: bodies === 100_000 ? 'memory/waiting' : `memory/waiting/${bodies}`,
  }));
  return chartOf(
    results,
    at,
    {
      title: 'Memory of all bodies, each with a consumer that waits',
      unit: 'bytes',
      xText: (x) => `${x} bodies`,
    },
    (value, bodies) => value * bodies,
  );
}

function chartOf(
  results: Results,
  at: readonly { readonly x: number; readonly workload: string }[],
  axes: Parameters<typeof lineChart>[0],
  scale: (value: number, x: number) => number = (value) => value,
): string {
  const line = (entry: SpeedEntry, index: number): Parameters<typeof lineChart>[1][number] => ({
    label: entry.title,
    colour: colourOf(entry.kind, index),
    isThick: entry.kind === 'ours',
    points: at.flatMap(({ x, workload }) => {
      const cell = cellIn(results, workload, entry.id);
      return cell === undefined || cell.median <= 0 ? [] : [{ x, y: scale(cell.median, x) }];
    }),
  });
  const lines = speedContenders.map(line).filter(({ points }) => points.length > 1);
  return lines.length === 0 ? '' : lineChart(axes, lines);
}
