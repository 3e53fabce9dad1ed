import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { createGzip, gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { sendBody, type SendSummary } from '../src/node.ts';
import type { PipeReader } from '../src/pipe-reader.ts';
import { cut, endedBody, failedBody, openPipe, patterned, quiet } from './consume/bodies.ts';

type Middleware = (response: http.ServerResponse) => void;

/** Serves one body behind a middleware, to a client that reads when it is told to. */
async function served(body: PipeReader, middleware: Middleware) {
  let settle!: (summary: SendSummary) => void;
  const summary = new Promise<SendSummary>((resolve) => (settle = resolve));
  const server = http.createServer((_request, response) => {
    middleware(response);
    void sendBody(body, response).then(settle);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const request = http.get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const received = async () => {
    const chunks: Buffer[] = [];
    response.on('error', () => {});
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => response.once('close', resolve));
    return Buffer.concat(chunks);
  };
  return { summary, response, received };
}

/**
 * As `compression` of Express does it: writes go to a transform, without their callbacks, and who waits for room waits for
 * that of the transform.
 */
const through =
  (transform: Transform): Middleware =>
  (response) => {
    const own = {
      write: response.write.bind(response),
      end: response.end.bind(response),
      on: response.on.bind(response),
    };
    response.flushHeaders();
    response.write = (chunk: Uint8Array) => transform.write(chunk);
    response.end = () => {
      transform.end();
      return response;
    };
    response.on = ((type: string, listener: () => void) => {
      if (type === 'drain') transform.on('drain', listener);
      else own.on(type, listener);
      return response;
    }) as typeof own.on;
    transform.on('data', (chunk) => {
      if (!own.write(chunk)) transform.pause();
    });
    transform.on('end', () => own.end());
    own.on('drain', () => transform.resume());
    own.on('close', () => transform.destroy());
  };

/** Within what a pipe holds. */
const large = Buffer.from(patterned(240_000));

test.each([40_000, 4000])('a body in pieces of %i arrives whole behind one that compresses', async (size) => {
  const { summary, received } = await served(endedBody(...cut(large, size)), through(createGzip()));
  expect(gunzipSync(await received()).equals(large)).toBe(true);
  expect(await summary).toMatchObject({ outcome: 'ended', sent: large.length });
});

test('a body that fails breaks the response off behind one that drops callbacks', async () => {
  const reason = new Error('upstream died');
  const { summary, response, received } = await served(failedBody(reason, large), through(createGzip()));
  await received();
  expect(response.complete).toBe(false);
  expect(await summary).toMatchObject({ outcome: 'failed', reason });
});

test('one that takes its time holds back the source, however fast the client is', async () => {
  let isPaused = false;
  const { writer, reader } = openPipe({
    source: { pause: () => (isPaused = true), resume: () => (isPaused = false) },
  });
  let goOn!: () => void;
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  const slow = new Transform({
    transform: (chunk, _encoding, done) => void mayGoOn.then(() => done(null, chunk)),
  });
  const { summary, response } = await served(reader, through(slow));
  let written = 0;
  for (; written < 100 && !(isPaused && reader.size > 0); written += 1) {
    writer.write(new Uint8Array(8192));
    await quiet();
  }
  expect(written).toBeLessThan(100);
  goOn();
  response.resume();
  writer.end();
  expect(await summary).toMatchObject({ outcome: 'ended', sent: written * 8192 });
});

test('every byte before a failure is sent behind one that passes callbacks on, and answers nothing', async () => {
  const { summary, received } = await served(failedBody(new Error('upstream died'), large), (response) => {
    const write = response.write.bind(response) as (...args: unknown[]) => boolean;
    response.write = (...args: unknown[]) => void write(...args) as unknown as boolean;
  });
  expect((await received()).equals(large)).toBe(true);
  expect(await summary).toMatchObject({ outcome: 'failed', sent: large.length });
});
