import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { resetPeak, residentBytes } from '../proc-status.ts';
import { pathOf } from '../soak/plan.ts';
import { SoakOrigin } from '../soak/soak-origin.ts';
import { SoakSubject, type SubjectName } from '../soak/soak-subject.ts';
import { SlowClient } from './slow-client.ts';

const KIB = 1024;

export interface SlowClientsOptions {
  readonly subject: SubjectName;
  readonly strategy: string;
  /** For all bodies together; `undefined`: more than they could ever take. */
  readonly memoryBytes: number | undefined;
  readonly clients: number;
  readonly bodyBytes: number;
  readonly highWaterMark: number;
  /** How many pieces of up to 64 KiB each client reads, in turn. */
  readonly pieces: number;
  /** How many read on to the end, each byte checked; the others leave. */
  readonly toTheEnd: number;
  /** For the configuration. */
  readonly folder: string;
}

export interface SlowClientsReport {
  readonly idleBytes: number;
  /** The most that was resident while all were slow, less what was before they came. */
  readonly growthBytes: number;
  /** The same, with those that read to the end as fast as they can. */
  readonly fastGrowthBytes: number;
  readonly mostGrowthBytes: number;
  /** The most that bodies held, by the proxy's own count. */
  readonly heldBytes: number;
  readonly readBytes: number;
  readonly violations: readonly string[];
}

/** Lets many clients take one large body each, slowly, and measures what the proxy keeps for them. */
export async function runSlowClients(options: SlowClientsOptions): Promise<SlowClientsReport> {
  const { subject: name, clients: count, bodyBytes, pieces, toTheEnd } = options;
  const origin = new SoakOrigin();
  await origin.start();
  const proxy = await SoakSubject.start(name, configure(options, origin.url), origin.url);
  const path = pathOf({
    id: 0,
    direction: 'download',
    client: 'HTTP/1.1',
    origin: 'HTTP/1.1',
    size: bodyBytes,
    framing: 'length',
    slowTurns: 0,
    break: undefined,
  });
  const url = new URL(proxy.url);
  const violations: string[] = [];
  try {
    await warmUp(url);
    await proxy.memory();
    const idleBytes = residentBytes(proxy.pid, 'now');
    resetPeak(proxy.pid);

    const clients = Array.from({ length: count }, () => new SlowClient(url, path, bodyBytes));
    let heldBytes = 0;
    const look = async (): Promise<void> => {
      heldBytes = Math.max(heldBytes, await proxy.metric('millrace_held_bytes'));
    };
    await until(async () => (await proxy.metric('millrace_open_bodies')) === count);
    for (let piece = 0; piece < pieces; piece += 1) {
      await Promise.all(clients.map((client) => client.readPiece()));
      await look();
    }
    const growthBytes = residentBytes(proxy.pid, 'peak') - idleBytes;
    const readers = clients.slice(0, toTheEnd);
    await Promise.all(readers.map((client) => client.readToEnd()));
    await look();
    const fastGrowthBytes = residentBytes(proxy.pid, 'peak') - idleBytes;

    const broken = clients.filter((client) => client.isClosed || !client.isRight).length;
    if (broken > 0)
      violations.push(`${broken} clients lost their connection or read other bytes than were sent`);
    const whole = readers.filter((client) => client.isWhole).length;
    if (whole < toTheEnd)
      violations.push(`${toTheEnd - whole} of ${toTheEnd} bodies did not come to their end`);
    const readBytes = clients.reduce((sum, { bytes }) => sum + bytes, 0);
    await Promise.all(clients.map((client) => client.leave()));
    await until(async () => (await proxy.metric('millrace_open_bodies')) === 0);
    const left = await proxy.metric('millrace_held_bytes');
    if (left !== 0) violations.push(`${left} bytes are held when all clients have left`);

    const mostGrowthBytes = limitOf(options);
    if (growthBytes > mostGrowthBytes) violations.push('more memory than the limit');
    const { memoryBytes = Infinity } = options;
    // Bytes have to come in to go out: one read of each open body.
    if (heldBytes > memoryBytes + count * 64 * KIB)
      violations.push('more held than the budget and one read of each');
    return { idleBytes, growthBytes, fastGrowthBytes, mostGrowthBytes, heldBytes, readBytes, violations };
  } finally {
    proxy.kill();
    await proxy.exited;
    await origin.stop();
  }
}

/** The mark, or its share of the budget, and 64 KiB for each body. */
function limitOf({ clients, highWaterMark, memoryBytes = Infinity }: SlowClientsOptions): number {
  return Math.min(memoryBytes, clients * highWaterMark) + clients * 64 * KIB;
}

function configure(
  { folder, strategy, highWaterMark, memoryBytes }: SlowClientsOptions,
  url: string,
): string {
  const file = `${folder}/slow-clients.json`;
  const limits = { memoryBytes: memoryBytes ?? 2 ** 40, idleTimeoutMs: 600_000 };
  const routes = [{ upstream: 'origin', strategy, highWaterMark }];
  const listeners = { listen: '127.0.0.1:0', adminListen: '127.0.0.1:0' };
  writeFileSync(
    file,
    JSON.stringify({ ...listeners, upstreams: { origin: { servers: [url] } }, routes, limits }),
  );
  return file;
}

/** Lets code be compiled and pools be filled by one body that is read to its end. */
async function warmUp(url: URL): Promise<void> {
  const size = 64 * KIB * KIB;
  const path = pathOf({
    id: 0,
    direction: 'download',
    client: 'HTTP/1.1',
    origin: 'HTTP/1.1',
    size,
    framing: 'length',
    slowTurns: 0,
    break: undefined,
  });
  const client = new SlowClient(url, path, size);
  await client.readToEnd();
  await client.leave();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 1200; looks += 1) {
    if (await isSo()) return;
    await delay(50);
  }
  throw new Error(`still not so: ${isSo.toString()}`);
}
