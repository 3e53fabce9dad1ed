import { once } from 'node:events';
import http2, { type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import net from 'node:net';
import { listen } from '@millrace/test-servers/listen';
import { END_STREAM, frameTypes, RawHttp2Connection } from '@millrace/test-servers/raw-http2-connection';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Http2Downstream } from '../src/listener/http2-downstream.ts';
import { MOST_STREAMS } from '../src/listener/http2-limits.ts';
import { http2Answer, http2Request, http2Session } from './http2-client.ts';
import { until } from './until.ts';

type Arrived = [stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]];

const MIB = 1024 * 1024;
const END_HEADERS = 4;
const WINDOW_UPDATE = 8;
const INITIAL_WINDOW_SIZE = 4;
/** 2 ** 31 - 1. */
const MOST_ROOM = [0x7f, 0xff, 0xff, 0xff];

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

/** A client with an upload and a download under way and room for all of both answers, which reads nothing from then on. */
async function takingNothing() {
  const server = http2.createServer({ maxSessionMemory: 1000 });
  const arrived: Arrived[] = [];
  server.on('stream', (...stream: Arrived) => arrived.push(stream));
  const socket = net.connect(await listen(server), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const client = new RawHttp2Connection(socket, { isClient: true });
  client.send(frameTypes.settings, 0, 0, Uint8Array.of(0, INITIAL_WINDOW_SIZE, ...MOST_ROOM));
  client.send(WINDOW_UPDATE, 0, 0, Uint8Array.of(...MOST_ROOM.with(0, 0x3f)));
  // `POST http://a/` as HPACK has it in its table, and the host.
  const head = Uint8Array.of(0x83, 0x86, 0x84, 0x41, 1, 0x61);
  client.send(frameTypes.headers, END_HEADERS | END_STREAM, 1, head);
  client.send(frameTypes.headers, END_HEADERS, 3, head);
  await until(() => arrived.length === 2);
  socket.pause();
  const [[download], [upload, headers, , rawHeaders]] = arrived as [Arrived, Arrived];
  upload.resume();
  const downstream = new Http2Downstream(upload, headers, rawHeaders);
  // More than the system takes, and so the end of a write that does not come before the client reads.
  download.on('error', () => {}).respond();
  download.write(Buffer.alloc(64 * MIB));
  return { client, socket, downstream, upload, download };
}

it('an upload is over once its answer is out, though its client takes nothing', async () => {
  const { client, socket, downstream, upload, download } = await takingNothing();
  downstream.answer(204, '', []);
  await until(() => upload.state.localClose === 1);
  downstream.release();
  expect(upload.destroyed).toBe(true);
  await downstream.closed;
  expect(download.writableLength).toBeGreaterThan(0);
  socket.resume();
  expect(await client.next(frameTypes.reset)).toMatchObject({ stream: 3, payload: new Uint8Array(4) });
  const answer = client.received.find(({ stream }) => stream === 3);
  expect(answer).toMatchObject({ type: frameTypes.headers, flags: END_HEADERS | END_STREAM });
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

it('as many hints as a client may have streams go out, when all of them are answered in one turn', async () => {
  const server = http2.createServer({ settings: { maxConcurrentStreams: MOST_STREAMS } });
  const arrived: Arrived[] = [];
  server.on('stream', (...stream: Arrived) => arrived.push(stream));
  const session = http2Session(`http://127.0.0.1:${await listen(server)}`);
  await once(session, 'remoteSettings');
  const answers = Array.from({ length: MOST_STREAMS }, () => http2Answer(http2Request(session)));
  await until(() => arrived.length === MOST_STREAMS);
  for (const [stream, headers, , rawHeaders] of arrived) {
    const downstream = new Http2Downstream(stream, headers, rawHeaders);
    downstream.inform(103, ['link', '</a.css>; rel=preload']);
    downstream.answer(204, '', []);
  }
  const hints = (await Promise.all(answers)).map(({ information }) => information.length);
  expect(hints).toEqual(Array.from({ length: MOST_STREAMS }, () => 1));
});
