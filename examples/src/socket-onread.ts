import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import chunkQueue from '@millrace/chunk-queue';
import { createPipe } from '@millrace/core';
import type { PipeReader } from '@millrace/core';

export interface ReadSocketOptions {
  readonly host: string;
  readonly port: number;
  /** With a certificate authority, the connection is TLS. */
  readonly ca?: string;
}

/**
 * Reads a connection through one buffer that the socket fills again and again: `writeCopy` takes a copy before it does.
 * A callback that answers false pauses the socket.
 */
export function readSocket({ host, port, ca }: ReadSocketOptions): PipeReader {
  let socket: Socket | undefined;
  const { writer, reader } = createPipe(chunkQueue, {
    source: { resume: () => socket?.resume(), cancel: (reason) => socket?.destroy(reason as Error) },
  });
  const onread = {
    buffer: Buffer.allocUnsafe(16_384),
    callback: (length: number, buffer: Uint8Array) => writer.writeCopy(buffer.subarray(0, length)),
  };
  // Node's TLS sockets take `onread` too; its types do not say so yet.
  const options = { host, port, onread, ...(ca === undefined ? {} : { ca }) };
  socket = ca === undefined ? connect(options) : connectTls(options);
  socket.on('end', () => writer.end()).on('error', (error) => writer.fail(error));
  return reader;
}
