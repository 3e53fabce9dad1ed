import { isCollecting } from './workload.ts';
import type { Regime, TransferWorkload, Workload } from './workload.ts';

/**
 * `peer`: what people install or have on board. `by-hand`: what they write when they install nothing; no goal is set
 * against it, since it has no failures, no limits and no way to leave. `limit`: no pipe, but what the language or the
 * memory allows.
 */
export type Kind = 'ours' | 'peer' | 'by-hand' | 'limit';

/** Who is measured, and what it takes to run it. */
export interface SpeedEntry {
  /** Its name on the command line. */
  readonly id: string;
  readonly title: string;
  readonly file: URL;
  readonly kind: Kind;
  /** The npm package whose version is measured; `node`: the runtime's own. */
  readonly versionOf: string;
  readonly strategy?: string;
  /** What a limit is a limit of. */
  readonly isLimitOf?: (workload: Workload) => boolean;
  /** Command-line flags of Node, where it needs any; then it runs on Node 26. */
  readonly flags26?: readonly string[];
}

function ours(strategy: string): SpeedEntry {
  return {
    id: strategy,
    title: strategy,
    kind: 'ours',
    versionOf: '@millrace/core',
    strategy: `@millrace/${strategy}`,
    file: new URL('contenders/millrace.ts', import.meta.url),
  };
}

function entry(
  kind: Kind,
  id: string,
  title: string,
  versionOf: string,
  more: Partial<SpeedEntry> = {},
): SpeedEntry {
  return { kind, id, title, versionOf, file: new URL(`contenders/${id}.ts`, import.meta.url), ...more };
}

function limit(
  id: string,
  title: string,
  isLimitOf: (workload: Workload) => boolean,
  more: Partial<SpeedEntry> = {},
): SpeedEntry {
  return entry('limit', id, `limit: ${title}`, 'node', { isLimitOf, ...more });
}

function stripped(strategy: string): SpeedEntry {
  return limit(`limit-stripped-${strategy}`, `${strategy} without laws`, passesOn('lock-step', 'bursts-64'), {
    versionOf: '@millrace/core',
    strategy: `@millrace/${strategy}`,
    file: new URL('contenders/limit-stripped.ts', import.meta.url),
  });
}

/** Chunks that are given away one by one, in these regimes. */
function passesOn(...regimes: readonly Regime[]): (workload: Workload) => boolean {
  return (workload) =>
    isChunkByChunk(workload) && workload.ownership === 'given' && regimes.includes(workload.regime);
}

function isChunkByChunk(workload: Workload): workload is TransferWorkload {
  return workload.kind === 'transfer' && !isCollecting(workload.mode);
}

/** Memory that is reused has to be copied, and small chunks are worth it. */
function isWorthABuffer(workload: Workload): boolean {
  return (
    isChunkByChunk(workload) &&
    (workload.ownership === 'reused' || (workload.chunkBytes === 64 && workload.regime !== 'lock-step'))
  );
}

const timedForAll: readonly Workload['kind'][] = ['transfer', 'creation', 'concurrent'];

/** Everybody, in the order of the tables. */
export const speedContenders: readonly SpeedEntry[] = [
  ours('chunk-queue'),
  ours('copy-on-yield'),
  ours('ring-buffer'),
  entry('peer', 'node-passthrough', 'Node PassThrough', 'node'),
  entry('peer', 'node-readable', 'Node Readable.push', 'node'),
  entry('peer', 'web-readable', 'ReadableStream', 'node'),
  entry('peer', 'web-readable-bytes', 'ReadableStream of bytes', 'node'),
  entry('peer', 'web-transform', 'TransformStream', 'node'),
  entry('peer', 'events-on', 'events.on', 'node'),
  entry('peer', 'node-stream-iter', 'node:stream/iter', 'node', { flags26: ['--experimental-stream-iter'] }),
  entry('peer', 'undici-body', 'undici, response body', 'undici'),
  entry('peer', 'streamx-readable', 'streamx Readable', 'streamx'),
  entry('peer', 'streamx-passthrough', 'streamx PassThrough', 'streamx'),
  entry('peer', 'it-pushable', 'it-pushable', 'it-pushable'),
  entry('peer', 'it-queueless-pushable', 'it-queueless-pushable', 'it-queueless-pushable'),
  entry('peer', 'repeater', '@repeaterjs/repeater', '@repeaterjs/repeater'),
  entry('by-hand', 'naive-generator', 'by hand: async generator over a queue', 'node'),
  limit('limit-iterator', 'async iterator by hand', ({ kind }) => timedForAll.includes(kind)),
  limit('limit-generator', 'async generator over an array', passesOn('bursts-8', 'bursts-64')),
  limit('limit-buffer', 'async iterator by hand, over one buffer', isWorthABuffer),
  ...['chunk-queue', 'copy-on-yield', 'ring-buffer'].map(stripped),
  limit('limit-callback', 'a callback', passesOn('lock-step', 'bursts-64', 'ahead-64k')),
  limit('limit-memcpy', 'two copies', isChunkByChunk),
  limit('limit-collect', 'a list, and one copy of each chunk', () => true),
];
