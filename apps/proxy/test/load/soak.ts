/**
 * The command: soaks the proxy for some minutes, 10 when left out, and says what came of it. `soak MINUTES`, and
 * `--subject swallowing` to see it fail, `--seed N` to see the same again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Soak } from './soak/soak-run.ts';
import type { SubjectName } from './soak/soak-subject.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '20261129' },
    subject: { type: 'string', default: 'millrace' },
  },
});
const minutes = Number(positionals[0] ?? 10);
const folder = mkdtempSync(join(tmpdir(), 'millrace-soak-'));
const endsAtMs = performance.now() + minutes * 60_000;
const soak = new Soak({
  subject: values.subject as SubjectName,
  seed: Number(values.seed),
  folder,
  exchangesPerLap: 400,
  // Memory is compared from the second lap on.
  goesOn: (laps) => laps < 3 || performance.now() < endsAtMs,
  say: (line) => process.stdout.write(`${line}\n`),
});
const { violations, counts, bytes, memory } = await soak.run();
rmSync(folder, { recursive: true });

const mib = (amount: number): string => `${Math.round(amount / 1024 / 1024)} MiB`;
const [, first = memory[0]] = memory;
const last = memory.at(-1);
const rows: [string, string | number][] = [
  ['minutes', minutes],
  ['seed', values.seed],
  ...Object.entries(counts).toSorted(([a], [b]) => a.localeCompare(b)),
  ['bytes checked', mib(bytes)],
  ['kept after the second lap', mib((first?.heapUsed ?? 0) + (first?.external ?? 0))],
  ['kept at the end', mib((last?.heapUsed ?? 0) + (last?.external ?? 0))],
  ['resident after the second lap', mib(first?.rss ?? 0)],
  ['resident at the end', mib(last?.rss ?? 0)],
  ['violations', violations.length],
];
process.stdout.write(`\n${rows.map(([what, figure]) => `${what.padEnd(32)}${figure}`).join('\n')}\n`);
for (const violation of violations.slice(0, 20)) process.stdout.write(`  ${violation}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
