import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { download, get } from './download.ts';
import { httpServer } from './http-server.ts';
import { startProxy } from './start-proxy.ts';

describe("the proxy's own pages", () => {
  const proxy = async () => {
    const upstream = await httpServer((request, response) => void response.end(`upstream ${request.url}`));
    return startProxy(upstream, {
      servePage(pathname, response) {
        if (pathname !== '/' && pathname !== '/chart.js') return false;
        response.end(`page ${pathname}`);
        return true;
      },
    });
  };

  it('are served below their path, and everything else is passed on', async () => {
    const { url } = await proxy();
    const textAt = async (path: string): Promise<string> => (await fetch(url + path)).text();
    expect(await textAt('/__millrace/')).toBe('page /');
    expect(await textAt('/__millrace')).toBe('page /');
    expect(await textAt('/__millrace/chart.js?v=1')).toBe('page /chart.js');
    expect(await textAt('/__millrace/other')).toBe('There is no /other here.\n');
    expect(await textAt('/__millracer')).toBe('upstream /__millracer');
    expect(await textAt('/a/__millrace/')).toBe('upstream /a/__millrace/');
  });

  it('are for reading', async () => {
    const { url } = await proxy();
    const response = await fetch(`${url}/__millrace/`, { method: 'POST', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('tell the state as JSON, and are no bodies themselves', async () => {
    const { url, snapshot } = await proxy();
    await download(`${url}/a`);
    expect(await snapshot()).toMatchObject({
      strategy: '@millrace/ring-buffer',
      bytes: { requestsIn: 0, responsesOut: 'upstream /a'.length },
      outcomes: { responses: { ended: 1, failed: 0, cancelled: 0 } },
    });
  });

  it('stream the state as events, which end when the proxy drains', async () => {
    const { url, server } = await proxy();
    const events = await get(`${url}/__millrace/events`);
    const [first] = (await once(events, 'data')) as [Buffer];
    expect(JSON.parse(first.toString().replace(/^data: /, ''))).toMatchObject({ highWaterMark: 65_536 });
    const ended = once(events, 'end');
    await server.drain(60_000);
    await ended;
    expect(events.complete).toBe(true);
  });
});
