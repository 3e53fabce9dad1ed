import net from 'node:net';
import ringBuffer from '@millrace/ring-buffer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ConnectUpstream } from '../src/upstream/connect-upstream.ts';
import type { RequestParts } from '../src/upstream/request-parts.ts';

const pipe = { strategy: ringBuffer, highWaterMark: 65_536, lowWaterMark: 32_768 };

function partsWith(signal: AbortSignal): RequestParts {
  return {
    body: null,
    trailers: undefined,
    acceptTrailers: false,
    expectContinue: false,
    signal,
    onInformation: () => {},
    onPaused: () => {},
  };
}

/** A connection that neither comes about nor fails. */
function neverConnecting(): net.Socket {
  const socket = new net.Socket();
  const connect = vi.spyOn(net, 'connect').mockReturnValue(socket);
  onTestFinished(() => connect.mockRestore());
  return socket;
}

function asked(signal: AbortSignal): Promise<unknown> {
  const upstream = new ConnectUpstream({ targets: ['a.example:443'], connectTimeoutMs: 10_000 });
  const head = { method: 'CONNECT', path: 'a.example:443', host: undefined, headers: [] };
  return upstream.request(head, partsWith(signal), pipe);
}

describe('what CONNECT may lead to', () => {
  const upstream = new ConnectUpstream({
    targets: ['DB.example:5432', '*.web.example:443', '[::1]:8443'],
    connectTimeoutMs: 1000,
  });

  it.each(['db.example:5432', 'Db.Example:5432', 'a.web.example:443', 'a.b.web.example:443', '[::1]:8443'])(
    'is %s',
    (target) => {
      expect(upstream.leadsTo(target)).toBe(true);
    },
  );

  it.each([
    'db.example:5433',
    'db.example:54321',
    'xdb.example:5432',
    'web.example:443',
    '.web.example:443',
    'xweb.example:443',
    'a.web.example:80',
    'a.web.example:443.evil.example:443',
    '[::1]:443',
    '*.web.example:80',
  ])('is not %s', (target) => {
    expect(upstream.leadsTo(target)).toBe(false);
  });
});

describe('a connection for CONNECT', () => {
  it('that does not come about in time is given up with 504', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const socket = neverConnecting();
    const answer = asked(new AbortController().signal);
    vi.advanceTimersByTime(9999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await expect(answer).rejects.toMatchObject({
      status: 504,
      message: 'The target a.example:443 did not accept a connection in time.',
    });
    expect(socket.destroyed).toBe(true);
  });

  it('is given up when the client leaves, with the reason of that', async () => {
    const socket = neverConnecting();
    const leaving = new AbortController();
    const answer = asked(leaving.signal);
    const reason = new Error('left');
    leaving.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(socket.destroyed).toBe(true);
  });

  it('that fails is a 502 with the reason', async () => {
    const socket = neverConnecting();
    const answer = asked(new AbortController().signal);
    socket.destroy(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    await expect(answer).rejects.toMatchObject({
      status: 502,
      message: 'The upstream a.example:443 failed: connect ECONNREFUSED',
    });
  });
});
