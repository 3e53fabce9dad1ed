import { once } from 'node:events';
import { constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDemoOrigin } from '../src/demo/demo-origin.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { httpServer } from './http-server.ts';
import { http2Answer, http2Request, http2Session } from './http2-client.ts';
import { startProxy } from './start-proxy.ts';
import { until } from './until.ts';

const MIB = 1024 * 1024;

async function proxyUrl(): Promise<string> {
  const demo = await startDemoOrigin();
  onTestFinished(() => demo.close());
  return (await startProxy(demo.url, { tls: tlsCertificate })).url;
}

/** A download that nobody reads. */
async function begun(session: ClientHttp2Session, bytes = MIB): Promise<ClientHttp2Stream> {
  const stream = http2Request(session, { ':path': `/bytes/${bytes}` });
  await once(stream, 'response');
  return stream;
}

/** Until what the proxy has sent is read, such as that the session is to go. Requests that cross with that hang in Node's client. */
function readAll(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.closed || !session.ping(() => resolve())) resolve();
  });
}

describe('the memory that Node counts for an HTTP/2 session', () => {
  it('is enough for as many downloads as there may be, with nobody reading any of them', async () => {
    const session = http2Session(await proxyUrl());
    await once(session, 'remoteSettings');
    const { maxConcurrentStreams = 0 } = session.remoteSettings;
    expect(maxConcurrentStreams).toBe(256);
    const bytes = MIB / 4;
    const streams = await Promise.all(
      Array.from({ length: maxConcurrentStreams }, () => begun(session, bytes)),
    );
    // As much has come as may come, so the proxy holds the rest.
    await until(() => streams.every(({ readableLength }) => readableLength > 60_000));
    const lengths = await Promise.all(
      streams.map(async (stream) => Buffer.concat(await stream.toArray()).length),
    );
    expect(lengths).toEqual(streams.map(() => bytes));
  });

  it('has room for what a client asks for in the breath in which it gives up as much', async () => {
    const atOnce = 100;
    let held = 0;
    const upstream = await httpServer(({ url }, response) => {
      if (url === '/held') held += 1;
      else response.end();
    });
    const session = http2Session((await startProxy(upstream, { tls: tlsCertificate })).url);
    for (let turn = 1; turn <= 3; turn += 1) {
      const given = Array.from({ length: atOnce }, () => http2Request(session, { ':path': '/held' }));
      await until(() => held === turn * atOnce);
      for (const stream of given) stream.close(constants.NGHTTP2_CANCEL);
      const answers = await Promise.all(given.map(() => http2Answer(http2Request(session))));
      expect(answers.map(({ status }) => status)).toEqual(given.map(() => 200));
    }
  });

  it('is not used up by a client that gives up one download after the other', async () => {
    const url = await proxyUrl();
    let session = http2Session(url);
    let sessions = 1;
    for (let given = 0; given < 900; given += 30) {
      if (session.closed) {
        session = http2Session(url);
        sessions += 1;
      }
      const streams = await Promise.all(Array.from({ length: 30 }, () => begun(session)));
      await until(() => streams.every(({ readableLength }) => readableLength > 60_000));
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
      await Promise.all(streams.map((stream) => once(stream, 'close')));
      await readAll(session);
    }
    // Each carries dozens of them.
    expect(sessions).toBeLessThan(20);
  });
});
