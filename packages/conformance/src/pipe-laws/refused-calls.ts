import type { Pipe, PipeReader, PipeWriter } from '@millrace/core';
import type { PipeFeature } from './pipe-features.ts';

/** A call that has to be refused with `ERR_PIPE_ARGUMENT`, or with a reason of the caller's, and to change nothing. */
export interface RefusedCall {
  readonly text: string;
  readonly needs: PipeFeature;
  readonly make: (pipe: Pipe) => unknown;
  /** It refuses by rejecting; else by throwing. */
  readonly isAwaited: boolean;
  /** What the error names: the value that is wrong, and the limit that it passes. */
  readonly value?: unknown;
  readonly limit?: number;
  /** Its signal has fired with this: the reason of the refusal, whatever else is to be said. */
  readonly signalReason?: unknown;
}

/** Scripts name these by their places, so that new ones go to the end. */
const firedReason = new Error('the signal had fired before');
const firedSignal = AbortSignal.abort(firedReason);
const wrong = (value: unknown): never => value as never;

function awaited(
  text: string,
  needs: PipeFeature,
  make: (reader: PipeReader) => unknown,
  told: Pick<RefusedCall, 'value' | 'limit' | 'signalReason'>,
): RefusedCall {
  return { text, needs, make: ({ reader }) => make(reader), isAwaited: true, ...told };
}

function thrown(
  text: string,
  needs: PipeFeature,
  make: (reader: PipeReader) => unknown,
  value: unknown,
): RefusedCall {
  return { text, needs, make: ({ reader }) => make(reader), isAwaited: false, value };
}

function written(text: string, make: (writer: PipeWriter) => unknown, value?: unknown): RefusedCall {
  return {
    text,
    needs: 'refusals',
    make: ({ writer }) => make(writer),
    isAwaited: false,
    ...(value !== undefined && { value }),
  };
}

const noRoom = new Uint8Array(0);
const words = new Uint16Array(2);

/** `b0`, `b1`, … of the consumer. */
export const refusedReads: readonly RefusedCall[] = [
  awaited('read({ min: 0 })', 'read', (reader) => reader.read({ min: 0 }), { value: 0, limit: 1 }),
  awaited('read({ min: 1.5 })', 'read', (reader) => reader.read({ min: 1.5 }), { value: 1.5 }),
  awaited('read({ max: 0 })', 'read', (reader) => reader.read({ max: 0 }), { value: 0, limit: 1 }),
  awaited('read({ min: 3, max: 2 })', 'read', (reader) => reader.read({ min: 3, max: 2 }), {
    value: 3,
    limit: 2,
  }),
  awaited('readInto(no room)', 'readInto', (reader) => reader.readInto(noRoom), { value: noRoom }),
  awaited(
    'readInto(2 bytes, { min: 3 })',
    'readInto',
    (reader) => reader.readInto(new Uint8Array(2), { min: 3 }),
    { value: 3, limit: 2 },
  ),
  awaited(
    'readInto(2 bytes, { min: 0 })',
    'readInto',
    (reader) => reader.readInto(new Uint8Array(2), { min: 0 }),
    { value: 0, limit: 1 },
  ),
  awaited('readInto(words)', 'readInto', (reader) => reader.readInto(wrong(words)), { value: words }),
  awaited('peek(0)', 'peek', (reader) => reader.peek(0), { value: 0, limit: 1 }),
  thrown('tryRead(0)', 'tryRead', (reader) => reader.tryRead(0), 0),
  thrown('tryRead(-1)', 'tryRead', (reader) => reader.tryRead(-1), -1),
  thrown('tryPeek(0)', 'peek', (reader) => reader.tryPeek(0), 0),
  thrown('consume(-1)', 'peek', (reader) => reader.consume(-1), -1),
  awaited(
    'read() with a signal that has fired',
    'read-signal',
    (reader) => reader.read({ signal: firedSignal }),
    { signalReason: firedReason },
  ),
  awaited(
    'readInto() with a signal that has fired',
    'readInto',
    (reader) => reader.readInto(new Uint8Array(2), { signal: firedSignal }),
    { signalReason: firedReason },
  ),
  awaited(
    'peek() with a signal that has fired',
    'peek',
    (reader) => reader.peek(1, { signal: firedSignal }),
    { signalReason: firedReason },
  ),
  awaited('peek(NaN)', 'peek', (reader) => reader.peek(Number.NaN), { value: Number.NaN }),
  awaited('read({ max: -1 })', 'read', (reader) => reader.read({ max: -1 }), { value: -1 }),
];

/** A chunk whose memory is gone. */
function detachedChunk(): Uint8Array {
  const chunk = new Uint8Array(2);
  structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
  return chunk;
}

/** `B0`, `B1`, … of the producer. */
export const refusedWrites: readonly RefusedCall[] = [
  written('write(text)', (writer) => writer.write(wrong('text')), 'text'),
  written('write(words)', (writer) => writer.write(wrong(words)), words),
  written('writeCopy(text)', (writer) => writer.writeCopy(wrong('text')), 'text'),
  written('write(a detached chunk)', (writer) => writer.write(detachedChunk())),
];
