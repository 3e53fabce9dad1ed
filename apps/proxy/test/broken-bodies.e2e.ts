import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { download } from './download.ts';
import { everyStrategy } from './every-strategy.ts';
import { runProxyUntilKilled, type RunningProxy } from './run-proxy.ts';
import { seededRandom } from './seeded-random.ts';

const TIMES = 100;
const AT_ONCE = 10;

const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** What becomes of `TIMES` downloads: the code of their error, or that they came out whole. */
async function outcomes(one: () => Promise<unknown>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const worker = async (times: number): Promise<void> => {
    for (let left = times; left > 0; left -= 1) {
      const outcome = await one().then(
        () => 'whole',
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => worker(TIMES / AT_ONCE)));
  return counts;
}

describe.each(everyStrategy)('a body that breaks off, through $name', ({ name }) => {
  let proxy: RunningProxy;
  beforeAll(async () => {
    proxy = await runProxyUntilKilled('--strategy', name);
  });
  afterAll(() => void proxy.process.kill('SIGKILL'));

  it.each([
    { mode: 'length', reader: 'fast', mostBytes: 300_000, slowness: 0 },
    { mode: 'length', reader: 'slow', mostBytes: 1_000_000, slowness: 12 },
    { mode: 'chunked', reader: 'fast', mostBytes: 300_000, slowness: 0 },
    { mode: 'chunked', reader: 'slow', mostBytes: 1_000_000, slowness: 12 },
  ])(
    `is an error to a $reader reader ${TIMES} of ${TIMES} times: $mode [P3]`,
    async ({ mode, mostBytes, slowness }) => {
      const { failed: failedBefore } = (await proxy.snapshot()).outcomes.responses;
      const random = seededRandom(498);
      const agent = new http.Agent({ keepAlive: true });
      const counts = await outcomes(() =>
        download(`${proxy.url}/break?mode=${mode}&after=${random(mostBytes)}`, {
          agent,
          turnsPerChunk: () => (slowness === 0 ? 0 : random(slowness)),
        }),
      );
      agent.destroy();
      expect(counts).toEqual({ ECONNRESET: TIMES });
      expect(await proxy.snapshot()).toMatchObject({
        open: { requests: 0, responses: 0 },
        bufferedBytes: 0,
        outcomes: { responses: { failed: failedBefore + TIMES, cancelled: 0 } },
      });
    },
  );

  it.skipIf(!hasCurl)(
    `makes curl exit with an error${hasCurl ? '' : ' (skipped: there is no curl here)'}`,
    async () => {
      const statusOf = async (path: string, ...args: string[]): Promise<unknown> => {
        const curl = spawn('curl', ['-s', '-o', '-', ...args, proxy.url + path], {
          stdio: ['ignore', 'ignore', 'ignore'],
        });
        const [status] = (await once(curl, 'close')) as [number];
        return status;
      };
      expect(await statusOf('/bytes/100000')).toBe(0);
      for (const mode of ['length', 'chunked', 'close']) {
        // 18: a partial file.
        expect(await statusOf(`/break?mode=${mode}&after=100000`)).toBe(18);
        expect(await statusOf(`/break?mode=${mode}&after=0`)).toBe(18);
        expect(await statusOf(`/break?mode=${mode}&after=400000`, '--limit-rate', '1M')).toBe(18);
      }
      // 56: the connection was reset, which is all that HTTP/1.0 leaves.
      expect(await statusOf('/break?mode=chunked&after=100000', '--http1.0')).toBe(56);
    },
  );
});
