import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import https from 'node:https';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { listen } from '@millrace/test-servers/listen';
import { otherTlsCertificate, tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { ConfigInput } from '../src/config/config-schema.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { accessLogEntry } from '../src/watch/access-log.ts';
import { ownFile } from './own-folder.ts';
import { rawExchange } from './raw-exchange.ts';
import { configFrom, startProcess } from './start-process.ts';
import { ASK, echo } from './tunnels.ts';
import { until } from './until.ts';

const authoritiesOf = (text: string): string => ownFile('ca.pem', text);

/** Where a server listens whose certificate is its own authority. @param onRequest Told whom it was asked to be. */
async function secureServer(
  protocol: 'HTTP/1.1' | 'HTTP/2' = 'HTTP/1.1',
  onRequest: (serverName: unknown) => void = () => {},
): Promise<string> {
  const answer = ({ socket }: { socket: unknown }, response: { end(text: string): void }): void => {
    onRequest((socket as { servername?: unknown }).servername);
    response.end('ok');
  };
  const server =
    protocol === 'HTTP/1.1'
      ? https.createServer(tlsCertificate, answer)
      : http2.createSecureServer(tlsCertificate, answer);
  return `https://127.0.0.1:${await listen(server)}`;
}

/** One server that is believed when its certificate leads to what the file holds. */
function trusting(caFile: string, server: string): ConfigInput {
  return { upstreams: { app: { servers: [server], tls: { caFile } } } };
}

describe('an https server whose authority the upstream names', () => {
  it.each(['HTTP/1.1', 'HTTP/2'] as const)('answers requests, over %s', async (protocol) => {
    const server = await secureServer(protocol);
    const caFile = authoritiesOf(tlsCertificate.cert);
    const { url, outcomes } = await startProcess({
      upstreams: { app: { servers: [server], tls: { caFile }, http2: protocol === 'HTTP/2' } },
    });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([200, 'ok']);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', upstream: server });
  });

  it('is one of several in the file, with words between them', async () => {
    const caFile = authoritiesOf(
      `The other one\n${otherTlsCertificate.cert}\n\nThis one\n${tlsCertificate.cert}\nThe end\n`,
    );
    const { url } = await startProcess(trusting(caFile, await secureServer()));
    expect((await fetch(url)).status).toBe(200);
  });

  it('carries a WebSocket', async () => {
    const { url: upstream } = await echo(https.createServer(tlsCertificate));
    const { url } = await startProcess(trusting(authoritiesOf(tlsCertificate.cert), upstream.origin));
    const client = new WebSocket(url.replace('http:', 'ws:'));
    onTestFinished(() => client.terminate());
    await once(client, 'open');
    client.send('there and back');
    expect(String((await once(client, 'message'))[0])).toBe('there and back');
  });

  it('passes its health checks, and none where it is not named', async () => {
    let checks = 0;
    const server = await secureServer('HTTP/1.1', () => {
      checks += 1;
    });
    const healthCheck = { path: '/', intervalMs: 1, rise: 1, fall: 1 };
    const tls = { caFile: authoritiesOf(tlsCertificate.cert) };
    const { proxy } = await startProcess({
      upstreams: {
        named: { servers: [server], healthCheck, tls },
        unnamed: { servers: [server], healthCheck },
      },
      routes: [{ upstream: 'named' }, { path: '/unnamed', upstream: 'unnamed' }],
    });
    const healthOf = (name: string): boolean | undefined =>
      proxy.routes.upstreams.find((upstream) => upstream.name === name)?.states[0]?.isHealthy;
    await until(() => healthOf('unnamed') === false && checks > 1);
    expect(healthOf('named')).toBe(true);
  });
});

/** A request and a WebSocket are each a 502, and a line of the access log that has `entry`. */
async function expectBadGateways(config: ConfigInput, entry: object): Promise<void> {
  const { url, outcomes } = await startProcess(config);
  expect((await fetch(url)).status).toBe(502);
  expect(await rawExchange(url, ASK)).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  await until(() => outcomes.length === 2);
  for (const outcome of outcomes) expect(accessLogEntry(outcome)).toMatchObject(entry);
}

describe('an https server whose authority nobody knows', () => {
  it.each([
    ['no file is named', undefined],
    ['the file has another one', otherTlsCertificate.cert],
  ])('is a 502 whose cause is in the access log, where %s', async (_, authorities) => {
    const server = await secureServer();
    await expectBadGateways(
      authorities === undefined ? { upstream: server } : trusting(authoritiesOf(authorities), server),
      {
        status: 502,
        result: 'refused',
        brokenBy: 'upstream',
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
        // Newer versions of Node go on with advice.
        reason: expect.stringContaining(`The upstream ${server} failed: self-signed certificate`),
      },
    );
  });
});

describe('an https server whose name the upstream gives', () => {
  const asked = async (
    serverName: string,
    protocol?: 'HTTP/1.1' | 'HTTP/2',
  ): Promise<{ names: unknown[]; config: ConfigInput }> => {
    const names: unknown[] = [];
    const server = await secureServer(protocol, (name) => names.push(name));
    const tls = { caFile: authoritiesOf(tlsCertificate.cert), serverName };
    const healthCheck = { path: '/' };
    return {
      names,
      config: {
        upstreams: { app: { servers: [server], tls, http2: protocol === 'HTTP/2', healthCheck } },
        routes: [{ upstream: 'app' }, { path: '/kept', upstream: 'app', keepsHost: true }],
      },
    };
  };

  it.each(['HTTP/1.1', 'HTTP/2'] as const)(
    'is asked for by it and believed, over %s, whatever Host is passed on',
    async (protocol) => {
      const { names, config } = await asked('localhost', protocol);
      const { url, proxy } = await startProcess(config);
      for (const path of ['', '/kept']) {
        const response = await rawExchange(
          url,
          `GET ${path || '/'} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`,
        );
        expect(response).toMatch(/^HTTP\/1\.1 200 /);
      }
      await until(() => names.length === 3);
      expect(names).toEqual(['localhost', 'localhost', 'localhost']);
      expect(proxy.routes.upstreams[0]?.states[0]?.isHealthy).toBe(true);
    },
  );

  it('is a 502 that says what its certificate is for, where that is something else', async () => {
    const { names, config } = await asked('app.internal');
    await expectBadGateways(config, {
      status: 502,
      brokenBy: 'upstream',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      reason: expect.stringContaining("Host: app.internal. is not in the cert's altnames: DNS:localhost"),
    });
    expect(names).toEqual([]);
  });

  it('may lead to an authority that Node brings, which then has to be one', async () => {
    const server = await secureServer();
    const { url, outcomes } = await startProcess({
      upstreams: { app: { servers: [server], tls: { serverName: 'localhost' } } },
    });
    expect((await fetch(url)).status).toBe(502);
    await until(() => outcomes.length === 1);
    expect(accessLogEntry(outcomes[0] as ExchangeOutcome)).toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('has another one after a reload', async () => {
    const { config } = await asked('app.internal');
    const { url, proxy } = await startProcess(config);
    expect((await fetch(url)).status).toBe(502);
    const [server = ''] = proxy.routes.upstreams[0]?.origins ?? [];
    const tls = { caFile: authoritiesOf(tlsCertificate.cert), serverName: 'localhost' };
    await proxy.reload(configFrom({ upstreams: { app: { servers: [server], tls } } }));
    expect((await fetch(url)).status).toBe(200);
  });

  it.each([
    [{ serverName: '10.0.0.1' }, '.serverName is "10.0.0.1"; it must be a host name, as app.internal.'],
    [{ serverName: 'a:443' }, '.serverName is "a:443"; it must be a host name, as app.internal.'],
    [{ serverName: '' }, '.serverName is ""; it must be a host name, as app.internal.'],
    [{}, ' is an object; it must have a caFile, a serverName or both.'],
    [{ servername: 'a' }, '.servername is not known; did you mean serverName?'],
  ])('is a name, and not %j', (tls, mistake) => {
    const input = { upstreams: { app: { servers: ['https://127.0.0.1:1'], tls } } } as ConfigInput;
    expect(() => configFrom(input)).toThrow(`upstreams.app.tls${mistake}`);
  });
});

describe('a reload', () => {
  it('reads the authorities again, and changes nothing when they are none', async () => {
    const caFile = authoritiesOf(otherTlsCertificate.cert);
    const config = trusting(caFile, await secureServer());
    const { url, proxy } = await startProcess(config);
    expect((await fetch(url)).status).toBe(502);
    await writeFile(caFile, tlsCertificate.cert);
    await proxy.reload(configFrom(config));
    expect((await fetch(url)).status).toBe(200);
    await writeFile(caFile, 'none');
    await expect(proxy.reload(configFrom(config))).rejects.toThrow('holds no certificate in PEM');
    expect((await fetch(url)).status).toBe(200);
    await writeFile(caFile, otherTlsCertificate.cert);
    await proxy.reload(configFrom(config));
    expect((await fetch(url)).status).toBe(502);
  });
});

describe('a file of authorities', () => {
  const sentencesFor = async (...caFiles: string[]): Promise<readonly string[]> => {
    const upstreams = Object.fromEntries(
      caFiles.map((caFile, at) => [`app${at}`, { servers: ['https://127.0.0.1:1'], tls: { caFile } }]),
    );
    const routes = caFiles.map((_, at) => ({ path: `/${at}`, upstream: `app${at}` }));
    const reason: unknown = await startProcess({ upstreams, routes }).catch((error: unknown) => error);
    return (reason as { sentences: string[] }).sentences;
  };

  it('that is not there, or holds something else, is a mistake with a sentence of its own', async () => {
    const empty = authoritiesOf('nothing\n');
    const key = authoritiesOf(`${tlsCertificate.cert}\n${tlsCertificate.key}\n`);
    const torn = authoritiesOf(tlsCertificate.cert.slice(0, 300));
    const missing = join(torn, '..', 'missing.pem');
    expect(await sentencesFor(missing, empty, key, torn, empty)).toEqual([
      `upstreams.app0.tls.caFile is ${JSON.stringify(missing)}; there is no such file.`,
      `upstreams.app1.tls.caFile is ${JSON.stringify(empty)}; it holds no certificate in PEM.`,
      expect.stringContaining(
        `upstreams.app2.tls.caFile is ${JSON.stringify(key)}; block 2 of it is no certificate in PEM: `,
      ),
      expect.stringContaining(
        `upstreams.app3.tls.caFile is ${JSON.stringify(torn)}; block 1 of it is no certificate in PEM: `,
      ),
      `upstreams.app4.tls.caFile is ${JSON.stringify(empty)}; it holds no certificate in PEM.`,
    ]);
  });

  it('is of use for https servers alone', () => {
    expect(() => configFrom(trusting('ca.pem', 'http://127.0.0.1:1'))).toThrow(
      'upstreams.app.tls is for https servers; there must be at least one.',
    );
  });
});
