import type { Socket } from 'node:net';
import type { BufferStrategy } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { everyStrategy } from './every-strategy.ts';
import { everyWayOfCollecting, everyWayOfStreaming } from './every-way-of-reading.ts';
import { makeClient } from './make-client.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

/** A body that breaks off: what comes of it first, and what ends it. */
interface Fault {
  readonly head: string;
  readonly body: string;
  /** The bytes of the body that count as received. */
  readonly arrives: string;
  breakOff(socket: Socket): void;
  /** What reading fails with. */
  readonly failure: object;
}

const fin = (socket: Socket): void => void socket.end();
const reset = (socket: Socket): void => void socket.resetAndDestroy();
/** Valid JSON, and text, as far as it goes: nothing but the transport says that it is short. */
const part = '"a JSON document that could be whole"';

const faults: Readonly<Record<string, Fault>> = {
  'a declared length, FIN short of it': {
    head: 'content-length: 100',
    body: part,
    arrives: part,
    breakOff: fin,
    failure: { code: 'UND_ERR_SOCKET' },
  },
  'a declared length and connection: close, FIN short of it': {
    head: 'content-length: 100\r\nconnection: close',
    body: part,
    arrives: part,
    breakOff: fin,
    failure: { code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' },
  },
  'a declared length, RST short of it': {
    head: 'content-length: 100',
    body: part,
    arrives: part,
    breakOff: reset,
    failure: { code: 'ECONNRESET' },
  },
  'a declared length and connection: close, RST short of it': {
    head: 'content-length: 100\r\nconnection: close',
    body: part,
    arrives: part,
    breakOff: reset,
    failure: { code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' },
  },
  'a declared length, FIN before the first byte': {
    head: 'content-length: 100',
    body: '',
    arrives: '',
    breakOff: fin,
    failure: { code: 'UND_ERR_SOCKET' },
  },
  'chunks, FIN at the edge of one': {
    head: 'transfer-encoding: chunked',
    body: `25\r\n${part}\r\n`,
    arrives: part,
    breakOff: fin,
    failure: { code: 'UND_ERR_SOCKET' },
  },
  'chunks, FIN inside one': {
    head: 'transfer-encoding: chunked\r\nconnection: close',
    body: `ff\r\n${part}`,
    arrives: part,
    breakOff: fin,
    failure: { message: expect.stringContaining('Invalid EOF') },
  },
  'chunks, FIN inside the last one': {
    head: 'transfer-encoding: chunked',
    body: `25\r\n${part}\r\n0\r\n`,
    arrives: part,
    breakOff: fin,
    failure: { code: 'UND_ERR_SOCKET' },
  },
  'chunks, RST': {
    head: 'transfer-encoding: chunked',
    body: `25\r\n${part}\r\n`,
    arrives: part,
    breakOff: reset,
    failure: { code: 'ECONNRESET' },
  },
  'chunks, one whose size is no number': {
    head: 'transfer-encoding: chunked',
    body: `25\r\n${part}\r\n`,
    arrives: part,
    breakOff: (socket) => void socket.write('xyz\r\n'),
    failure: { message: expect.stringContaining('chunk size') },
  },
  'neither, RST': {
    head: 'connection: close',
    body: part,
    arrives: part,
    breakOff: reset,
    failure: { code: 'ECONNRESET' },
  },
  'neither, RST before the first byte': {
    head: 'connection: close',
    body: '',
    arrives: '',
    breakOff: reset,
    failure: { code: 'ECONNRESET' },
  },
};

/** A response whose body has arrived as far as it will, and its server's way to break it off. */
async function responseWith(fault: Fault, strategy: BufferStrategy) {
  const server = await rawServer(`HTTP/1.1 200 OK\r\n${fault.head}\r\n\r\n${fault.body}`);
  const { content } = await makeClient({ strategy }).request(server.url);
  const { socket } = await server.next();
  if (fault.arrives.length > 0) await content.reader.peek(fault.arrives.length);
  return {
    content,
    breakOff: () => fault.breakOff(socket),
    brokenOff: async () => {
      fault.breakOff(socket);
      await socketClosed(socket);
    },
  };
}

describe.each(everyStrategy)('a body that breaks off, through $name', (strategy) => {
  describe.each(Object.entries(faults))('%s', (_, fault) => {
    describe.each(Object.entries(everyWayOfStreaming))('%s', (_, read) => {
      it('delivers what arrived, then fails, when it breaks under a waiting reader [P3]', async () => {
        const { content, breakOff } = await responseWith(fault, strategy);
        const pieces: string[] = [];
        const reading = read(content, (bytes) => {
          pieces.push(Buffer.from(bytes).toString('latin1'));
        });
        breakOff();
        await expect(reading).rejects.toMatchObject(fault.failure);
        expect(pieces.join('')).toBe(fault.arrives);
        expect(content.complete).toBe(false);
      });

      it('delivers what arrived, then fails, when it broke before anybody read [P3]', async () => {
        const { content, brokenOff } = await responseWith(fault, strategy);
        await brokenOff();
        const pieces: string[] = [];
        const reading = read(content, (bytes) => {
          pieces.push(Buffer.from(bytes).toString('latin1'));
        });
        await expect(reading).rejects.toMatchObject(fault.failure);
        expect(pieces.join('')).toBe(fault.arrives);
        expect(content.complete).toBe(false);
      });
    });

    describe.each(Object.entries(everyWayOfCollecting))('%s', (_, read) => {
      it('fails, whether it breaks before or while somebody reads [P3]', async () => {
        const later = await responseWith(fault, strategy);
        await later.brokenOff();
        await expect(read(later.content, () => {})).rejects.toMatchObject(fault.failure);
        expect(later.content.complete).toBe(false);

        const during = await responseWith(fault, strategy);
        const reading = read(during.content, () => {});
        during.breakOff();
        await expect(reading).rejects.toMatchObject(fault.failure);
        expect(during.content.complete).toBe(false);
      });
    });

    it('is seen in the summary', async () => {
      const { content, brokenOff } = await responseWith(fault, strategy);
      await brokenOff();
      await content.read().catch(() => {});
      expect(await content.closed).toMatchObject({
        outcome: 'failed',
        reason: expect.objectContaining(fault.failure),
        written: fault.arrives.length,
      });
    });
  });

  it('a close-delimited body that ends with FIN is whole', async () => {
    const server = await rawServer(`HTTP/1.1 200 OK\r\n\r\n${part}`);
    const { content } = await makeClient({ strategy }).request(server.url);
    (await server.next()).socket.end();
    expect(await content.text()).toBe(part);
    expect(content.complete).toBe(true);
  });
});
