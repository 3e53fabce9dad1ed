import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failOnReset } from '@millrace/core/node';
import { demoSha256 } from '../src/demo/demo-body.ts';
import { startDemoOrigin } from '../src/demo/demo-origin.ts';
import { download } from './download.ts';
import { rawExchange } from './raw-exchange.ts';

async function origin(): Promise<string> {
  const demo = await startDemoOrigin();
  onTestFinished(() => demo.close());
  return demo.url.origin;
}

describe('the demo origin', () => {
  it('lists what it has, and every link of the list works', async () => {
    const url = await origin();
    const page = await (await fetch(url)).text();
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(
      ([, link]) => link?.replaceAll('&amp;', '&') ?? '',
    );
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      const response = await fetch(url + link.replace('delay-ms=250', 'delay-ms=0'));
      expect([link, response.status]).toEqual([link, 200]);
      await response.arrayBuffer().catch(() => {});
    }
  });

  it('sends a small JSON document', async () => {
    const response = await fetch(`${await origin()}/json`);
    expect(await response.json()).toMatchObject({ millrace: true });
  });

  it.each([0, 1, 1_000_000])('sends a body of %i bytes with the hash that it tells', async (size) => {
    const url = await origin();
    const { bytes, sha256, headers } = await download(`${url}/bytes/${size}`);
    expect([bytes, sha256]).toEqual([size, await demoSha256(size)]);
    expect(headers).toMatchObject({ 'content-length': String(size), etag: `"demo-body-${size}"` });
    expect(await (await fetch(`${url}/sha256/${size}`)).text()).toBe(`${sha256}\n`);
  });

  it('knows HEAD, and If-None-Match', async () => {
    const url = `${await origin()}/bytes/1000`;
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1000']);
    const known = await fetch(url, { headers: { 'if-none-match': '"demo-body-1000"' } });
    expect([known.status, await known.text()]).toEqual([304, '']);
  });

  it('trickles in chunks', async () => {
    const { bytes, headers } = await download(`${await origin()}/trickle?chunks=7&bytes=300&delay-ms=0`);
    expect([bytes, headers['transfer-encoding']]).toEqual([2100, 'chunked']);
  });

  it('tells the length and the hash of an upload', async () => {
    const body = Buffer.alloc(300_000, 'abc');
    const response = await fetch(`${await origin()}/upload`, { method: 'PUT', body });
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect(await response.json()).toEqual({ bytes: 300_000, sha256 });
  });

  it.each(['length', 'chunked'])('breaks a body off: %s', async (mode) => {
    const broken = download(`${await origin()}/break?mode=${mode}&after=300000`);
    await expect(broken).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('resets a body that only the end of the connection would end', async () => {
    const socket = net.connect(Number(new URL(await origin()).port), '127.0.0.1');
    failOnReset(socket);
    socket.write('GET /break?mode=close&after=1000 HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.resume();
    await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('sends all of the bytes before it breaks off', async () => {
    const answer = await rawExchange(
      await origin(),
      'GET /break?mode=length&after=300000 HTTP/1.1\r\nhost: a\r\n\r\n',
    );
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
    expect(head).toContain('content-length: 600001');
    expect(body.length).toBe(300_000);
  });

  it.each([
    ['/nowhere', 404, 'There is no /nowhere here; see / for what there is.\n'],
    ['/bytes/many', 400, 'The size is "many"; it must be a whole number from 0 to 1099511627776.\n'],
    ['/trickle?bytes=0', 400, 'bytes is "0"; it must be a whole number from 1 to 1048576.\n'],
    ['/break?mode=hard', 400, 'mode is "hard"; it must be length, chunked or close.\n'],
  ])('refuses %s in one sentence', async (path, status, sentence) => {
    const response = await fetch((await origin()) + path);
    expect([response.status, await response.text()]).toEqual([status, sentence]);
  });

  it('goes on after clients that leave in the middle', async () => {
    const url = await origin();
    for (const path of ['/bytes/100000000', '/trickle', '/upload']) {
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf`);
      await new Promise((resolve) => {
        socket.once(path === '/upload' ? 'ready' : 'data', resolve);
      });
      socket.resetAndDestroy();
    }
    expect((await fetch(`${url}/json`)).status).toBe(200);
  });
});
