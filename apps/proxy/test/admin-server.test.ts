import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AdminServer } from '../src/watch/admin-server.ts';
import { get } from './download.ts';

describe("the proxy's own pages", () => {
  let isReady = true;
  let strategy = '';
  let metrics = (): Promise<string> => Promise.resolve('millrace_open_bodies 1\n');
  const start = async (): Promise<AdminServer> => {
    let asked = 0;
    const admin = await AdminServer.start({
      listen: { host: '127.0.0.1', port: 0 },
      subject: {
        snapshot: () => {
          asked += 1;
          return { asked };
        },
        metrics: () => metrics(),
        isReady: () => isReady,
        switchStrategy(name) {
          if (name === 'none') return Promise.reject(new Error('Strategy none is not installed.'));
          strategy = name;
          return Promise.resolve();
        },
      },
      servePage(pathname, response) {
        if (pathname !== '/' && pathname !== '/chart.js') return false;
        response.end(`page ${pathname}`);
        return true;
      },
    });
    return admin;
  };
  const started = async (): Promise<AdminServer> => {
    const admin = await start();
    onTestFinished(() => admin.close());
    return admin;
  };

  it('are found by their path, whatever the query', async () => {
    const { url } = await started();
    const textAt = async (path: string): Promise<string> => (await fetch(url + path)).text();
    expect(await textAt('/')).toBe('page /');
    expect(await textAt('/chart.js?v=1')).toBe('page /chart.js');
    expect(await textAt('/other')).toBe('There is no /other here.\n');
  });

  it('are for reading, but for the one that is an order', async () => {
    const { url } = await started();
    const allowed = async (path: string, method: string): Promise<unknown[]> => {
      const response = await fetch(url + path, { method });
      return [response.status, response.headers.get('allow')];
    };
    expect(await allowed('/', 'POST')).toEqual([405, 'GET, HEAD']);
    expect(await allowed('/strategy', 'DELETE')).toEqual([405, 'POST']);
  });

  it('say whether the process lives and whether it wants requests', async () => {
    const { url } = await started();
    const statusOf = async (path: string): Promise<number> => (await fetch(url + path)).status;
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 200]);
    isReady = false;
    onTestFinished(() => {
      isReady = true;
    });
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503]);
  });

  it('give metrics in the format of Prometheus', async () => {
    const { url } = await started();
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe('millrace_open_bodies 1\n');
  });

  it('say why there are no metrics, as when a worker dies while it is asked', async () => {
    const { url } = await started();
    metrics = () => Promise.reject(new Error('Operation timed out.'));
    const response = await fetch(`${url}/metrics`);
    expect([response.status, await response.text()]).toEqual([500, 'Operation timed out.\n']);
  });

  it('are closed though somebody is still asking', async () => {
    const admin = await start();
    const { hostname, port } = new URL(admin.url);
    const socket = net
      .connect(Number(port), hostname)
      .on('error', () => {})
      .resume();
    socket.write('POST /strategy HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n');
    await (await fetch(`${admin.url}/healthz`)).text();
    const [isCutOff] = await Promise.all([once(socket, 'close').then(() => true), admin.close(1)]);
    expect(isCutOff).toBe(true);
  });

  it('switch the strategy when told so', async () => {
    const { url } = await started();
    const order = (body: string) => fetch(`${url}/strategy`, { method: 'POST', body });
    expect((await order('{"strategy":"@millrace/chunk-queue"}')).status).toBe(204);
    expect(strategy).toBe('@millrace/chunk-queue');
    const refused = await order('{"strategy":"none"}');
    expect([refused.status, await refused.text()]).toEqual([400, 'Strategy none is not installed.\n']);
    for (const body of ['', '{', 'null', '{"strategy":1}', `"${'x'.repeat(5000)}"`]) {
      expect((await order(body)).status).toBe(400);
    }
    expect(strategy).toBe('@millrace/chunk-queue');
  });

  it.each([
    ['http://evil.example', undefined],
    ['null', undefined],
    ['http://rebound.example', 'rebound.example'],
  ])('take no orders from a page at %s that calls them %s', async (origin, host) => {
    const { url } = await started();
    strategy = 'as before';
    const request = http.request(`${url}/strategy`, {
      method: 'POST',
      headers: { origin, ...(host === undefined ? undefined : { host }) },
    });
    request.end('{"strategy":"theirs"}');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    expect([response.statusCode, strategy]).toEqual([403, 'as before']);
  });

  it('tell the state as JSON, asked for each time', async () => {
    const { url } = await started();
    const snapshot = async (): Promise<unknown> => (await fetch(`${url}/snapshot.json`)).json();
    expect(await snapshot()).toEqual({ asked: 1 });
    expect(await snapshot()).toEqual({ asked: 2 });
  });

  it('stream the state as events, which end when they are closed', async () => {
    const admin = await start();
    const events = await get(`${admin.url}/events`);
    const [first] = (await once(events, 'data')) as [Buffer];
    expect(JSON.parse(first.toString().replace(/^data: /, ''))).toEqual({ asked: 1 });
    const ended = once(events, 'end');
    await admin.close();
    await ended;
    expect(events.complete).toBe(true);
  });
});
