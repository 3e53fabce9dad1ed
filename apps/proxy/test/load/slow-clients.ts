/**
 * The command: 1 000 clients take 1 GiB each, slowly, over each strategy, without and with a budget of memory, and the
 * memory of the proxy is held to its limit. Each client reads its first pieces; two read on to the end, the others leave.
 * With `--subject eager` they go to a proxy that buffers what its client does not take, which must not get through. Let three
 * come to it: it holds whole bodies. With so few the limit is less than any process grows by, so compare its growth with ours.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runSlowClients } from './slow/slow-clients-run.ts';

const MIB = 1024 * 1024;
const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    subject: { type: 'string', default: 'millrace' },
  },
});
const { subject } = values;
if (subject !== 'millrace' && subject !== 'eager') {
  throw new Error(`--subject is ${JSON.stringify(subject)}; it must be millrace or eager`);
}
const folder = mkdtempSync(join(tmpdir(), 'millrace-slow-'));
const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
const line = (cells: readonly string[]): void => {
  process.stdout.write(`${cells.map((cell) => cell.padEnd(14)).join('')}\n`);
};

line(['strategy', 'budget', 'idle', 'growth', 'at most', 'held', 'read', 'fast growth', '']);
let isWrong = false;
for (const strategy of ['chunk-queue', 'ring-buffer', 'copy-on-yield']) {
  if (!strategy.includes(values.only)) continue;
  for (const memoryBytes of [undefined, 32 * MIB]) {
    const { violations, ...report } = await runSlowClients({
      subject,
      strategy: `@millrace/${strategy}`,
      memoryBytes,
      clients: Number(values.clients),
      bodyBytes: 1024 * MIB,
      highWaterMark: 65_536,
      pieces: 32,
      toTheEnd: 2,
      folder,
    });
    const { idleBytes, growthBytes, mostGrowthBytes, heldBytes, readBytes, fastGrowthBytes } = report;
    const figures = [idleBytes, growthBytes, mostGrowthBytes, heldBytes, readBytes, fastGrowthBytes].map(mib);
    const budget = memoryBytes === undefined ? 'none' : mib(memoryBytes);
    line([strategy, budget, ...figures, violations.length === 0 ? 'good' : violations.join('; ')]);
    isWrong ||= violations.length > 0;
  }
}
rmSync(folder, { recursive: true });
process.exitCode = isWrong ? 1 : 0;
