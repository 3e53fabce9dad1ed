import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AdminServer } from '../src/watch/admin-server.ts';
import { get } from './download.ts';

describe("the proxy's own pages", () => {
  const start = async (): Promise<AdminServer> => {
    let asked = 0;
    const admin = await AdminServer.start({
      listen: { host: '127.0.0.1', port: 0 },
      snapshot: () => {
        asked += 1;
        return { asked };
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

  it('are for reading', async () => {
    const { url } = await started();
    const response = await fetch(url, { method: 'POST', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
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
