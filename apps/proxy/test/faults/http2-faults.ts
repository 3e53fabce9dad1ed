import {
  codes,
  END_STREAM,
  frameTypes,
  type RawHttp2Connection,
} from '@millrace/test-servers/raw-http2-connection';
import { sendRequest, type FaultExchange, type FaultRequest } from './fault-client.ts';
import { get, uploadFor, type ClientSetting, type FaultOutcome } from './fault-outcome.ts';
import type { FaultyHttp2Upstream, Http2Script } from './faulty-http2-upstream.ts';
import { untilTrue } from './until-true.ts';

/** Where a fault of an upstream that speaks HTTP/2 is tried. */
export interface Http2FaultSetting extends ClientSetting {
  readonly upstream: FaultyHttp2Upstream;
}

/** One way to break, over HTTP/2 to the upstream. */
export interface Http2Fault {
  readonly name: string;
  readonly side: 'upstream' | 'client';
  /** What may come of it; anything else is a fault of the proxy. */
  readonly right: readonly FaultOutcome[];
  readonly script: Http2Script;
  readonly run: (setting: Http2FaultSetting) => Promise<FaultOutcome>;
}

/** More than a pipe and what is around it hold, and less than a stream may be sent ahead. */
const BODY = 'x'.repeat(250_000);
const HALF = BODY.slice(0, BODY.length / 2);
/** Behind the last stream that there is. */
const ANY_STREAM = 2 ** 31 - 1;

type Step = (connection: RawHttp2Connection, stream: number) => void;

/** Sends a head and half of a body, or another text, and does the rest. */
const sends =
  (text: string, then: Step = () => {}, declaredBytes?: number): Http2Script =>
  (connection, stream) => {
    connection.sendHeaders(stream, 0, declaredBytes);
    if (text !== '') connection.sendData(stream, text);
    then(connection, stream);
  };
const resets =
  (code: number): Step =>
  (connection, stream) =>
    connection.sendReset(stream, code);
const leavesOut =
  (code: number): Step =>
  (connection, stream) =>
    connection.sendGoaway(Math.max(stream - 2, 0), code);
const fin: Step = ({ socket }) => void socket.end();
const rst: Step = (connection) => connection.resetConnection();
const ends: Step = (connection, stream) => connection.sendData(stream, '', END_STREAM);
const inTurn =
  (...steps: Step[]): Step =>
  (connection, stream) => {
    for (const step of steps) step(connection, stream);
  };
/** A frame that may not be there. */
const sendsFrame =
  (type: number, flags: number, payload: Uint8Array, onStream?: number): Step =>
  (connection, stream) =>
    connection.send(type, flags, onStream ?? stream, payload);

function answers(
  name: string,
  right: readonly FaultOutcome[],
  script: Http2Script,
  run: Http2Fault['run'] = (setting) => get(setting, '/', 'GET', BODY.length),
): Http2Fault {
  return { name, side: 'upstream', right, script, run };
}

const BROKEN = ['broken'];
/** Nothing of a body had come, so the proxy may not have begun to answer. */
const BROKEN_EARLY = ['broken', '502'];
const WHOLE = ['whole'];

const resetCodes = Object.entries({
  NO_ERROR: codes.noError,
  CANCEL: codes.cancel,
  INTERNAL_ERROR: codes.internalError,
});

const broken: readonly Http2Fault[] = [
  ...resetCodes.flatMap(([name, code]) => [
    answers(`${name} before the head`, ['502'], resets(code)),
    answers(`${name} before the first byte`, BROKEN_EARLY, sends('', resets(code))),
    answers(`${name} in the middle`, BROKEN, sends(HALF, resets(code))),
    answers(`${name} in the middle of a declared length`, BROKEN, sends(HALF, resets(code), BODY.length)),
  ]),
  answers('an end before a declared length', BROKEN, sends(HALF, ends, BODY.length)),
  answers('more bytes than declared', BROKEN, sends(BODY, ends, HALF.length)),
  answers('GOAWAY that leaves it out, in the middle', BROKEN, sends(HALF, leavesOut(codes.noError))),
  answers(
    'GOAWAY with an error and FIN, in the middle',
    BROKEN,
    sends(
      HALF,
      inTurn((connection, stream) => connection.sendGoaway(stream, codes.internalError), fin),
    ),
  ),
  answers('FIN before the head', ['502'], fin),
  answers('RST before the head', ['502'], rst),
  answers('FIN in the middle', BROKEN, sends(HALF, fin)),
  answers('RST in the middle', BROKEN, sends(HALF, rst)),
  answers(
    'FIN inside a frame',
    BROKEN,
    sends(HALF, ({ socket }) => void socket.end(Uint8Array.of(0, 0, 99))),
  ),
  answers(
    'a head that cannot be read',
    ['502'],
    sendsFrame(frameTypes.headers, 4, Uint8Array.of(0xff, 0xff)),
  ),
  answers('data before the head', ['502'], sendsFrame(frameTypes.data, 0, Buffer.from(HALF.slice(0, 99)))),
  answers(
    'a frame that is too long',
    BROKEN,
    sends(HALF, sendsFrame(frameTypes.data, 0, Buffer.alloc(20_000))),
  ),
  answers(
    'trailers that cannot be read',
    BROKEN,
    sends(HALF, sendsFrame(frameTypes.headers, 5, Uint8Array.of(0xff, 0xff))),
  ),
  answers(
    'a push that nobody allowed',
    BROKEN,
    sends(HALF, sendsFrame(frameTypes.push, 4, Uint8Array.of(0, 0, 0, 2, 0x82))),
  ),
  answers(
    'bytes that are no frames',
    BROKEN,
    sends(HALF, ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\n\r\n')),
  ),
];

const whole: readonly Http2Fault[] = [
  answers('a whole body', WHOLE, sends(BODY, ends)),
  answers(
    'a whole body, and trailers',
    WHOLE,
    sends(BODY, (connection, stream) => connection.sendTrailers(stream, 'x-sum', '1')),
  ),
  ...resetCodes.map(([name, code]) =>
    answers(`a whole body, and ${name}`, WHOLE, sends(BODY, inTurn(ends, resets(code)))),
  ),
  answers(
    'a whole body, GOAWAY and FIN',
    WHOLE,
    sends(
      BODY,
      inTurn(ends, (connection) => connection.sendGoaway(ANY_STREAM, codes.noError), fin),
    ),
  ),
  answers('a whole body, and FIN', WHOLE, sends(BODY, inTurn(ends, fin))),
  answers(
    'a declared length, and NO_ERROR for an end',
    WHOLE,
    sends(BODY, resets(codes.noError), BODY.length),
  ),
  answers(
    'a GOAWAY that leaves it out, before the head: it is sent again',
    WHOLE,
    (connection, stream, requests) =>
      requests === 1
        ? leavesOut(codes.noError)(connection, stream)
        : sends(BODY, ends)(connection, stream, requests),
  ),
  answers('REFUSED_STREAM: it is sent again', WHOLE, (connection, stream, requests) =>
    requests === 1
      ? connection.sendReset(stream, codes.refusedStream)
      : sends(BODY, ends)(connection, stream, requests),
  ),
  answers('REFUSED_STREAM each time', ['502'], resets(codes.refusedStream)),
];

/** `:status: 413` and a length, of which HPACK's table has the names, and the answer, in frames of a byte. */
const tooMuch: Step = (connection, stream) => {
  connection.send(frameTypes.headers, 4, stream, Buffer.from('\x08\x03413\x0f\x0d\x013', 'latin1'));
  connection.sendData(stream, 'b');
  connection.sendData(stream, 'i');
  connection.sendData(stream, 'g', END_STREAM);
};
const uploads: readonly Http2Fault[] = [
  answers('413 during an upload that goes on', ['413'], tooMuch, (setting) => uploadFor(setting, '/')),
  answers('413 during an upload, and NO_ERROR', ['413'], inTurn(tooMuch, resets(codes.noError)), (setting) =>
    uploadFor(setting, '/'),
  ),
  // On a connection of its own: there the end is read while an answer to the settings is written.
  answers('413 during an upload, and FIN', ['413'], inTurn(tooMuch, fin), async (setting) => {
    await setting.upstream.endConnections();
    return uploadFor(setting, '/');
  }),
  answers('INTERNAL_ERROR during an upload', ['502'], resets(codes.internalError), (setting) =>
    uploadFor(setting, '/'),
  ),
  answers('FIN during an upload', ['502'], fin, (setting) => uploadFor(setting, '/')),
];

function leaves(
  name: string,
  script: Http2Script,
  until: (exchange: FaultExchange, upstream: FaultyHttp2Upstream) => Promise<unknown>,
  request: Omit<FaultRequest, 'path'> = { method: 'GET' },
): Http2Fault[] {
  return (['close', 'reset'] as const).map((how) => ({
    name: `${name}, by ${how === 'reset' ? 'a reset' : 'closing'}`,
    side: 'client',
    right: ['aborted'],
    script,
    async run({ proxyUrl, protocol, upstream }) {
      const exchange = sendRequest(protocol, proxyUrl, { ...request, path: '/' });
      await until(exchange, upstream);
      exchange.leave(how);
      return upstream.endOfLast();
    },
  }));
}

const silent: Http2Script = () => {};
const reached = (_: FaultExchange, upstream: FaultyHttp2Upstream): Promise<void> =>
  untilTrue(() => upstream.uploadedBytes !== undefined);
const begun = ({ head }: FaultExchange): Promise<unknown> => head;
const sentHalf = async (exchange: FaultExchange, upstream: FaultyHttp2Upstream): Promise<void> => {
  exchange.upload.write('half');
  await untilTrue(() => upstream.uploadedBytes === 4);
};

const left: readonly Http2Fault[] = [
  ...leaves('leaves before the head', silent, reached),
  ...leaves('leaves between head and body', sends(''), begun),
  ...leaves('leaves in a pause of the body', sends(HALF), begun),
  ...leaves('leaves during an upload', silent, sentHalf, { method: 'POST', hasBody: true }),
  ...leaves('leaves during an upload while it is answered', sends(HALF), sentHalf, {
    method: 'POST',
    hasBody: true,
  }),
];

export const http2Faults: readonly Http2Fault[] = [...broken, ...whole, ...uploads, ...left];
