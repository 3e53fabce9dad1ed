import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createPipe } from '../src/pipe.ts';
import { arrayStrategy } from './array-strategy.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A pipe that is read by view, and dropped without an end with a long chunk in it: that chunk. */
function leftBehind(): WeakRef<Uint8Array> {
  const { writer, reader } = createPipe(arrayStrategy);
  writer.writeCopy(new Uint8Array(200_000));
  reader.consume(reader.tryPeek()!.length);
  writer.write(new Uint8Array(10));
  const chunk = new Uint8Array(200_000);
  writer.write(chunk);
  return new WeakRef(chunk);
}

it('a pipe that nobody has any more is collected with what waits in it, though its memory waits to be used again', async () => {
  const chunk = leftBehind();
  // A WeakRef holds what it shows until the turn is over.
  await new Promise(setImmediate);
  collect();
  expect(chunk.deref()).toBeUndefined();
});
