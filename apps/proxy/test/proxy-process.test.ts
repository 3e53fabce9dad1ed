import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '@millrace/test-servers/listen';
import { refusingPort } from '@millrace/test-servers/refusing-port';
import { listening } from '../src/run/proxy-process.ts';
import { get } from './download.ts';
import { httpServer } from './http-server.ts';
import { configFrom, startProcess } from './start-process.ts';
import { until } from './until.ts';

/** A server that says its name. */
function named(name: string): Promise<URL> {
  return httpServer((request, response) => {
    request.resume().on('end', () => response.end(name));
  });
}

async function textOf(url: string, init?: RequestInit): Promise<string> {
  return (await fetch(url, init)).text();
}

/** An address that refuses connections. */
async function refusing(): Promise<string> {
  return `http://127.0.0.1:${await refusingPort()}`;
}

/** A server that keeps one connection for one answer, and resets it at the second request. */
async function forgetful(): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = net.createServer((socket) => {
    let answers = 0;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      requests.push(String(bytes).split(' ', 1)[0] ?? '');
      answers += 1;
      if (answers === 2) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, requests };
}

describe('requests to several servers', () => {
  it('are spread over them by weight', async () => {
    const [a, b] = [await named('a'), await named('b')];
    const servers = [{ url: a.origin, weight: 3 }, b.origin];
    const { url } = await startProcess({ upstreams: { app: { servers } } });
    const answers: string[] = [];
    for (let request = 0; request < 8; request += 1) answers.push(await textOf(url));
    expect(answers.sort().join('')).toBe('aaaaaabb');
  });

  it('go where the routes say, through the strategies that they name', async () => {
    const [a, b] = [await named('a'), await named('b')];
    const { url, proxy } = await startProcess({
      upstreams: { app: { servers: [a.origin] }, files: { servers: [b.origin] } },
      routes: [{ upstream: 'app' }, { path: '/files', upstream: 'files', strategy: '@millrace/chunk-queue' }],
    });
    expect([await textOf(`${url}/x`), await textOf(`${url}/files/x`)]).toEqual(['a', 'b']);
    expect(proxy.routeFor('a', '/files').strategy.name).toBe('@millrace/chunk-queue');
    expect(proxy.routeFor('a', '/').strategy.name).toBe('@millrace/ring-buffer');
  });

  it('are sent to another one when the first refuses connections, whatever they ask', async () => {
    const b = await named('b');
    const { url } = await startProcess({ upstreams: { app: { servers: [await refusing(), b.origin] } } });
    expect(await textOf(url, { method: 'POST', body: 'x' })).toBe('b');
    expect(await textOf(url)).toBe('b');
  });

  it.each([
    ['PUT', 1000, 'sent to another one, whole'],
    ['DELETE', 1000, 'sent to another one, whole'],
    ['PUT', 100_000, 'not sent again'],
    ['POST', 1000, 'not sent again'],
    ['PATCH', 1000, 'not sent again'],
  ])('whose connection breaks behind a body: a %s with %i bytes is %s', async (method, bytes, happens) => {
    let broken = 0;
    const a = await httpServer((request) => {
      let came = 0;
      request.on('error', () => {});
      request.on('data', (chunk: Buffer) => {
        came += chunk.length;
        if (came < bytes) return;
        broken += 1;
        request.socket.destroy();
      });
    });
    const b = await httpServer((request, response) => {
      let came = 0;
      request.on('data', (chunk: Buffer) => {
        came += chunk.length;
      });
      request.on('end', () => response.end(`b ${came}`));
    });
    const { url, proxy, outcomes } = await startProcess({
      upstreams: { app: { servers: [a.origin, b.origin] } },
    });
    const response = await fetch(url, { method, body: new Uint8Array(bytes) });
    const text = await response.text();
    const isSentAgain = happens !== 'not sent again';
    expect([response.status, text === `b ${bytes}`, broken]).toEqual([
      isSentAgain ? 200 : 502,
      isSentAgain,
      1,
    ]);
    await until(() => outcomes.length === 1);
    expect(proxy.budget.heldBytes).toBe(0);
  });

  it('whose connection breaks twice are not sent a third time', async () => {
    let broken = 0;
    const breaking = async (): Promise<string> => {
      const url = await httpServer((request) => {
        broken += 1;
        request.socket.destroy();
      });
      return url.origin;
    };
    const { url } = await startProcess({
      upstreams: { app: { servers: [await breaking(), await breaking(), await breaking()] } },
    });
    expect((await fetch(url)).status).toBe(502);
    expect(broken).toBe(2);
  });

  it('whose connection breaks inside of the answer are not sent again', async () => {
    const a = net.createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 20'));
    });
    const b = await named('b');
    const halfAnswering = `http://127.0.0.1:${await listen(a)}`;
    const { url } = await startProcess({ upstreams: { app: { servers: [halfAnswering, b.origin] } } });
    expect((await fetch(url)).status).toBe(502);
  });

  it('leave one alone that fails, and come back to it when it answers', async () => {
    const gone = await refusing();
    const b = await named('b');
    const { url, proxy } = await startProcess({
      upstreams: { app: { servers: [gone, b.origin], breaker: { failures: 2, coolDownMs: 1 } } },
    });
    for (let request = 0; request < 4; request += 1) expect(await textOf(url)).toBe('b');
    const [state] = proxy.routes.upstreams.flatMap(({ states }) => states);
    expect(state).toMatchObject({ origin: gone, breaker: 'open', open: 0 });
    const server = http
      .createServer((_, response) => response.end('back'))
      .listen(Number(new URL(gone).port));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    await until(async () => (await textOf(url)) === 'back');
    expect(proxy.routes.upstreams[0]?.states[0]).toMatchObject({ breaker: 'closed' });
  });

  it('are refused with 503 and a time to come back when no server is fit', async () => {
    const breaker = { failures: 1, coolDownMs: 30_000 };
    const { url, outcomes } = await startProcess({
      upstreams: { app: { servers: [await refusing()], breaker } },
    });
    expect((await fetch(url)).status).toBe(502);
    const response = await fetch(url);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    await until(() => outcomes.length === 2);
    expect(outcomes.map(({ result, brokenBy }) => [result, brokenBy])).toEqual([
      ['refused', 'upstream'],
      ['refused', 'proxy'],
    ]);
  });

  it('go only to those that pass their checks', async () => {
    let isHealthy = true;
    const a = await httpServer((request, response) => {
      response.statusCode = request.url !== '/health' || isHealthy ? 200 : 500;
      response.end('a');
    });
    const b = await named('b');
    const { url, proxy } = await startProcess({
      upstreams: {
        app: {
          servers: [a.origin, b.origin],
          healthCheck: { path: '/health', intervalMs: 1, rise: 1, fall: 1 },
        },
      },
    });
    const healthy = (): boolean | undefined => proxy.routes.upstreams[0]?.states[0]?.isHealthy;
    isHealthy = false;
    await until(() => healthy() === false);
    expect([await textOf(url), await textOf(url)]).toEqual(['b', 'b']);
    isHealthy = true;
    await until(() => healthy() === true);
    expect([await textOf(url), await textOf(url)].sort()).toEqual(['a', 'b']);
  });
});

describe('a kept connection that the server closes just then', () => {
  it('costs a GET nothing: it is sent again', async () => {
    const { url: upstream, requests } = await forgetful();
    const { url } = await startProcess({ upstream });
    expect([await textOf(url), await textOf(url)]).toEqual(['ok', 'ok']);
    expect(requests).toEqual(['GET', 'GET', 'GET']);
  });

  it('is a 502 for a POST, which is sent once', async () => {
    const { url: upstream, requests } = await forgetful();
    const { url } = await startProcess({ upstream });
    expect(await textOf(url)).toBe('ok');
    expect((await fetch(url, { method: 'POST' })).status).toBe(502);
    expect(requests).toEqual(['GET', 'POST']);
  });
});

describe('an address that cannot be listened at', () => {
  it.each([
    ['EADDRINUSE', 'is in use'],
    ['ENOTFOUND', 'has a host that nobody knows'],
    ['EAI_AGAIN', 'has a host that cannot be looked up'],
  ])('is named with the flag to change, and why: %s', async (code, why) => {
    const reason = Object.assign(new Error(`getaddrinfo ${code} nowhere`), { code });
    const started = listening('--listen', { host: 'nowhere', port: 80 }, () => Promise.reject(reason));
    await expect(started).rejects.toThrow(
      `nowhere:80 ${why}; choose another address with --listen HOST:PORT.`,
    );
  });
});

describe('a reload', () => {
  it('sends new requests elsewhere, and drops no body that is under way', async () => {
    let held: http.ServerResponse | undefined;
    const old = await httpServer((_, response) => {
      held = response;
      response.write('begun, ');
    });
    const { url, proxy } = await startProcess({ upstream: old.origin });
    const body = await get(url);
    await once(body, 'data');
    const oldUpstream = proxy.routes.upstreams[0];
    await proxy.reload(configFrom({ upstream: (await named('new')).origin }));
    expect(await textOf(url)).toBe('new');
    held?.end('finished');
    expect((await body.toArray()).join('')).toBe('finished');
    expect(body.complete).toBe(true);
    await until(() => oldUpstream?.states[0]?.open === 0);
  });

  it('to what cannot be had changes nothing and says why', async () => {
    const old = await named('old');
    const { url, proxy } = await startProcess({ upstream: old.origin });
    const broken = configFrom({ upstream: 'http://127.0.0.1:1', strategy: './no-such.ts' });
    await expect(proxy.reload(broken)).rejects.toThrow('strategy is "./no-such.ts"; there is no such file.');
    expect(await textOf(url)).toBe('old');
  });
});

describe('a limit', () => {
  it('on the body of a request is a 413, declared or not', async () => {
    const upstream = await named('ok');
    const { url } = await startProcess({ upstream: upstream.origin, limits: { bodyBytes: 1000 } });
    const statusOf = async (headers: Record<string, number>, bytes: number): Promise<number | undefined> => {
      const request = http.request(url, { method: 'POST', headers });
      request.on('error', () => {});
      request.end(Buffer.alloc(bytes));
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await statusOf({ 'content-length': 1000 }, 1000)).toBe(200);
    expect(await statusOf({ 'content-length': 1001 }, 1001)).toBe(413);
    expect(await statusOf({}, 1001)).toBe(413);
  });

  it('on exchanges at a time is a 503 with a time to come back', async () => {
    const upstream = await httpServer((_, response) => void response.write('begun'));
    const { url } = await startProcess({ upstream: upstream.origin, limits: { exchanges: 1 } });
    const first = await get(url);
    onTestFinished(() => void first.destroy());
    first.on('error', () => {});
    const second = await fetch(url);
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('on silence gives a client up that does not send its body on, with 408', async () => {
    const upstream = await named('ok');
    const { url } = await startProcess({ upstream: upstream.origin, limits: { idleTimeoutMs: 20 } });
    const request = http.request(url, { method: 'POST', headers: { 'content-length': 100 } });
    request.on('error', () => {});
    request.write('x');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(response.statusCode).toBe(408);
    response.resume();
    request.destroy();
  });

  it('on the rate gives a client up that trickles, with 408 that says so', async () => {
    const upstream = await named('ok');
    const { url } = await startProcess({
      upstream: upstream.origin,
      limits: { minBytesPerSecond: 1_000_000, minRateGraceMs: 20 },
    });
    const request = http.request(url, { method: 'POST', headers: { 'content-length': 100 } });
    request.on('error', () => {});
    request.write('x');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect([response.statusCode, text]).toEqual([
      408,
      expect.stringContaining('less than 1000000 bytes a second'),
    ]);
    request.destroy();
  });

  describe('on a whole exchange', () => {
    const timed = async (handle: http.RequestListener, totalTimeoutMs: number, failures: number) => {
      const { origin } = await httpServer(handle);
      const app = { servers: [origin], totalTimeoutMs, breaker: { failures } };
      return startProcess({ upstreams: { app } });
    };
    /** One that is over when `ring` is called. */
    const rung = async (handle: http.RequestListener, failures = 1) => {
      const setTimer = vi.spyOn(globalThis, 'setTimeout');
      onTestFinished(() => setTimer.mockRestore());
      const timers = () => setTimer.mock.calls.filter(([, delayMs]) => delayMs === 54_321);
      return { ...(await timed(handle, 54_321, failures)), timers, ring: () => timers()[0]?.[0]() };
    };

    it('is a 504 before the answer, and counts as a failure of the server', async () => {
      const { proxy, url } = await timed(() => {}, 20, 1);
      expect((await fetch(url)).status).toBe(504);
      expect(proxy.routes.upstreams[0]?.states[0]?.breaker).toBe('open');
    });

    it('is a 408 while the client has not sent its body, and says nothing of the server', async () => {
      let hasBegun = false;
      const { proxy, url, ring } = await rung((upload) => {
        upload.on('error', () => {}).on('data', () => (hasBegun = true));
      });
      const request = http.request(url, { method: 'POST', headers: { 'content-length': 100 } });
      request.on('error', () => {}).write('x');
      await until(() => hasBegun);
      ring();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      expect(response.statusCode).toBe(408);
      expect(proxy.routes.upstreams[0]?.states[0]?.breaker).toBe('closed');
      request.destroy();
    });

    it('is one for all attempts', async () => {
      let requests = 0;
      const { url, timers } = await rung(({ socket }, response) => {
        requests += 1;
        if (requests === 1) socket.resetAndDestroy();
        else response.end('ok');
      }, 2);
      expect(await (await fetch(url)).text()).toBe('ok');
      expect([requests, timers().length]).toEqual([2, 1]);
    });

    it('breaks the answer off, and is told as what it is', async () => {
      const { url, outcomes, ring } = await rung((_, response) => void response.write('first'));
      const response = await get(url);
      await once(response, 'data');
      const failed = once(response, 'error');
      ring();
      expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
      await until(() => outcomes.length > 0);
      const message: unknown = expect.stringMatching(/took longer than 54321 ms in all\.$/);
      expect(outcomes).toMatchObject([
        { result: 'broken', status: 200, brokenBy: 'upstream', reason: { message } },
      ]);
    });

    it('is the fault of a client that does not take its answer', async () => {
      const { proxy, url, outcomes, ring } = await rung((_, response) => {
        response.on('error', () => {}).write(Buffer.alloc(32 * 1024 * 1024));
      });
      const response = await get(url);
      response.on('error', () => {}).pause();
      await until(() => proxy.ledger.snapshot().slow.producersPaused === 1);
      ring();
      response.destroy();
      await until(() => outcomes.length > 0);
      const message: unknown = expect.stringMatching(/^The client let the upstream wait/);
      expect(outcomes).toMatchObject([
        { result: 'broken', status: 200, brokenBy: 'client', reason: { message } },
      ]);
    });
  });
});
