/** A request that is none, or that servers have been known to read in different ways. */
export interface HostileRequest {
  readonly title: string;
  /** One character per byte. */
  readonly bytes: string;
  /** The status that the proxy refuses it with, and closes the connection. */
  readonly refusedWith?: number;
  /** The bodies of the requests that reach the upstream, where the request is sound after all. */
  readonly passes?: readonly string[];
  /** Its head may reach the upstream, since only its body is broken; no whole request may. */
  readonly breaksOff?: true;
  /** The connection is closed behind it, so nothing sent ahead is looked at. */
  readonly isLast?: true;
}

/** Requests of one kind. */
export interface Family {
  readonly family: string;
  readonly requests: readonly HostileRequest[];
}

const CHUNKED = '5\r\nhello\r\n0\r\n\r\n';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

const post = (headers: string, body = ''): string =>
  `POST /p HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`;
const get = (headers: string): string => `GET /g HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n`;
const line = (requestLine: string): string => `${requestLine}\r\nHost: a\r\n\r\n`;
const host = (value: string): string => `GET /h HTTP/1.1\r\nHost: ${value}\r\n\r\n`;
const chunks = (body: string): string => post('Transfer-Encoding: chunked', body);

type Row = readonly [title: string, bytes: string];

function refused(family: string, status: number, rows: readonly Row[]): Family {
  return { family, requests: rows.map(([title, bytes]) => ({ title, bytes, refusedWith: status })) };
}

function broken(family: string, rows: readonly Row[]): Family {
  return { family, requests: rows.map(([title, bytes]) => ({ title, bytes, breaksOff: true })) };
}

type SoundRow = readonly [...Row, ...bodies: string[]];

function sound(family: string, rows: readonly SoundRow[], facts: { isLast?: true } = {}): Family {
  return { family, requests: rows.map(([title, bytes, ...passes]) => ({ title, bytes, passes, ...facts })) };
}

/** Every value of a header as a row of its own, named by the value. */
function values(values_: readonly string[], request: (value: string) => string): Row[] {
  return values_.map((value) => [JSON.stringify(value), request(value)]);
}

export const hostileRequests: readonly Family[] = [
  refused('a length and chunks', 400, [
    ['length first', post('Content-Length: 5\r\nTransfer-Encoding: chunked', CHUNKED + SMUGGLED)],
    ['chunks first', post('Transfer-Encoding: chunked\r\nContent-Length: 5', CHUNKED + SMUGGLED)],
    ['length 0', post('Content-Length: 0\r\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`)],
    ['length of all of it', post('Content-Length: 15\r\nTransfer-Encoding: chunked', CHUNKED)],
    ['in capitals', post('CONTENT-LENGTH: 5\r\nTRANSFER-ENCODING: CHUNKED', CHUNKED)],
    ['identity', post('Content-Length: 5\r\nTransfer-Encoding: identity', 'hello')],
    ['a coding nobody knows', post('Content-Length: 5\r\nTransfer-Encoding: xchunked', 'hello')],
    ['gzip and chunks', post('Content-Length: 5\r\nTransfer-Encoding: gzip, chunked', CHUNKED)],
    ['a tab before the coding', post('Content-Length: 5\r\nTransfer-Encoding:\tchunked', CHUNKED)],
    ['of a GET', get('Content-Length: 5\r\nTransfer-Encoding: chunked') + CHUNKED],
    [
      'of HTTP/1.0',
      `POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`,
    ],
  ]),
  refused('more than one length', 400, [
    ['different', post('Content-Length: 5\r\nContent-Length: 6', 'hello!')],
    ['the same', post('Content-Length: 5\r\nContent-Length: 5', 'hello')],
    ['three', post('Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 0', 'hello')],
    ['zero and more', post('Content-Length: 0\r\nContent-Length: 37', SMUGGLED)],
    ['apart', post('Content-Length: 5\r\nX: y\r\ncontent-length: 6', 'hello!')],
    ['with _ for -', post('Content_Length: 5', '')],
    ['with _ for -, besides the real one', post('Content-Length: 5\r\nContent_Length: 0', 'hello')],
  ]),
  refused('a length that is no number', 400, [
    ...values(
      [
        '+5',
        '-5',
        '-0',
        '5 5',
        '5, 5',
        '5,5',
        '5,',
        ',5',
        '0x5',
        '5.0',
        '5e0',
        'five',
        '5;',
        '"5"',
        '5_0',
        '1,000',
        '5\u000b',
        '\u000c5',
        '5\u0000',
        '\u00d9\u00a5',
        '99999999999999999999',
        '18446744073709551621',
      ],
      (value) => post(`Content-Length: ${value}`, 'hello'),
    ),
    ['empty', post('Content-Length:', 'hello')],
    ['blank', post('Content-Length:  ', 'hello')],
  ]),
  refused('a transfer-encoding that is not chunked alone', 400, [
    ...values(
      [
        'identity',
        'identity, chunked',
        'chunked, identity',
        'chunked, chunked',
        'gzip',
        'xchunked',
        'chunkedx',
        '"chunked"',
        "'chunked'",
        'chunked;q=1',
        'chunked;',
        'chunked,',
        ',chunked',
        'chun ked',
        'chunked\u000b',
        '\u000bchunked',
        'chunked\u0000',
        'chun\u0000ked',
        '\u00a0chunked',
        'chunked\u00a0',
        'cow',
        'chunked, cow',
        'cow, chunked',
      ],
      (value) => post(`Transfer-Encoding: ${value}`, CHUNKED),
    ),
    ['empty', post('Transfer-Encoding:', CHUNKED)],
    ['twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', CHUNKED)],
    ['twice, then something else', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow', CHUNKED)],
    ['twice, behind something else', post('Transfer-Encoding: cow\r\nTransfer-Encoding: chunked', CHUNKED)],
    ['with _ for -', post('Transfer_Encoding: chunked', '')],
    ['with _ for -, besides a length', post('Content-Length: 5\r\nTransfer_Encoding: chunked', 'hello')],
    ['in HTTP/1.0', `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`],
  ]),
  refused('a transfer-encoding that nobody here knows', 501, [
    ['gzip, chunked', post('Transfer-Encoding: gzip, chunked', CHUNKED)],
    ['deflate, chunked', post('Transfer-Encoding: deflate, chunked', CHUNKED)],
  ]),
  refused('the name of a header', 400, [
    ['blank before the colon', post('Transfer-Encoding : chunked', CHUNKED)],
    ['tab before the colon', post('Transfer-Encoding\t: chunked', CHUNKED)],
    ['blank before the colon of a length', post('Content-Length : 5', 'hello')],
    ['blank before the name', post(' Transfer-Encoding: chunked', CHUNKED)],
    ['NUL in the name', post('Transfer-Encoding\u0000: chunked', CHUNKED)],
    ['NUL before the name', post('\u0000Transfer-Encoding: chunked', CHUNKED)],
    ['CR in the name', post('Transfer-\rEncoding: chunked', CHUNKED)],
    ['vertical tab before the colon', post('Transfer-Encoding\u000b: chunked', CHUNKED)],
    ['a high byte before the colon', post('Transfer-Encoding\u00a0: chunked', CHUNKED)],
    ['blank inside', get('X Y: 1')],
    ['no colon', get('Transfer-Encoding')],
    ['none', get(': chunked')],
    ['a bracket', get('X(Y): 1')],
    ['a slash', get('X/Y: 1')],
    ['an at', get('X@Y: 1')],
    ['a quote', get('"X": 1')],
    ['a comma', get('X,Y: 1')],
    ['letters that are none', get('X\u00e9: 1')],
  ]),
  refused('the value of a header', 400, [
    ['NUL', get('X: a\u0000b')],
    ['CR', get('X: a\rb')],
    ['CR that hides a header', post('X: y\rTransfer-Encoding: chunked', CHUNKED)],
    ['a control character', get('X: a\u0001b')],
    ['DEL', get('X: a\u007fb')],
    ['CR CR LF', get('X: a\r\r\nTransfer-Encoding: chunked')],
  ]),
  refused('a folded header', 400, [
    ['by a blank', get('X: a\r\n b')],
    ['by a tab', get('X: a\r\n\tb')],
    ['transfer-encoding', post('Transfer-Encoding:\r\n chunked', CHUNKED)],
    ['length', post('Content-Length:\r\n 5', 'hello')],
    ['length, second half', post('Content-Length: 1\r\n 5', 'hello')],
    ['host', 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n'],
    ['the first header', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
  ]),
  refused('line ends', 400, [
    ['LF throughout', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['LF behind the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
    ['LF behind a header', 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n'],
    ['LF that hides a header', post('X: y\nTransfer-Encoding: chunked', CHUNKED)],
    ['LF for the empty line', 'GET / HTTP/1.1\r\nHost: a\r\n\n'],
    ['LF LF for the end', 'GET / HTTP/1.1\r\nHost: a\n\n'],
    ['CR throughout', 'GET / HTTP/1.1\rHost: a\r\r'],
    ['CR for the empty line', 'GET / HTTP/1.1\r\nHost: a\r\n\rX'],
  ]),
  refused('the request line', 400, [
    ['tab for a blank', line('GET\t/\tHTTP/1.1')],
    ['no version', line('GET /')],
    ['HTTP/0.9', line('GET / HTTP/0.9')],
    ['HTTP/1.2', line('GET / HTTP/1.2')],
    ['HTTP/2.0', line('GET / HTTP/2.0')],
    ['HTTP/3.0', line('GET / HTTP/3.0')],
    ['HTTP/11', line('GET / HTTP/11')],
    ['HTTP/01.1', line('GET / HTTP/01.1')],
    ['HTTP/1.10', line('GET / HTTP/1.10')],
    ['blank in the version', line('GET / HTTP /1.1')],
    ['lower case version', line('GET / http/1.1')],
    ['another protocol', line('GET / ICE/1.0')],
    ['no target', line('GET HTTP/1.1')],
    ['blank in the target', line('GET /a b HTTP/1.1')],
    ['NUL in the target', line('GET /a\u0000b HTTP/1.1')],
    ['control character in the target', line('GET /a\u0001b HTTP/1.1')],
    ['CR in the target', line('GET /a\rb HTTP/1.1')],
    ['a method that is none', line('G(T / HTTP/1.1')],
    ['NUL in the method', line('G\u0000T / HTTP/1.1')],
    ['lower case method', line('get / HTTP/1.1')],
    ['a method nobody knows', line('FOO / HTTP/1.1')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['blank before it', line(' GET / HTTP/1.1')],
    ['a TLS hello', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n'],
  ]),
  refused('the target', 400, [
    ['* of a GET', line('GET * HTTP/1.1')],
    ['an authority of a GET', line('GET a:80 HTTP/1.1')],
    ['a path without a slash', line('GET a/b HTTP/1.1')],
    ['another scheme', line('GET ftp://a/ HTTP/1.1')],
    ['a fragment', line('GET /a#b HTTP/1.1')],
    ['a URL with a user', line('GET http://me@a/ HTTP/1.1')],
    ['a URL with a user and password', line('GET http://me:pw@a/ HTTP/1.1')],
    ['a URL without a host', line('GET http:///a HTTP/1.1')],
    ['a URL with a strange host', line('GET http://a,b/ HTTP/1.1')],
    ['a URL with two ports', line('GET http://a:80:80/ HTTP/1.1')],
    ['a URL and two hosts', 'GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['a URL and a strange host', 'GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a URL and no host', 'GET http://a/ HTTP/1.1\r\n\r\n'],
  ]),
  refused('the host', 400, [
    ['missing', 'GET / HTTP/1.1\r\n\r\n'],
    ['twice the same', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
    ['two', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['two, apart and in different case', 'GET / HTTP/1.1\r\nHOST: a\r\nX: y\r\nhost: b\r\n\r\n'],
    ['two in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['empty', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
    ['blank before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
    ...values(
      [
        ':80',
        'a b',
        'a\tb',
        'me@a',
        'me:pw@a',
        'a/b',
        '/a',
        'http://a',
        'a,b',
        'a, b',
        'a:b',
        'a:80:80',
        'a:-1',
        'a?b',
        'a#b',
        'a\\b',
        'a;b',
        'a|b',
        'a%2fb',
        'a"b"',
        '<a>',
        '[::1',
        '[a]b',
        '\u00e4',
        'a\u0000b',
      ],
      host,
    ),
  ]),
  broken('a broken chunk', [
    ['size of no digits', chunks('g\r\nhello\r\n0\r\n\r\n')],
    ['negative size', chunks('-5\r\nhello\r\n0\r\n\r\n')],
    ['plus sign', chunks('+5\r\nhello\r\n0\r\n\r\n')],
    ['0x', chunks('0x5\r\nhello\r\n0\r\n\r\n')],
    ['blank before the size', chunks(' 5\r\nhello\r\n0\r\n\r\n')],
    ['two sizes', chunks('5 5\r\nhello\r\n0\r\n\r\n')],
    ['comma', chunks('5,\r\nhello\r\n0\r\n\r\n')],
    ['no size', chunks('\r\nhello\r\n0\r\n\r\n')],
    ['a size beyond 64 bits', chunks(`FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)],
    ['a size that wraps to 5', chunks(`10000000000000005\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)],
    ['LF behind the size', chunks(`5\nhello\r\n0\r\n\r\n`)],
    ['CR behind the size', chunks('5\rhello\r\n0\r\n\r\n')],
    ['LF in an extension', chunks(`5;a\nhello\r\n0\r\n\r\n`)],
    ['CR in an extension', chunks('5;a\rb\r\nhello\r\n0\r\n\r\n')],
    ['NUL in an extension', chunks('5;a\u0000\r\nhello\r\n0\r\n\r\n')],
    ['longer than its size', chunks('5\r\nhello!\r\n0\r\n\r\n')],
    ['shorter than its size', chunks('6\r\nhello\r\n0\r\n\r\n')],
    ['no line end behind it', chunks('5\r\nhello0\r\n\r\n')],
    ['LF behind it', chunks('5\r\nhello\n0\r\n\r\n')],
    ['LF behind the last size', chunks('5\r\nhello\r\n0\n\r\n')],
    ['LF for the end', chunks('5\r\nhello\r\n0\r\n\n')],
    ['a length as a trailer', chunks('5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n')],
    ['a trailer that is none', chunks('5\r\nhello\r\n0\r\nX Y: 1\r\n\r\n')],
    ['a trailer with NUL', chunks('5\r\nhello\r\n0\r\nX: a\u0000\r\n\r\n')],
    ['a request in place of the end', chunks(`5\r\nhello\r\n0\r\n${SMUGGLED}`)],
  ]),
  refused('a tunnel that nobody has enabled', 501, [
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n'],
    ['CONNECT with a request behind it', `CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n${SMUGGLED}`],
    ['CONNECT to another host than Host', 'CONNECT a:443 HTTP/1.1\r\nHost: b\r\n\r\n'],
  ]),
  refused('a tunnel that leads nowhere', 400, [
    ['to a path', 'CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['to a URL', 'CONNECT http://a:443/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['without a port', 'CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['to somebody at a host', 'CONNECT b@a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['with a length', `CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nContent-Length: 5\r\n\r\nhello`],
    ['with chunks', `CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`],
  ]),
  sound('what is sound', [
    ['a length', post('Content-Length: 5', 'hello'), 'hello'],
    ['a length with a zero in front', post('Content-Length: 05', 'hello'), 'hello'],
    ['a length behind many blanks', post('Content-Length:    5  ', 'hello'), 'hello'],
    ['chunks', chunks(CHUNKED), 'hello'],
    ['chunks in capitals', post('Transfer-Encoding: CHUNKED', CHUNKED), 'hello'],
    ['chunks behind a tab', post('Transfer-Encoding:\tchunked', CHUNKED), 'hello'],
    ['zeros before a size', chunks('00005\r\nhello\r\n000\r\n\r\n'), 'hello'],
    ['extensions', chunks('5;a=b;c="d"\r\nhello\r\n0;e\r\n\r\n'), 'hello'],
    ['trailers that nobody announced', chunks('5\r\nhello\r\n0\r\nX: y\r\n\r\n'), 'hello'],
    ['a body that looks like a request', post(`Content-Length: ${SMUGGLED.length}`, SMUGGLED), SMUGGLED],
    ['a chunk that looks like the end', chunks('7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n'), '\r\n0\r\n\r\n'],
    ['a GET with a body', get('Content-Length: 5') + 'hello', 'hello'],
    ['a HEAD', line('HEAD /head HTTP/1.1'), ''],
    ['a length of 0, then another request', post('Content-Length: 0') + SMUGGLED, '', ''],
    ['no length, then another request', post('X: y') + SMUGGLED, '', ''],
    ['two at once', get('X: 1') + get('X: 2'), '', ''],
    ['empty lines before it', `\r\n\r\n${get('X: 1')}`, ''],
    ['a URL that contradicts Host', line('GET http://b/b HTTP/1.1'), ''],
    ['a host with a port', host('a:80'), ''],
    ['a host of an address', host('[::1]:80'), ''],
    ['Connection that names Host', get('Connection: Host'), ''],
    [
      'Connection that names a length',
      post('Connection: Content-Length\r\nContent-Length: 5', 'hello'),
      'hello',
    ],
    [
      'Connection that names chunks',
      post('Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked', CHUNKED),
      'hello',
    ],
    ['Connection that names X-Forwarded-For', get('Connection: X-Forwarded-For'), ''],
    ['bytes above 127 in a value', get('X: \u00e4\u00ff'), ''],
    ['TransferEncoding, which is another header', get('TransferEncoding: chunked'), ''],
  ]),
  sound(
    'an upgrade that is not for everybody',
    [
      [
        'an upgrade to HTTP/2',
        get('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__'),
        '',
      ],
      [
        'an upgrade with a body',
        post('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5', 'hello'),
        'hello',
      ],
    ],
    { isLast: true },
  ),
];
