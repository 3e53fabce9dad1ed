import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { accessLogEntry } from '../src/watch/access-log.ts';
import { http2Request, http2Session } from './http2-client.ts';
import { startProcess } from './start-process.ts';
import { ASK, bytesServer, connectTo, switching, tunnel, watched } from './tunnels.ts';
import { until } from './until.ts';

const HOUR_MS = 3_600_000;

/** One end of a tunnel: what has come there, and how it broke. */
class End {
  readonly stream: Duplex;
  received = '';
  error: unknown;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('data', (bytes) => {
      this.received += String(bytes);
    });
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    stream.resume();
  }
}

/** A tunnel, with the clock in the test's hand. */
interface OpenTunnel {
  readonly client: End;
  readonly upstream: End;
  readonly outcomes: readonly ExchangeOutcome[];
}

/** From when it is called to the end of the test, time passes when the test says so. */
function holdTheClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Accepts one connection, which is the far end of a tunnel. */
function farEnd(): { serve: (socket: Socket) => void; accepted: Promise<End> } {
  let serve!: (socket: Socket) => void;
  const accepted = new Promise<End>((resolve) => {
    serve = (socket) => resolve(new End(socket));
  });
  return { serve, accepted };
}

interface Limits {
  readonly tunnelIdleTimeoutMs?: number;
}

/** Tunnels of every kind, by the limits of a configuration: an hour by default. */
const kinds: Readonly<Record<string, (limits?: Limits) => Promise<OpenTunnel>>> = {
  'a WebSocket': async (limits = {}) => {
    const { serve, accepted } = farEnd();
    const { url, outcomes } = await startProcess({ upstream: (await switching(serve)).origin, limits });
    holdTheClock();
    const client = new End(await tunnel(url, '', ASK));
    return { client, upstream: await accepted, outcomes };
  },
  'a CONNECT': async (limits = {}) => {
    const { serve, accepted } = farEnd();
    const target = await bytesServer(serve);
    const connect = { targets: [target] };
    const { url, outcomes } = await startProcess({ upstream: 'http://127.0.0.1:1', connect, limits });
    holdTheClock();
    const client = new End(await tunnel(url, '', connectTo(target)));
    return { client, upstream: await accepted, outcomes };
  },
  'a CONNECT over HTTP/2': async ({ tunnelIdleTimeoutMs = HOUR_MS } = {}) => {
    const { serve, accepted } = farEnd();
    const target = await bytesServer(serve);
    const { url, outcomes } = await watched(new URL('http://127.0.0.1:1'), {
      tls: tlsCertificate,
      connectTargets: [target],
      limits: { idleTimeoutMs: 0, tunnelIdleTimeoutMs },
    });
    const session = http2Session(url);
    await once(session, 'remoteSettings');
    holdTheClock();
    const stream = http2Request(session, { ':method': 'CONNECT', ':authority': target }, false);
    await once(stream, 'response');
    const client = new End(stream);
    return { client, upstream: await accepted, outcomes };
  },
};

describe.each(Object.entries(kinds))('the tunnel of %s', (_, open) => {
  it('goes on while anything comes from either side, however rarely', async () => {
    const { client, upstream, outcomes } = await open();
    let sent = '';
    // In turns: a second byte the same way may wait until the first is acknowledged (Nagle), a while of real time.
    for (const from of ['client', 'upstream', 'client', 'upstream']) {
      vi.advanceTimersByTime(HOUR_MS - 1);
      sent += from.charAt(0);
      (from === 'client' ? client : upstream).stream.write(from.charAt(0));
      await until(() => client.received.length + upstream.received.length === sent.length);
    }
    expect([upstream.received, client.received, outcomes.length]).toEqual(['cc', 'uu', 0]);
  });

  it('is reset on both sides when nothing has come from either for its time', async () => {
    const { client, upstream, outcomes } = await open();
    client.stream.write('last');
    await until(() => upstream.received === 'last');
    vi.advanceTimersByTime(HOUR_MS);
    await until(() => outcomes.length === 1 && upstream.stream.closed && client.stream.closed);
    expect(upstream.error).toBe('ECONNRESET');
    expect(client.error).toMatch(/^(?:ECONNRESET|ERR_HTTP2_STREAM_ERROR)$/);
    const [outcome] = outcomes as [ExchangeOutcome];
    expect(accessLogEntry(outcome)).toMatchObject({
      result: 'broken',
      brokenBy: 'proxy',
      code: 'ERR_PIPE_TIMEOUT',
      reason: 'The tunnel carried nothing for 3600000 ms',
      requestBody: { written: 4, delivered: 4 },
    });
  });

  it('may be silent for as long as it likes with a time of 0', async () => {
    const { client, upstream, outcomes } = await open({ tunnelIdleTimeoutMs: 0 });
    vi.advanceTimersByTime(1000 * HOUR_MS);
    client.stream.write('still there');
    await until(() => upstream.received === 'still there');
    expect(outcomes).toEqual([]);
  });
});

describe('a tunnel that carries nothing', () => {
  const openConnect = async (serve: (socket: Socket) => void) => {
    const target = await bytesServer(serve);
    const started = await startProcess({ upstream: 'http://127.0.0.1:1', connect: { targets: [target] } });
    holdTheClock();
    return { ...started, client: await tunnel(started.url, '', connectTo(target)) };
  };

  it('since nobody takes what is sent is idle as well', async () => {
    const { proxy, outcomes } = await openConnect((socket) => {
      const pump = (): void => {
        while (socket.write(Buffer.alloc(65_536)));
      };
      socket.on('drain', pump);
      pump();
    });
    await until(() => proxy.ledger.snapshot().slow.producersPaused === 1);
    vi.advanceTimersByTime(HOUR_MS);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'proxy' });
  });

  it('is counted as broken off by the proxy', async () => {
    const { proxy, outcomes } = await openConnect(() => {});
    vi.advanceTimersByTime(HOUR_MS);
    await until(() => outcomes.length === 1);
    expect(await proxy.metrics()).toContain(
      'millrace_exchanges_total{result="broken",broken_by="proxy",status="200"} 1\n',
    );
  });

  it('leaves no timer behind when it ends by itself', async () => {
    const { client, outcomes } = await openConnect((socket) => void socket.pipe(socket));
    expect(vi.getTimerCount()).toBe(1);
    client.resume().end();
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole' });
    await until(() => vi.getTimerCount() === 0);
  });
});
