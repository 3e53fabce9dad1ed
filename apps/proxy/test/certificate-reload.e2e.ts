import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpServer } from './http-server.ts';
import { http2Answer, http2Request, http2Session } from './http2-client.ts';
import { ownFolder } from './own-folder.ts';
import { runConfiguredProxy } from './run-proxy.ts';
import { listen } from '@millrace/test-servers/listen';
import { otherTlsCertificate, tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { until } from './until.ts';

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A proxy that speaks TLS with the certificate in two files. */
async function secureProxy(upstream: URL, workers: number) {
  const folder = ownFolder();
  const write = async ({ key, cert }: Certificate): Promise<void> => {
    await writeFile(join(folder, 'key.pem'), key);
    await writeFile(join(folder, 'cert.pem'), cert);
  };
  await write(tlsCertificate);
  const file = join(folder, 'proxy.json');
  const config = {
    // Named from the folder of the file.
    listen: { address: '127.0.0.1:0', tls: { certFile: 'cert.pem', keyFile: 'key.pem' } },
    adminListen: '127.0.0.1:0',
    upstream: upstream.origin,
    workers,
  };
  await writeFile(file, JSON.stringify(config));
  return { write, proxy: await runConfiguredProxy(file) };
}

/** The certificate that a new handshake gets, in PEM as the files have it. */
async function certificateOf(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = tls.connect({ port: Number(port), host: hostname, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate()?.toString() ?? '';
  socket.destroy();
  return certificate.trim();
}

/** An answer over HTTP/1.1 that has begun. */
async function begun(url: string): Promise<http.IncomingMessage> {
  const request = https.get(url, { rejectUnauthorized: false, agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  onTestFinished(() => void response.destroy());
  return response;
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

describe.each([1, 2])('SIGHUP to a proxy of TLS with %i worker(s)', (workers) => {
  it('is the new certificate for new handshakes, and open bodies go on', async () => {
    const held: http.ServerResponse[] = [];
    const upstream = await httpServer((_, response) => {
      held.push(response);
      response.write('begun, ');
    });
    const { proxy, write } = await secureProxy(upstream, workers);
    expect(await certificateOf(proxy.url)).toBe(tlsCertificate.cert);
    const session = http2Session(proxy.url);
    const stream = http2Answer(http2Request(session));
    const response = await begun(proxy.url);

    await write(otherTlsCertificate);
    proxy.process.kill('SIGHUP');
    await proxy.says('SIGHUP: the new configuration is for all new requests');
    for (let handshake = 0; handshake < 4; handshake += 1) {
      expect(await certificateOf(proxy.url)).toBe(otherTlsCertificate.cert);
    }

    const late = http2Answer(http2Request(session));
    await until(() => held.length === 3);
    for (const one of held) one.end('finished');
    expect(await textOf(response)).toBe('begun, finished');
    expect(response.complete).toBe(true);
    expect((await stream).body).toBe('begun, finished');
    expect((await late).body).toBe('begun, finished');
  });

  it('changes nothing when the files are no certificate and key', async () => {
    const upstream = await httpServer((_, response) => void response.end('ok'));
    const { proxy, write } = await secureProxy(upstream, workers);
    await write({ key: otherTlsCertificate.key, cert: tlsCertificate.cert });
    proxy.process.kill('SIGHUP');
    await proxy.says('SIGHUP changed nothing; the old configuration goes on.');
    expect(proxy.errors()).toContain(
      'listen.tls.keyFile is "key.pem"; it is not the key of the certificate in "cert.pem".',
    );
    expect(await certificateOf(proxy.url)).toBe(tlsCertificate.cert);
    expect(await textOf(await begun(proxy.url))).toBe('ok');
  });
});

describe('SIGHUP to a proxy in front of a server with an authority of its own', () => {
  it('reads the authority again, and changes nothing when it is none', async () => {
    const server = https.createServer(tlsCertificate, (_, response) => void response.end('ok'));
    const upstream = `https://127.0.0.1:${await listen(server)}`;
    const folder = ownFolder();
    const caFile = join(folder, 'ca.pem');
    const file = join(folder, 'proxy.json');
    await writeFile(caFile, otherTlsCertificate.cert);
    const config = {
      listen: '127.0.0.1:0',
      adminListen: '127.0.0.1:0',
      // Named from the folder of the file.
      upstreams: { app: { servers: [upstream], tls: { caFile: 'ca.pem' } } },
    };
    await writeFile(file, JSON.stringify(config));
    const proxy = await runConfiguredProxy(file);
    expect((await fetch(proxy.url)).status).toBe(502);

    await writeFile(caFile, tlsCertificate.cert);
    proxy.process.kill('SIGHUP');
    await proxy.says('SIGHUP: the new configuration is for all new requests');
    expect((await fetch(proxy.url)).status).toBe(200);

    await writeFile(caFile, 'none');
    proxy.process.kill('SIGHUP');
    await proxy.says('SIGHUP changed nothing; the old configuration goes on.');
    expect(proxy.errors()).toContain('upstreams.app.tls.caFile is "ca.pem"; it holds no certificate in PEM.');
    expect((await fetch(proxy.url)).status).toBe(200);
  });
});
