import http2 from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '@millrace/test-servers/listen';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { ownFile } from './own-folder.ts';
import { startProcess } from './start-process.ts';
import { until } from './until.ts';

/** A proxy before a server on Node that speaks HTTP/2, reads no request and declares no length. */
async function unreading(body: string): Promise<{ url: string; outcomes: readonly ExchangeOutcome[] }> {
  const server = http2.createSecureServer(tlsCertificate, (_, response) => response.writeHead(413).end(body));
  server.on('session', (session) => {
    session.on('error', () => {});
    onTestFinished(() => session.destroy());
  });
  const servers = [`https://127.0.0.1:${await listen(server)}`];
  const tls = { caFile: ownFile('ca.pem', tlsCertificate.cert) };
  return startProcess({ upstreams: { app: { servers, tls, http2: true } } });
}

/** An upload without a length, of which the most is never asked for. */
async function* upload(bytes: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < bytes; sent += 50_000) {
    yield new Uint8Array(50_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('an upstream of HTTP/2 that reads no request', () => {
  it.each([
    ['no body', 0],
    ['an upload of a few bytes', 1],
    // So many of them that the client goes on with another connection, and the upstream closes this one.
    ['an upload that it answers early', 2_000_000],
  ])('has its answers go on whole: %s', async (_, uploadBytes) => {
    const rounds = 3;
    const atOnce = 20;
    const body = 'too much '.repeat(20_000);
    const { url, outcomes } = await unreading(body);
    const request = async (): Promise<[number, boolean]> => {
      const sent = uploadBytes === 0 ? {} : { method: 'POST', body: upload(uploadBytes), duplex: 'half' };
      const response = await fetch(url, sent as RequestInit);
      return [response.status, (await response.text()) === body];
    };
    for (let round = 0; round < rounds; round += 1) {
      const answers = await Promise.all(Array.from({ length: atOnce }, request));
      expect(answers).toEqual(answers.map(() => [413, true]));
    }
    await until(() => outcomes.length === rounds * atOnce);
    expect(outcomes.filter(({ result }) => result !== 'whole')).toEqual([]);
  });
});
