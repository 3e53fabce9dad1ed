import type { Duplex } from 'node:stream';
import type { Tunnel } from '@millrace/client';
import type { PipeReader } from '@millrace/core';
import { ClientLeft, type ClientTunnel } from './downstream.ts';
import type { Side } from './exchange-outcome.ts';

/**
 * Joins a client that was granted a tunnel with the one to the upstream, which has a pipe each way:
 *
 *     client ─▶ │ pipe │ ─▶ upstream
 *     client ◀─ │ pipe │ ◀─ upstream
 *
 * An end goes on as an end, of its direction alone, and a reset as a reset.
 *
 * @param reader What the upstream sends: the tunnel's reader, or one that watches it.
 * @param onBroken Told which side breaks off, before the other side is; what follows from that, too.
 */
export async function joinTunnel(
  { duplex: client, wasReset, isWhole, reset }: ClientTunnel,
  tunnel: Tunnel,
  reader: PipeReader,
  onBroken: (side: Side, reason: unknown) => void,
): Promise<void> {
  const { writer } = tunnel;
  client.allowHalfOpen = true;
  client.on('data', (chunk: Uint8Array) => {
    // As for the bodies of requests: what has its memory to itself may change owner.
    const isAlone = chunk.byteLength === chunk.buffer.byteLength;
    if (isAlone ? writer.write(new Uint8Array(chunk.buffer)) : writer.writeCopy(chunk)) return;
    client.pause();
    void writer.ready().then((goesOn) => {
      if (goesOn) client.resume();
    });
  });
  client.on('end', () => {
    // Where it was reset, `close` says so.
    if (!wasReset()) writer.end();
  });
  client.on('error', () => {});
  client.on('close', () => {
    if (isWhole()) return;
    const reason = client.errored ?? new ClientLeft();
    onBroken('client', reason);
    // What is buffered for it is wanted by nobody, and `send` must not wait for it to be taken.
    reader.cancel(reason);
    tunnel.destroy(reason);
  });
  client.resume();
  try {
    await send(reader, client);
  } catch (reason) {
    onBroken('upstream', reason);
    reset();
  }
  await tunnel.closed;
}

/** Sends what the upstream does, no faster than the client takes it. Rejects when that breaks off. */
async function send(reader: PipeReader, client: Duplex): Promise<void> {
  for await (const chunk of reader) {
    if (client.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        client.off('drain', goOn);
        client.off('close', goOn);
        resolve();
      };
      client.on('drain', goOn).on('close', goOn);
    });
  }
  client.end();
}
