import { once } from 'node:events';
import http2, { type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { listen } from '@millrace/test-servers/listen';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Http2Downstream } from '../src/listener/http2-downstream.ts';
import { LINGER_MS } from '../src/listener/linger.ts';
import { http2Request, http2Session } from './http2-client.ts';

type Arrived = [stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]];

/** An exchange whose answer is out, whose client still sends, and whose timers the test goes off at will. */
async function answeredEarly() {
  const server = http2.createServer();
  const session = http2Session(`http://127.0.0.1:${await listen(server)}`);
  const request = http2Request(session, { ':method': 'POST' }, false);
  const [stream, headers, , rawHeaders] = (await once(server, 'stream')) as Arrived;
  const downstream = new Http2Downstream(stream, headers, rawHeaders);
  downstream.begin(200, '', []);
  stream.end('no, thanks');
  request.resume();
  // Of a request that nobody reads, Node closes the stream by itself.
  stream.resume();
  await Promise.all([once(stream, 'finish'), once(request, 'end')]);
  const setTimer = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => setTimer.mockRestore());
  const goOff = (afterMs: number): void => {
    const [onTimer] = setTimer.mock.calls.find(([, delayMs]) => delayMs === afterMs) ?? [];
    onTimer?.();
  };
  return { downstream, stream, request, goOff };
}

it('an upload that nobody wants is over when nothing is heard of its end', async () => {
  const { downstream, stream, goOff } = await answeredEarly();
  vi.spyOn(stream, 'close').mockImplementation(() => {});
  downstream.release();
  expect(stream.destroyed).toBe(false);
  goOff(LINGER_MS);
  await downstream.closed;
  expect(stream.destroyed).toBe(true);
});

it.each([
  ['is not out', 0, 1],
  ['is out', 1, 0],
])('a client whose answer has ended is stuck when the end %s', async (_, localClose, times) => {
  const { downstream, stream, goOff } = await answeredEarly();
  const onStuck = vi.fn<() => void>();
  downstream.whenStuck(54_321, onStuck);
  vi.spyOn(stream, 'state', 'get').mockReturnValue({ localClose });
  goOff(54_321);
  expect(onStuck).not.toHaveBeenCalled();
  goOff(54_321);
  expect(onStuck).toHaveBeenCalledTimes(times);
});
