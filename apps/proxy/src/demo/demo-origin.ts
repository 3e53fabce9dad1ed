import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../message-of.ts';
import { demoBody, demoSha256 } from './demo-body.ts';

/** A server to try the proxy on, in the same process. */
export interface DemoOrigin {
  readonly url: URL;
  close(): Promise<void>;
}

/** Starts it on a free port of the loopback. */
export async function startDemoOrigin(): Promise<DemoOrigin> {
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const KIB = 1024;
const MIB = 1024 * KIB;
const TIB = 1024 ** 4;

/** What a route answers with; a sentence is a 400. */
type Route = (exchange: Exchange) => Promise<void> | void;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What follows the route in the path. */
  readonly rest: string;
}

const routes: Readonly<Record<string, Route>> = {
  '': index,
  json,
  bytes,
  sha256,
  trickle,
  upload,
  break: breakOff,
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // What breaks off on the way out is the client's business.
  response.on('error', () => {});
  request.on('error', () => {});
  try {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://origin');
    const [, name = '', rest = ''] = pathname.split('/', 3);
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (route === undefined)
      sendText(response, 404, `There is no ${pathname} here; see / for what there is.\n`);
    else await route({ request, response, query, rest });
  } catch (reason) {
    if (response.headersSent) response.destroy();
    else sendText(response, 400, `${messageOf(reason)}\n`);
  }
}

function index({ response }: Exchange): void {
  const links = [
    ['/json', 'a small JSON document'],
    ['/bytes/1048576', 'a body of any size, in bytes; always the same for the same size'],
    ['/sha256/1048576', 'the SHA-256 of that body'],
    ['/trickle?chunks=20&bytes=1024&delay-ms=250', 'chunks of that many bytes, one by one'],
    [
      '/break?mode=length&after=65536',
      'a body that breaks off after that many bytes, short of its declared length',
    ],
    ['/break?mode=chunked&after=65536', 'the same, without its last chunk'],
    ['/break?mode=close&after=65536', 'the same, of no declared length and reset'],
  ].map(([path, what]) => `<li><a href="${path}"><code>${path?.replaceAll('&', '&amp;')}</code></a> ${what}`);
  const page = `<!doctype html>
<meta charset="utf-8">
<title>Millrace demo origin</title>
<h1>Demo origin</h1>
<ul>
${links.join('\n')}
<li><code>curl -T FILE …/upload</code> the length and the SHA-256 of what was sent
</ul>
`;
  send(response, 200, 'text/html; charset=utf-8', page);
}

function json({ response }: Exchange): void {
  const document = { greeting: 'from the demo origin', millrace: true, numbers: [1, 2, 3] };
  send(response, 200, 'application/json', `${JSON.stringify(document)}\n`);
}

async function bytes({ request, response, rest }: Exchange): Promise<void> {
  const size = wholeNumber('The size', rest, 0, TIB);
  const etag = `"demo-body-${size}"`;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': size,
    etag,
  });
  if (request.method !== 'HEAD') {
    for (const piece of demoBody(size)) {
      if (!(await write(response, piece))) return;
    }
  }
  response.end();
}

async function sha256({ response, rest }: Exchange): Promise<void> {
  const size = wholeNumber('The size', rest, 0, 16 * 1024 * MIB);
  sendText(response, 200, `${await demoSha256(size)}\n`);
}

async function trickle({ response, query }: Exchange): Promise<void> {
  const chunks = wholeNumber('chunks', query.get('chunks') ?? '20', 0, 1_000_000);
  const chunkBytes = wholeNumber('bytes', query.get('bytes') ?? '1024', 1, MIB);
  const delayMs = wholeNumber('delay-ms', query.get('delay-ms') ?? '250', 0, 60_000);
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  response.flushHeaders();
  for (let sent = 0; sent < chunks; sent += 1) {
    if (!(await pause(response, delayMs))) return;
    for (const piece of demoBody(chunkBytes)) await write(response, piece);
  }
  response.end();
}

async function upload({ request, response }: Exchange): Promise<void> {
  const hash = createHash('sha256');
  let received = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    received += chunk.length;
  }
  const document = { bytes: received, sha256: hash.digest('hex') };
  send(response, 200, 'application/json', `${JSON.stringify(document)}\n`);
}

/** Sends `after` bytes of a body that promises more, and breaks the connection once they are out. */
async function breakOff({ response, query }: Exchange): Promise<void> {
  const mode = query.get('mode') ?? 'length';
  const after = wholeNumber('after', query.get('after') ?? String(64 * KIB), 0, TIB);
  if (mode !== 'length' && mode !== 'chunked' && mode !== 'close') {
    throw new Error(`mode is ${JSON.stringify(mode)}; it must be length, chunked or close.`);
  }
  if (mode === 'close') response.useChunkedEncodingByDefault = false;
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    ...(mode === 'length' ? { 'content-length': 2 * after + 1 } : undefined),
  });
  response.flushHeaders();
  for (const piece of demoBody(after)) {
    if (!(await write(response, piece))) return;
  }
  await new Promise((resolve) => {
    response.write('', resolve);
  });
  // Where only the end of the connection marks the end, an orderly one would be a clean end.
  if (mode === 'close') response.socket?.resetAndDestroy();
  else response.destroy();
}

/** Writes, and waits until there is room for more. False: the client is gone. */
async function write(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  if (response.write(bytes)) return true;
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle);
      response.off('close', settle);
      resolve(!response.destroyed);
    };
    response.on('drain', settle);
    response.on('close', settle);
    if (response.destroyed) settle();
  });
}

/** Waits. False: the client is gone. */
async function pause(response: ServerResponse, delayMs: number): Promise<boolean> {
  await new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
  return !response.destroyed;
}

function wholeNumber(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new Error(`${name} is ${JSON.stringify(value)}; it must be a whole number from ${least} to ${most}.`);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain', text);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
