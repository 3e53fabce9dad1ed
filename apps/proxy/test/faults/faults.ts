import type { Socket } from 'node:net';
import { sendRequest, type FaultExchange, type FaultRequest } from './fault-client.ts';
import { get, uploadFor, type ClientSetting, type FaultOutcome } from './fault-outcome.ts';
import type { FaultyUpstream, Script } from './faulty-upstream.ts';
import { untilTrue } from './until-true.ts';

/** Where a fault is tried. */
export interface FaultSetting extends ClientSetting {
  /** A proxy of the same kind whose upstream refuses connections. */
  readonly orphanUrl: string;
  readonly upstream: FaultyUpstream;
}

/** One way to break. */
export interface Fault {
  readonly name: string;
  readonly side: 'upstream' | 'client';
  /** What may come of it; anything else is a fault of the proxy. */
  readonly right: readonly FaultOutcome[];
  /** Cannot be done over HTTP/2. */
  readonly isHttp1Only?: boolean;
  readonly script: Script;
  readonly run: (setting: FaultSetting, path: string) => Promise<FaultOutcome>;
}

/** Enough to fill a pipe and the buffers around it, so that a fault comes while a slow reader is behind. */
const BODY = 'x'.repeat(300_000);
const HALF = BODY.slice(0, BODY.length / 2);
const OK = 'HTTP/1.1 200 OK\r\n';
const LENGTH = `${OK}content-length: ${BODY.length}\r\n\r\n`;
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const CLOSE = `${OK}connection: close\r\n\r\n`;

const chunkOf = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Sends bytes, and when they are out, does the rest. */
const sends =
  (bytes: string, then: (socket: Socket) => void = () => {}): Script =>
  (socket) => {
    if (bytes === '') then(socket);
    else socket.write(bytes, 'latin1', () => then(socket));
  };
const fin = (socket: Socket): void => void socket.end();
const rst = (socket: Socket): void => void socket.resetAndDestroy();

function answers(
  name: string,
  right: readonly FaultOutcome[],
  script: Script,
  run: Fault['run'] = (setting, path) => get(setting, path),
): Fault {
  return { name, side: 'upstream', right, script, run };
}

const BROKEN = ['broken'];
/** Nothing of a body had come, so the proxy may not have begun to answer. */
const BROKEN_EARLY = ['broken', '502'];

const answered: readonly Fault[] = [
  answers('a length, FIN in the middle', BROKEN, sends(LENGTH + HALF, fin)),
  answers('a length, RST in the middle', BROKEN, sends(LENGTH + HALF, rst)),
  answers('a length, FIN before the first byte', BROKEN_EARLY, sends(LENGTH, fin)),
  answers('a length, RST before the first byte', BROKEN_EARLY, sends(LENGTH, rst)),
  answers('a length, FIN before the last byte', BROKEN, sends(LENGTH + BODY.slice(1), fin)),
  answers('chunks, FIN between two', BROKEN, sends(CHUNKED + chunkOf(HALF), fin)),
  answers('chunks, FIN before the first', BROKEN_EARLY, sends(CHUNKED, fin)),
  answers('chunks, FIN inside one', BROKEN, sends(CHUNKED + chunkOf(BODY).slice(0, HALF.length), fin)),
  answers('chunks, FIN inside a size', BROKEN, sends(`${CHUNKED}${chunkOf(HALF)}1`, fin)),
  answers('chunks, FIN inside the end', BROKEN, sends(`${CHUNKED}${chunkOf(BODY)}0\r\n`, fin)),
  answers('chunks, RST between two', BROKEN, sends(CHUNKED + chunkOf(HALF), rst)),
  answers('chunks, RST inside one', BROKEN, sends(CHUNKED + chunkOf(BODY).slice(0, HALF.length), rst)),
  answers('chunks, RST inside the trailers', BROKEN, sends(`${CHUNKED}${chunkOf(BODY)}0\r\nx-sum: 1`, rst)),
  answers('chunks, a size that is none', BROKEN, sends(`${CHUNKED}${chunkOf(HALF)}xyz\r\n`)),
  answers('chunks, one longer than its size', BROKEN, sends(`${CHUNKED}5\r\n${HALF}`)),
  answers('chunks, LF for CR LF', BROKEN, sends(`${CHUNKED}${chunkOf(HALF)}5\nhello\n0\n\n`)),
  answers('no length, RST', BROKEN, sends(CLOSE + HALF, rst)),
  answers('no length, RST before the first byte', BROKEN_EARLY, sends(CLOSE, rst)),
  answers('no length, FIN: that is its end', ['whole'], sends(CLOSE + BODY, fin)),
  answers('HTTP/1.0, FIN: that is its end', ['whole'], sends(`HTTP/1.0 200 OK\r\n\r\n${BODY}`, fin)),
  answers('FIN before the head', ['502'], sends('', fin)),
  answers('RST before the head', ['502'], sends('', rst)),
  answers('FIN inside the head', ['502'], sends('HTTP/1.1 200 OK\r\ncontent-le', fin)),
  answers('RST inside the head', ['502'], sends('HTTP/1.1 200 OK\r\ncontent-le', rst)),
  answers('a head that is none', ['502'], sends('SSH-2.0-OpenSSH\r\n\r\n')),
  answers('a head without end', ['502'], sends(`${OK}x: ${'y'.repeat(200_000)}`)),
  answers('two lengths', ['502'], sends(`${OK}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`)),
  answers(
    'a length and chunks',
    ['502'],
    sends(`${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${chunkOf('hello')}0\r\n\r\n`),
  ),
  answers('103, then FIN', ['502'], sends('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', fin)),
  answers('103, then RST', ['502'], sends('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', rst)),
  answers('more bytes than declared', ['whole'], sends(`${OK}content-length: 5\r\n\r\nhello, world`)),
  answers('304 with a length', ['whole'], sends('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n')),
  answers('HEAD with a length, FIN', ['whole'], sends(LENGTH, fin), (setting, path) =>
    get(setting, path, 'HEAD'),
  ),
  answers('whole, and RST once it is read', ['whole'], sends(`${OK}content-length: 5\r\n\r\nhello`, fin)),
  answers(
    'a connection that was kept, and is closed when it is used again',
    ['whole'],
    (socket, _request, requests) => {
      if (requests > 1) socket.destroy();
      else socket.write(`${OK}content-length: 5\r\n\r\nhello`);
    },
    async (setting, path) => {
      await get(setting, path);
      return get(setting, path);
    },
  ),
  answers('a refused connection', ['502'], sends(''), (setting, path) =>
    get({ ...setting, proxyUrl: setting.orphanUrl }, path),
  ),
];

const TOO_MUCH = 'HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbig';

const uploads: readonly Fault[] = [
  answers('413 during an upload that goes on', ['413'], sends(TOO_MUCH), (setting, path) =>
    uploadFor(setting, path),
  ),
  answers('413 during an upload, then FIN', ['413'], sends(TOO_MUCH, fin), (setting, path) =>
    uploadFor(setting, path),
  ),
  answers('FIN during an upload', ['502'], sends('', fin), (setting, path) => uploadFor(setting, path)),
  answers('RST during an upload', ['502'], sends('', rst), (setting, path) => uploadFor(setting, path)),
];

/** What the upstream makes of a client that is gone. */
async function seenBy({ upstream }: FaultSetting, path: string): Promise<FaultOutcome> {
  await untilTrue(() => upstream.seen(path)?.state !== 'open');
  return upstream.seen(path)?.state === 'whole' ? 'taken for whole' : 'aborted';
}

function leaves(
  name: string,
  how: 'close' | 'reset',
  script: Script,
  until: (exchange: FaultExchange, setting: FaultSetting, path: string) => Promise<unknown>,
  request: Omit<FaultRequest, 'path'> = { method: 'GET' },
): Fault {
  return {
    name: `${name}, by ${how === 'reset' ? 'a reset' : 'closing'}`,
    side: 'client',
    right: ['aborted'],
    script,
    async run(setting, path) {
      const exchange = sendRequest(setting.protocol, setting.proxyUrl, { ...request, path });
      await until(exchange, setting, path);
      exchange.leave(how);
      return seenBy(setting, path);
    },
  };
}

/** Sends for ever, as fast as it is let. */
const endless: Script = (socket) => {
  const piece = chunkOf(BODY);
  const pump = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', pump);
  socket.write(CHUNKED);
  pump();
};
const reached = async (_: FaultExchange, { upstream }: FaultSetting, path: string): Promise<void> =>
  untilTrue(() => upstream.seen(path) !== undefined);
const begun = ({ head }: FaultExchange): Promise<unknown> => head;
const sentHalf = async (exchange: FaultExchange, { upstream }: FaultSetting, path: string): Promise<void> => {
  exchange.upload.write('half');
  await untilTrue(() => upstream.seen(path)?.bytes === 4);
};
const silent = sends('');

const left: readonly Fault[] = (['close', 'reset'] as const).flatMap((how) => [
  leaves('leaves before the head', how, silent, reached),
  leaves('leaves between head and body', how, sends(CHUNKED), begun),
  leaves('leaves during the body', how, endless, begun),
  leaves('leaves in a pause of the body', how, sends(CHUNKED + chunkOf(HALF)), begun),
  leaves('leaves during an upload of a declared length', how, silent, sentHalf, {
    method: 'POST',
    headers: { 'content-length': 1000 },
    hasBody: true,
  }),
  leaves('leaves during an upload in chunks', how, silent, sentHalf, { method: 'POST', hasBody: true }),
  leaves('leaves during an upload while it is answered', how, endless, sentHalf, {
    method: 'POST',
    hasBody: true,
  }),
]);

/** A client whose upload is none: what it sends behind the first half. */
function garbles(name: string, bytes: string): Fault {
  return {
    name,
    side: 'client',
    right: ['aborted'],
    isHttp1Only: true,
    script: silent,
    async run(setting, path) {
      const request = { method: 'POST', path, hasBody: true };
      const exchange = sendRequest(setting.protocol, setting.proxyUrl, request);
      await sentHalf(exchange, setting, path);
      // Past the chunks that the request makes by itself.
      (exchange.upload as Partial<{ socket: Socket }>).socket?.write(bytes);
      return seenBy(setting, path);
    },
  };
}

const garbled: readonly Fault[] = [
  garbles('sends a chunk size that is none', 'xyz\r\n'),
  garbles('sends a chunk longer than its size', '2\r\nlonger\r\n'),
  garbles('sends another request in place of a chunk', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
];

export const faults: readonly Fault[] = [...answered, ...uploads, ...left, ...garbled];
