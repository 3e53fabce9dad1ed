import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createPipe } from '../src/index.ts';
import { arrayStrategy } from './array-strategy.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What was the target of a call that waited last of all, and was answered or given up. */
async function lastTarget(isAnswered: boolean): Promise<WeakRef<Uint8Array>> {
  const { writer, reader } = createPipe(arrayStrategy);
  const controller = new AbortController();
  const target = new Uint8Array(1000);
  const waiting = reader.readInto(target, { signal: controller.signal });
  if (isAnswered) writer.write(new Uint8Array(10));
  else controller.abort();
  await Promise.allSettled([waiting]);
  return new WeakRef(target);
}

/** An iterator that waits in a pipe that nobody holds any more. */
function abandoned(): WeakRef<object> {
  const iterator = createPipe(arrayStrategy).reader.values();
  void iterator.next();
  return new WeakRef(iterator);
}

it.each([
  ['a call that was answered', () => lastTarget(true)],
  ['a call that was given up', () => lastTarget(false)],
  ['a pipe that nobody holds', abandoned],
])('[P17] nothing holds %s, though none has waited since', async (_what, leave) => {
  const left = await leave();
  // A weak reference holds what it refers to until the turn of the event loop is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(left.deref()).toBeUndefined();
});
