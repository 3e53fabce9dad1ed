import { chunkSizes, isCollecting, regimes, transfer } from './workload.ts';
import type { Mode, Ownership, Regime, Workload } from './workload.ts';

/** A table of the report. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** What is measured and how to read it, in a sentence or two. */
  readonly text: string;
  readonly workloads: readonly Workload[];
}

const KIB = 1024;
const mainRegimes: readonly Regime[] = ['lock-step', 'bursts-64', 'ahead-64k'];

function matrix(
  inModes: readonly Mode[],
  ownership: Ownership,
  inRegimes: readonly Regime[],
  sizes: readonly number[] = chunkSizes,
): readonly Workload[] {
  return inModes.flatMap((mode) =>
    inRegimes.flatMap((regime) => sizes.map((size) => transfer(mode, ownership, regime, size))),
  );
}

/** Everything that is measured, table by table. */
export const sections: readonly Section[] = [
  {
    id: 'given',
    title: 'The producer gives its chunks away',
    text: 'Read by `for await`; nanoseconds per chunk. Who passes chunks on touches none of their bytes.',
    workloads: matrix(['for-await'], 'given', regimes),
  },
  {
    id: 'reused',
    title: 'The producer reuses its memory',
    text: 'Read by `for await`, chunks are the consumer’s; nanoseconds per chunk. Who passes chunks on has to copy each.',
    workloads: matrix(['for-await'], 'reused', mainRegimes),
  },
  {
    id: 'lent',
    title: 'The producer reuses its memory, and the consumer borrows',
    text: '`views()` and `peek`/`consume` lend memory that is used again; compare with the table above.',
    workloads: matrix(['views', 'peek'], 'reused', mainRegimes),
  },
  {
    id: 'reads',
    title: 'Other ways of reading',
    text: '`read`: a promise for each chunk; `tryRead`: none while there are bytes (`readable` and `read()` elsewhere); `batches`: all that is there.',
    workloads: matrix(['read', 'tryRead', 'batches'], 'given', mainRegimes, [64, KIB, 64 * KIB]),
  },
  {
    id: 'into',
    title: 'Into memory of the consumer',
    text: '`readInto` beside two bare copies through warm memory, and a BYOB reader of a byte stream.',
    workloads: [
      ...matrix(['readInto'], 'reused', ['lock-step', 'ahead-64k']),
      ...matrix(['byob'], 'given', ['lock-step', 'ahead-64k'], [KIB, 64 * KIB]),
    ],
  },
  {
    id: 'web',
    title: 'Through a WHATWG reader',
    text: 'Ours turned into a `ReadableStream`, beside streams that were born as one.',
    workloads: matrix(['web-reader'], 'given', mainRegimes, [KIB, 64 * KIB]),
  },
  {
    id: 'collect',
    title: 'The whole body at once',
    text: '`bytes`: length unknown; `bytes-known`: declared beforehand; `text`: as a string. Nanoseconds per chunk.',
    workloads: matrix(['bytes', 'bytes-known', 'text'], 'given', ['ahead-64k']),
  },
  {
    id: 'bodies',
    title: 'Bodies',
    text: 'Small bodies, from making to the end; the wait for a first byte; and a mixed day: bodies of every size and regime in a process where no call site knows its caller.',
    workloads: [
      { kind: 'creation', id: 'creation' },
      { kind: 'latency', id: 'latency' },
      { kind: 'mixed', id: 'mixed' },
    ],
  },
  {
    id: 'memory',
    title: 'Memory',
    text: 'Of each of 100 000 bodies, heap and array buffers, in bytes: made; with a consumer that waits; with one chunk of 1 KiB, the chunk included. And what 1 MiB of one-byte writes holds.',
    workloads: [
      { kind: 'memory', id: 'memory/idle', state: 'idle', bodies: 100_000 },
      { kind: 'memory', id: 'memory/waiting', state: 'waiting', bodies: 100_000 },
      { kind: 'memory', id: 'memory/waiting/1000', state: 'waiting', bodies: 1000 },
      { kind: 'memory', id: 'memory/waiting/10000', state: 'waiting', bodies: 10_000 },
      { kind: 'memory', id: 'memory/loaded', state: 'loaded', bodies: 100_000 },
      { kind: 'one-byte-writes', id: 'one-byte-writes' },
    ],
  },
  {
    id: 'scale',
    title: 'Long bodies, and many at once',
    text: 'Nanoseconds per chunk of 1 KiB: bodies from 1 MiB to 4 GiB, with all that is spent on collecting garbage meanwhile; and from 1 to 100 000 bodies that are open at once.',
    workloads: [
      longBody('1MiB', KIB),
      longBody('64MiB', 64 * KIB),
      longBody('4GiB', 4096 * KIB),
      ...[1, 100, 10_000, 100_000].map((bodies): Workload => ({
        kind: 'concurrent',
        id: `concurrent/${bodies}`,
        bodies,
      })),
    ],
  },
];

/** All over the same chunks: 64 MiB of them are far from the processor, and that alone made a bare iterator half as slow again. */
function longBody(size: string, chunks: number): Workload {
  const workload = transfer('for-await', 'given', 'ahead-64k', KIB);
  return { ...workload, id: `long-body/${size}`, chunks, distinctChunks: KIB, isWhole: true };
}

/** What `--quick` leaves out of a table: most sizes and regimes, and nothing that shows a kind of its own. */
export function isInQuick(workload: Workload): boolean {
  switch (workload.kind) {
    case 'transfer': {
      const { id, mode, regime, chunkBytes, ownership } = workload;
      if (id.startsWith('long-body')) return id.endsWith('/1MiB');
      const isUsualSize = chunkBytes === 64 || chunkBytes === KIB;
      if (ownership === 'reused') return isUsualSize && regime === 'bursts-64';
      if (mode === 'for-await')
        return (
          (isUsualSize && mainRegimes.includes(regime)) || (chunkBytes === 64 * KIB && regime === 'lock-step')
        );
      return (
        chunkBytes === KIB && regime === (isCollecting(mode) || mode === 'byob' ? 'ahead-64k' : 'bursts-64')
      );
    }
    case 'memory':
      // 100 000 of the heaviest peer fill the heap, and V8 takes a minute to say so.
      return workload.bodies === 10_000;
    case 'concurrent':
    case 'mixed':
    case 'one-byte-writes':
      return false;
    case 'creation':
    case 'latency':
    default:
      return true;
  }
}

/** Workloads that only ours are put to: how they scale is a promise of ours. */
export function isForOursAlone({ id }: Workload): boolean {
  return id.startsWith('long-body') || id.startsWith('concurrent');
}
