import { describe, expect, test } from 'vitest';
import type { Cell } from '../src/speed/cell.ts';
import { speedContenders } from '../src/speed/contenders.ts';
import { goals } from '../src/speed/goals.ts';
import { figure, spreadPercent } from '../src/speed/report/figure.ts';
import { htmlPage } from '../src/speed/report/html.ts';
import { measuredHalf } from '../src/speed/report/markdown.ts';
import type { Results } from '../src/speed/results.ts';
import { sections } from '../src/speed/sections.ts';
import { fastMachine } from './fast-machine.ts';

/** Everybody on everything, each a little slower than the one before; a limit slower still where the first goal looks first. */
const cells: readonly Cell[] = sections.flatMap(({ workloads }) =>
  workloads.flatMap(({ id: workload }) =>
    speedContenders.map(({ id: contender }, index) => {
      const isSlower = contender === 'limit-iterator' && workload === 'for-await/given/lock-step/1KiB';
      const median = isSlower ? 200 : 100 + index;
      const [low, high] = [median - 10, median + 30];
      return { workload, contender, median, low, high, runs: [low, median, high], gc: undefined };
    }),
  ),
);

const results: Results = {
  machine: fastMachine,
  profile: 'full',
  versions: { 'streamx-readable': 'streamx 2.28.1', 'streamx-passthrough': 'streamx 2.28.1' },
  cells,
  problems: [{ workload: 'latency', contender: 'repeater', message: 'It gave no answer within 60 seconds.' }],
};

describe('the measured half of the page', () => {
  const text = measuredHalf(results, sections, goals);

  test('begins with the machine and names each version once', () => {
    expect(text).toMatch(
      /^Measured on: A <fast> one, 2 cores, 8 GiB, linux x64; Node 24.21.0; commit abcdef0; 2026-11-29. Profile `full`. Versions: streamx 2.28.1.\n/,
    );
  });

  test('has a row for each goal, and says which are missed and by whom', () => {
    expect(text).toContain(`| ${goals[0]?.says ?? ''} | ✗ missed (20 of 20 below) | 1.03× |`);
    expect(text).toContain(', against node-passthrough | 0.52×, below in 20 | 10 % |');
    expect(text).toContain('against node-passthrough');
  });

  test('says what no limit is known for, and how many goals nobody can reach', () => {
    expect(text).toContain(
      'an idle pipe with its store: at most 280 bytes | ✓ reached | 102 bytes | ring-buffer, memory/idle | – |',
    );
    expect(text).toMatch(/^\d+ of 26 reached; \d+ of the others cannot be/m);
  });

  test('has every contender with its spread, and the fastest in bold', () => {
    const table = text.slice(text.indexOf('### `for-await`, in lock-step'));
    expect(table).toContain('| | 64B | 1KiB | 16KiB | 64KiB | 1MiB |');
    expect(table).toContain(`| chunk-queue |${' **100** ±20 % |'.repeat(5)}\n`);
    expect(table).toContain(`| copy-on-yield |${' 101 ±20 % |'.repeat(5)}\n`);
  });

  test('says who was not measured, and why', () => {
    expect(text).toContain('- repeater, latency: It gave no answer within 60 seconds.');
  });

  test('leaves out the tables that nothing was measured for', () => {
    const few = measuredHalf(
      { ...results, cells: cells.filter(({ workload }) => workload === 'creation') },
      sections,
      [],
    );
    expect(few).toContain('## Bodies');
    expect(few).not.toContain('## Memory');
  });
});

describe('the page of charts', () => {
  const html = htmlPage(results);

  test('has bars with spread, lines over chunk sizes, and memory over bodies', () => {
    expect(html.match(/<svg /g)).toHaveLength(16);
    expect(html).toContain('Cost against chunk size');
    expect(html).toContain('100000 bodies');
    expect(html.match(/class="spread"/g)?.length).toBeGreaterThan(100);
  });

  test('has room for every word', () => {
    const charts = [...html.matchAll(/viewBox="0 0 (\d+) \d+".*?<\/svg>/gs)];
    const cutOff = charts.flatMap(([chart, width]) =>
      [...chart.matchAll(/<text x="([\d.]+)"([^>]*)>([^<]*)</g)].filter(
        ([, x, attributes = '', text = '']) => {
          // A letter takes 6 of a chart's units, by and large.
          const length = text.length * 6;
          if (attributes.includes('"end"')) return length > Number(x);
          return !attributes.includes('"middle"') && Number(x) + length > Number(width);
        },
      ),
    );
    expect(charts).toHaveLength(16);
    expect(cutOff.map(([, , , text]) => text)).toEqual([]);
  });

  test('needs no script and fetches nothing, and escapes what it is told', () => {
    expect(html).not.toMatch(/<script|https?:|A <fast>/);
    expect(html).toContain('A &lt;fast&gt; one');
  });

  test('draws no chart without figures', () => {
    expect(htmlPage({ ...results, cells: [] })).not.toContain('<svg');
    expect(html).not.toContain('NaN');
  });
});

test.each([
  [7.42, '7.4'],
  [142.4, '142'],
  [9999, '9999'],
  [12_345, '12 300'],
  [1_234_567, '1 234 600'],
  [23_456_789, '23.5 M'],
])('%f reads %s', (value, text) => {
  expect(figure(value)).toBe(text);
});

test('a spread is half of the range in percent of the median', () => {
  expect(spreadPercent({ low: 90, high: 110, median: 100 })).toBe(10);
});
