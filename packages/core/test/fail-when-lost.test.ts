import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { failWhenLost } from '../src/node.ts';
import { connected } from './broken-connections.ts';

function lookingAgain(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
}

test('a socket whose other side the system no longer knows fails with ECONNRESET', async () => {
  lookingAgain();
  const { socket } = await connected();
  failWhenLost(socket);
  vi.advanceTimersByTime(5000);
  expect(socket.destroyed).toBe(false);
  const handle = (socket as unknown as { _handle: { getpeername: (address: object) => number } })._handle;
  handle.getpeername = () => -107;
  const failed = once(socket, 'error');
  vi.advanceTimersByTime(1000);
  expect(await failed).toMatchObject([{ code: 'ECONNRESET', syscall: 'read' }]);
});

test('nobody asks for one that is closed', async () => {
  lookingAgain();
  const { socket } = await connected();
  failWhenLost(socket);
  expect(vi.getTimerCount()).toBe(1);
  socket.destroy();
  await once(socket, 'close');
  expect(vi.getTimerCount()).toBe(0);
});
