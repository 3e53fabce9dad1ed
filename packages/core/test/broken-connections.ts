import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { onTestFinished, vi } from 'vitest';

/** The last one that takes a reset for an end. */
export const OLD_LIBUV = '1.51.0';

/** Whether the libuv that runs this tells every reset as one. */
export function tellsResets(): boolean {
  const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number);
  return major > 1 || minor >= 52;
}

/**
 * As Node with this libuv says it is, until the test is over. The one that runs this need not take a reset for an end; but it,
 * too, says `end` of a connection that was reset when a FIN had come first, and by then nobody can tell the two apart.
 */
export function withLibuv(version: string): void {
  const spy = vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, uv: version });
  onTestFinished(() => spy.mockRestore());
}

/** Ends a connection and resets it, in one turn: its other end sees both at once. */
export async function endAndReset(far: Socket, last = ''): Promise<void> {
  far.end(last);
  await once(far, 'finish');
  far.resetAndDestroy();
  await once(far, 'close');
}

/** A connection that reads nothing yet, and its other end. */
export async function connected(): Promise<{ socket: Socket; far: Socket }> {
  const server = net.createServer({ allowHalfOpen: true });
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).pause();
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  const [far] = await accepted;
  return { socket, far };
}

/** Until a socket is closed, whether by an error or not. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}
