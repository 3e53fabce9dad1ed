/** A response that is none, or that clients have been known to read in different ways. */
export interface HostileResponse {
  readonly title: string;
  /** One character per byte. */
  readonly bytes: string;
  /** Sent when the client has an answer, or none will come: what is behind a response, or comes unasked. */
  readonly later?: string;
  readonly method?: 'HEAD';
  /** What the client sees of it: a status, or that it breaks off. */
  readonly answer: number | 'broken';
}

const SMUGGLED = 'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nsmuggled';
const ok = (headers: string, body: string): string => `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${body}`;

export const hostileResponses: readonly HostileResponse[] = [
  {
    title: 'a length and chunks',
    bytes: ok('content-length: 5\r\ntransfer-encoding: chunked', `0\r\n\r\n${SMUGGLED}`),
    answer: 502,
  },
  {
    title: 'chunks and a length',
    bytes: ok('transfer-encoding: chunked\r\ncontent-length: 5', `0\r\n\r\n${SMUGGLED}`),
    answer: 502,
  },
  {
    title: 'two lengths, different',
    bytes: ok('content-length: 2\r\ncontent-length: 5', 'hello'),
    answer: 502,
  },
  {
    title: 'two lengths, the same',
    bytes: ok('content-length: 5\r\ncontent-length: 5', 'hello'),
    answer: 502,
  },
  { title: 'a negative length', bytes: ok('content-length: -1', 'hello'), answer: 502 },
  { title: 'a length with a plus', bytes: ok('content-length: +5', 'hello'), answer: 502 },
  { title: 'a length of two numbers', bytes: ok('content-length: 5 5', 'hello'), answer: 502 },
  { title: 'a length that is no number', bytes: ok('content-length: five', 'hello'), answer: 502 },
  { title: 'blank before the colon of a length', bytes: ok('content-length : 5', 'hello'), answer: 502 },
  { title: 'a folded length', bytes: ok('content-length:\r\n 5', 'hello'), answer: 502 },
  { title: 'more bytes than declared', bytes: ok('content-length: 2', `ok${SMUGGLED}`), answer: 200 },
  {
    title: 'more bytes than declared, later',
    bytes: ok('content-length: 2', 'ok'),
    later: SMUGGLED,
    answer: 200,
  },
  {
    title: 'bytes that are no response behind one, later',
    bytes: ok('content-length: 2', 'ok'),
    later: 'garbage\r\n\r\n',
    answer: 200,
  },
  {
    title: 'a response behind the last chunk',
    bytes: ok('transfer-encoding: chunked', `2\r\nok\r\n0\r\n\r\n${SMUGGLED}`),
    answer: 200,
  },
  { title: 'a body to HEAD', method: 'HEAD', bytes: ok('content-length: 5', SMUGGLED), answer: 200 },
  {
    title: 'a body to HEAD, later',
    method: 'HEAD',
    bytes: ok('content-length: 5', ''),
    later: SMUGGLED,
    answer: 200,
  },
  { title: 'a body of a 204', bytes: `HTTP/1.1 204 No Content\r\n\r\n${SMUGGLED}`, answer: 204 },
  {
    title: 'a body of a 304',
    bytes: `HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n${SMUGGLED}`,
    answer: 304,
  },
  {
    title: 'a broken chunk',
    bytes: ok('transfer-encoding: chunked', `2\r\nok\r\nx\r\n${SMUGGLED}`),
    answer: 'broken',
  },
  {
    title: 'a chunk longer than its size',
    bytes: ok('transfer-encoding: chunked', `2\r\nokay\r\n0\r\n\r\n${SMUGGLED}`),
    answer: 'broken',
  },
  {
    title: 'gzip, chunked',
    bytes: ok('transfer-encoding: gzip, chunked', '2\r\nok\r\n0\r\n\r\n'),
    answer: 502,
  },
  {
    title: 'identity, chunked',
    bytes: ok('transfer-encoding: identity, chunked', '2\r\nok\r\n0\r\n\r\n'),
    answer: 502,
  },
  { title: 'chunked, identity', bytes: ok('transfer-encoding: chunked, identity', 'ok'), answer: 502 },
  {
    title: 'chunked twice',
    bytes: ok('transfer-encoding: chunked\r\ntransfer-encoding: chunked', '2\r\nok\r\n0\r\n\r\n'),
    answer: 502,
  },
  { title: 'LF for line ends', bytes: 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', answer: 502 },
  { title: 'a folded header', bytes: ok('x: a\r\n b\r\ncontent-length: 2', 'ok'), answer: 502 },
  { title: 'NUL in a header', bytes: ok('x: a\u0000b\r\ncontent-length: 2', 'ok'), answer: 502 },
  { title: 'CR in a header', bytes: ok('x: a\rb\r\ncontent-length: 2', 'ok'), answer: 502 },
  { title: 'a header without a colon', bytes: ok('x\r\ncontent-length: 2', 'ok'), answer: 502 },
  {
    title: 'a status that is no number',
    bytes: 'HTTP/1.1 2OO OK\r\ncontent-length: 2\r\n\r\nok',
    answer: 502,
  },
  { title: 'a version that is none', bytes: 'HTTP/1.x 200 OK\r\ncontent-length: 2\r\n\r\nok', answer: 502 },
  { title: 'no HTTP', bytes: '220 mail.example ESMTP\r\n', answer: 502 },
  {
    title: '101 that nobody has asked for',
    bytes: `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n${SMUGGLED}`,
    answer: 502,
  },
];
