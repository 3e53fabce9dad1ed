import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { demoBody, demoSha256 } from '../src/demo/demo-body.ts';
import { download } from './download.ts';
import { everyStrategy } from './every-strategy.ts';
import { runProxy } from './run-proxy.ts';
import { seededRandom } from './seeded-random.ts';
import { watchMemory } from './watch-memory.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** Demo origin included. */
const MOST_RESIDENT_BYTES = 350 * MIB;

const sizes = [GIB, 256 * MIB, 8 * MIB];
const sha256 = new Map<number, string>();

beforeAll(async () => {
  for (const size of sizes) sha256.set(size, await demoSha256(size));
});

async function upload(url: string, size: number): Promise<unknown> {
  const request = http.request(`${url}/upload`, { method: 'PUT', headers: { 'content-length': size } });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
  });
  await pipeline(Readable.from(demoBody(size)), request);
  return JSON.parse((await (await answered).toArray()).join(''));
}

describe.each(everyStrategy)('a proxy and its origin in one process, through $name', ({ name }) => {
  it('pass on 1 GiB down, 256 MiB up, and 8 MiB to each of 200 clients of all speeds, within 350 MiB', async () => {
    const proxy = await runProxy('--strategy', name);
    const residentBytes = await watchMemory(proxy);

    expect(await download(`${proxy.url}/bytes/${GIB}`)).toMatchObject({
      bytes: GIB,
      sha256: sha256.get(GIB),
    });
    const afterDownload = residentBytes();

    const size = 256 * MIB;
    expect(await upload(proxy.url, size)).toEqual({ bytes: size, sha256: sha256.get(size) });
    const afterUpload = residentBytes();

    const random = seededRandom(20_261_124);
    const agent = new http.Agent({ maxSockets: Infinity });
    const all = await Promise.all(
      Array.from({ length: 200 }, () => {
        // From as fast as it goes to one that takes up to 40 turns over a chunk.
        const slowness = random(41);
        return download(`${proxy.url}/bytes/${8 * MIB}`, {
          agent,
          turnsPerChunk: () => random(slowness + 1),
        });
      }),
    );
    const whole = all.filter(({ bytes, sha256: hash }) => bytes === 8 * MIB && hash === sha256.get(8 * MIB));
    expect(whole).toHaveLength(200);

    expect(await proxy.snapshot()).toMatchObject({
      strategy: name,
      open: { requests: 0, responses: 0 },
      bufferedBytes: 0,
      bytes: { requestsIn: size },
      outcomes: {
        requests: { ended: 1, failed: 0, cancelled: 0 },
        responses: { ended: 202, failed: 0, cancelled: 0 },
      },
    });
    const peak = residentBytes();
    const figures = [afterDownload, afterUpload, peak].map((bytes) => `${Math.round(bytes / MIB)} MiB`);
    process.stdout.write(
      `${name}: resident at most ${figures.join(', ')} after download, upload, 200 clients\n`,
    );
    expect(peak).toBeGreaterThan(30 * MIB);
    expect(peak).toBeLessThan(MOST_RESIDENT_BYTES);
  });
});
