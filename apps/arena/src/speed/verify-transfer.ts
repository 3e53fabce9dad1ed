import { createHash } from 'node:crypto';
import { makeChunk } from './chunk-pool.ts';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContender } from './contender.ts';
import { Producer } from './producer.ts';
import { markOf } from './workload.ts';
import type { Mode, TransferWorkload } from './workload.ts';

const lending: readonly Mode[] = ['views', 'peek', 'readInto', 'byob'];
const MOST_BYTES = 4 << 20;

/**
 * Sends one body whose every chunk differs, and compares byte count and checksum. Chunks that are the consumer's are
 * kept and read at the end, when the producer has long written something else into memory that it reuses; lent ones are
 * read while they are lent.
 *
 * @throws Error when bytes are missing, too many, or others.
 */
export async function verifyTransfer(contender: SpeedContender, workload: TransferWorkload): Promise<void> {
  const { mode, ownership, chunkBytes } = workload;
  const count = Math.min(workload.chunks, Math.max(2, MOST_BYTES / chunkBytes));
  const bodyBytes = count * chunkBytes;
  const expected = createHash('sha256');
  const scratch = makeChunk(contender, chunkBytes);
  const chunks = Array.from({ length: count }, (_, index) => {
    const chunk = ownership === 'given' ? makeChunk(contender, chunkBytes) : scratch;
    writePattern(chunk, index);
    expected.update(chunk);
    return chunk;
  });
  const refill = ownership === 'given' ? undefined : (index: number) => writePattern(scratch, index);
  const producer = new Producer(contender, { ...workload, chunks: count }, chunks, refill);
  const got = createHash('sha256');
  const kept: Uint8Array[] = [];
  const isLent = lending.includes(mode);
  const body = contender.open({
    highWaterMark: markOf(workload),
    onRoom: producer.onRoom,
    ...(mode === 'bytes-known' && { expectedBytes: bodyBytes }),
  });
  const consume = consumeIn(contender, mode);
  if (consume === undefined) throw new Error(`It has no ${mode}`);
  const take = (length: number, chunk: Uint8Array): void => {
    const bytes = chunk.subarray(0, length);
    if (isLent) got.update(bytes);
    else kept.push(bytes);
    producer.take(length, chunk);
  };
  const isDone = consume(body, take, { chunkBytes, bodyBytes });
  producer.start(body);
  await isDone;
  scratch.fill(0);
  for (const bytes of kept) got.update(bytes);
  if (producer.taken !== bodyBytes) throw new Error(`It delivered ${producer.taken} of ${bodyBytes} bytes`);
  const [want, have] = [expected.digest('hex'), got.digest('hex')];
  if (want !== have)
    throw new Error(`It delivered other bytes: checksum ${have.slice(0, 8)}, not ${want.slice(0, 8)}`);
}

/** Letters, so that it is text too. Neighbouring chunks begin at different places of it, and so differ everywhere. */
const letters = makeLetters(65_521);

function writePattern(chunk: Uint8Array, index: number): void {
  // A prime, so that no two chunks of a body begin alike.
  let from = (index * 7919) % letters.length;
  for (let at = 0; at < chunk.length; from = 0) {
    const part = letters.subarray(from, Math.min(letters.length, from + chunk.length - at));
    chunk.set(part, at);
    at += part.length;
  }
}

function makeLetters(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 97 + ((state >>> 24) % 26);
  });
}
