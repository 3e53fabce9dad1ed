import type { Duplex } from 'node:stream';
import type { Tunnel } from '@millrace/client';
import { PipeError, type PipeReader } from '@millrace/core';
import { IdleTimer } from '../limits/idle-timer.ts';
import { ClientLeft, type ClientTunnel } from './downstream.ts';
import type { Side } from './exchange-outcome.ts';

export interface JoinOptions {
  /** How long the tunnel may carry nothing in either direction before it is broken off; 0: for ever. */
  readonly idleTimeoutMs: number;
  /** Told which side breaks off, before the other side is; what follows from that, too. */
  readonly onBroken: (side: Side, reason: unknown) => void;
}

/**
 * Joins a client that was granted a tunnel with the one to the upstream, which has a pipe each way:
 *
 *     client ─▶ │ pipe │ ─▶ upstream
 *     client ◀─ │ pipe │ ◀─ upstream
 *
 * An end goes on as an end, of its direction alone, and a reset as a reset.
 *
 * @param reader What the upstream sends: the tunnel's reader, or one that watches it.
 */
export async function joinTunnel(
  { duplex: client, wasReset, isWhole, reset }: ClientTunnel,
  tunnel: Tunnel,
  reader: PipeReader,
  { idleTimeoutMs, onBroken }: JoinOptions,
): Promise<void> {
  const { writer } = tunnel;
  const breakOff = (side: Side, reason: unknown): void => {
    onBroken(side, reason);
    // What is buffered for the client is wanted by nobody, and `send` must not wait for it to be taken.
    reader.cancel(reason);
    tunnel.destroy(reason);
  };
  const idle = new IdleTimer(idleTimeoutMs, () => {
    breakOff(
      'proxy',
      new PipeError('ERR_PIPE_TIMEOUT', `The tunnel carried nothing for ${idleTimeoutMs} ms`),
    );
    reset();
  });
  client.allowHalfOpen = true;
  client.on('data', (chunk: Uint8Array) => {
    idle.moved();
    // As for the bodies of requests: what has its memory to itself may change owner.
    const isAlone = chunk.byteLength === chunk.buffer.byteLength;
    if (isAlone ? writer.write(new Uint8Array(chunk.buffer)) : writer.writeCopy(chunk)) return;
    client.pause();
    void writer.ready().then((goesOn) => {
      if (!goesOn) return;
      idle.moved();
      client.resume();
    });
  });
  const endUpload = (): void => {
    // Where it was reset, `close` says so.
    if (!wasReset()) writer.end();
  };
  // It may have come while the upstream was asked.
  if (client.readableEnded) endUpload();
  else client.on('end', endUpload);
  client.on('error', () => {});
  const clientClosed = new Promise<void>((resolve) => {
    client.on('close', () => {
      resolve();
      if (!isWhole()) breakOff('client', client.errored ?? new ClientLeft());
    });
  });
  // The last bytes to either side may be a while on their way when everything has ended.
  void Promise.all([clientClosed, tunnel.closed]).then(() => idle.stop());
  client.resume();
  try {
    await send(reader, client, idle);
  } catch (reason) {
    onBroken('upstream', reason);
    reset();
  }
  await tunnel.closed;
}

/** Sends what the upstream does, no faster than the client takes it. Rejects when that breaks off. */
async function send(reader: PipeReader, client: Duplex, idle: IdleTimer): Promise<void> {
  for await (const chunk of reader) {
    idle.moved();
    if (client.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        client.off('drain', goOn);
        client.off('close', goOn);
        resolve();
      };
      client.on('drain', goOn).on('close', goOn);
    });
    idle.moved();
  }
  client.end();
}
