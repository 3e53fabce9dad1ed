import { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { endBehindInput } from '../src/end-behind-input.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setImmediate', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A socket whose end has been read while TLS held so many bytes, and what has come of it since. */
function ended(writeQueueSize: number, { isEncrypted = true } = {}) {
  const handle = { writeQueueSize };
  const happened: string[] = [];
  const socket = new Duplex({ read() {}, write() {} });
  onTestFinished(() => void socket.destroy());
  Object.assign(socket, { _handle: handle }, isEncrypted && { encrypted: true });
  endBehindInput(socket, () => happened.push('retired'));
  socket.on('end', () => happened.push('end')).resume();
  socket.push(null);
  socket.read(0);
  const pass = async (ms: number): Promise<string[]> => {
    await vi.advanceTimersByTimeAsync(ms);
    // The stream says so in a tick of its own.
    await new Promise((resolve) => {
      process.nextTick(resolve);
    });
    return happened;
  };
  return { handle, socket, pass };
}

it('an end of a connection that writes nothing is one at once', async () => {
  expect(await ended(0).pass(0)).toEqual(['end']);
  expect(await ended(31, { isEncrypted: false }).pass(0)).toEqual(['end']);
});

it('an end waits for the write that is under way', async () => {
  const { handle, pass } = ended(31);
  handle.writeQueueSize = 0;
  expect(await pass(0)).toEqual(['end']);
});

it('an end that waits longer retires the connection', async () => {
  const { handle, pass } = ended(31);
  expect(await pass(500)).toEqual(['retired']);
  handle.writeQueueSize = 0;
  expect(await pass(10)).toEqual(['retired', 'end']);
});

it('an end does not wait for ever for a write that does not come through', async () => {
  const { pass } = ended(31);
  expect(await pass(900)).toEqual(['retired']);
  expect(await pass(200)).toEqual(['retired', 'end']);
});

it('an end that waits leaves no timer behind when its socket is destroyed', async () => {
  const { pass, socket } = ended(31);
  await pass(100);
  expect(vi.getTimerCount()).toBe(1);
  socket.destroy();
  await pass(0);
  expect(vi.getTimerCount()).toBe(0);
});
