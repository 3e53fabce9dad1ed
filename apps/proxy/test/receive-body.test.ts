import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { bytes as bytesOf, type PipeReader } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it, onTestFinished } from 'vitest';
import { demoBody, demoSha256 } from '../src/demo/demo-body.ts';
import { Http1Downstream } from '../src/listener/http1-downstream.ts';
import type { ReceivedBody } from '../src/relay/receive-body.ts';
import { createHash } from 'node:crypto';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { rawExchange } from './raw-exchange.ts';
import { until } from './until.ts';

const MARKS = { highWaterMark: 65_536, lowWaterMark: 32_768 };

describe.each(everyStrategy)('the body of a request, into $name', (strategy) => {
  /** What arrives at a server that receives one body and answers it only when told. */
  const receiving = async () => {
    let arrive!: (arrival: {
      body: ReceivedBody;
      request: http.IncomingMessage;
      response: http.ServerResponse;
    }) => void;
    const arrived = new Promise<Parameters<typeof arrive>[0]>((resolve) => {
      arrive = resolve;
    });
    const pauses: boolean[] = [];
    const url = await httpServer((request, response) => {
      const body = new Http1Downstream(request, response).receive({
        strategy,
        ...MARKS,
        onPaused: (isPaused) => pauses.push(isPaused),
      });
      arrive({ body, request, response });
    });
    return { url, arrived, pauses };
  };
  const posting = (url: URL, headers: http.OutgoingHttpHeaders): http.ClientRequest => {
    const request = http.request(url, { method: 'POST', headers }).on('error', () => {});
    onTestFinished(() => void request.destroy());
    return request;
  };
  const hashOf = async (reader: PipeReader): Promise<string> => {
    const hash = createHash('sha256');
    for await (const chunk of reader) hash.update(chunk);
    return hash.digest('hex');
  };

  it.each([
    ['of a declared length', true],
    ['in chunks', false],
  ])('arrives whole, %s', async (_, isDeclared) => {
    const { url, arrived } = await receiving();
    const size = 3_000_000;
    const request = posting(url, isDeclared ? { 'content-length': size } : {});
    for (const piece of demoBody(size)) request.write(piece);
    request.end();
    const { body } = await arrived;
    expect(body.expectedBytes).toBe(isDeclared ? size : undefined);
    expect(await hashOf(body.reader)).toBe(await demoSha256(size));
    expect(await body.closed).toMatchObject({ outcome: 'ended', delivered: size });
  });

  it('pauses a client that is faster than its reader, and buffers no more than the mark and one chunk', async () => {
    const { url, arrived, pauses } = await receiving();
    const size = 20_000_000;
    const request = posting(url, { 'content-length': size });
    for (const piece of demoBody(size)) request.write(piece);
    request.end();
    const { body } = await arrived;
    await until(() => pauses.length === 1);
    expect(body.reader.size).toBeGreaterThanOrEqual(32_768);
    expect(body.reader.size).toBeLessThan(2 * 65_536);
    expect(await hashOf(body.reader)).toBe(await demoSha256(size));
    expect(pauses.slice(0, 2)).toEqual([true, false]);
  });

  it.each([
    ['of a declared length', { 'content-length': 1000 }],
    ['in chunks', {}],
  ])('fails when the client leaves in the middle, %s, behind what came [P3]', async (_, headers) => {
    const { url, arrived } = await receiving();
    const request = posting(url, headers);
    request.write('half of it');
    const { body } = await arrived;
    await body.reader.peek(10);
    request.destroy();
    expect(new TextDecoder().decode((await body.reader.read()) ?? undefined)).toBe('half of it');
    await expect(body.reader.read()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await body.closed).toMatchObject({ outcome: 'failed', written: 10 });
  });

  it('fails when it ends with FIN short of its length [P15]', async () => {
    const { url, arrived } = await receiving();
    const socket = net.connect(Number(url.port), url.hostname);
    onTestFinished(() => void socket.destroy());
    socket.end('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nshort');
    const { body } = await arrived;
    await expect(bytesOf(body.reader)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('is discarded when nobody reads it any more, and the answer still gets through', async () => {
    const { url, arrived } = await receiving();
    const size = 20_000_000;
    const request = posting(url, { 'content-length': size });
    for (const piece of demoBody(size)) request.write(piece);
    request.end();
    const { body, request: received, response } = await arrived;
    body.reader.cancel(new Error('not wanted'));
    expect(await body.closed).toMatchObject({ outcome: 'cancelled' });
    await once(received, 'end');
    response.end('thanks');
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await once(answer, 'end');
  });

  it('gives chunks that belong to the reader, who may move them to another thread', async () => {
    const { url, arrived } = await receiving();
    const size = 1_000_000;
    const request = posting(url, {});
    for (const piece of demoBody(size)) request.write(piece);
    request.end();
    const { body } = await arrived;
    const hash = createHash('sha256');
    for await (const chunk of body.reader) {
      hash.update(structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] }));
    }
    expect(hash.digest('hex')).toBe(await demoSha256(size));
  });
});

describe('the memory of a chunk', () => {
  it('goes into the pipe as it is, where the strategy takes it', async () => {
    const memory = new Set<ArrayBufferLike>();
    let arrive!: (reader: PipeReader) => void;
    const arrived = new Promise<PipeReader>((resolve) => {
      arrive = resolve;
    });
    const url = await httpServer((request, response) => {
      request.on('data', (chunk: Uint8Array) => memory.add(chunk.buffer));
      const downstream = new Http1Downstream(request, response);
      arrive(downstream.receive({ strategy: chunkQueue, ...MARKS, onPaused: () => {} }).reader);
    });
    const request = http.request(url, { method: 'POST' }).on('error', () => {});
    onTestFinished(() => void request.destroy());
    request.end(Buffer.alloc(100_000));
    const chunk = await (await arrived).read();
    expect(memory).toContain(chunk?.buffer);
  });
});

describe('whether a request has a body', () => {
  it.each([
    ['x: y', false],
    ['content-length: 0', false],
    ['content-length: 1', true],
    ['transfer-encoding: chunked', true],
  ])('%s: %s', async (header, expected) => {
    const url = await httpServer((request, response) => {
      response.end(String(new Http1Downstream(request, response).hasBody));
    });
    const answer = await rawExchange(
      url.href,
      `POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${header}\r\n\r\n`,
    );
    expect(answer.endsWith(`\r\n\r\n${expected}`)).toBe(true);
  });
});
