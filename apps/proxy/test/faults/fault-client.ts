import http from 'node:http';
import http2, { type ClientHttp2Stream } from 'node:http2';
import type { Readable, Writable } from 'node:stream';

export type Protocol = 'HTTP/1.1' | 'HTTP/2';

/** One request under way, and what its client sees of it. */
export interface FaultExchange {
  readonly upload: Writable;
  /** The status, or that the connection or stream was lost before. */
  readonly head: Promise<number | 'no answer'>;
  /** Reads the body to its end: whether the client takes it for whole, and how many bytes it got. */
  read(isSlow: boolean): Promise<{ isWhole: boolean; bytes: number }>;
  /** Gives everything up. */
  leave(how: 'close' | 'reset'): void;
}

export interface FaultRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string | number>;
  /** Whether a body follows, to be written to `upload`. */
  readonly hasBody?: boolean;
}

/** Turns of the event loop between two chunks of a slow reader. */
const SLOW_TURNS = 8;

/** Sends a request on a connection of its own. */
export function sendRequest(protocol: Protocol, url: string, request: FaultRequest): FaultExchange {
  return protocol === 'HTTP/2' ? overHttp2(url, request) : overHttp1(url, request);
}

function overHttp1(
  url: string,
  { method, path, headers = {}, hasBody = false }: FaultRequest,
): FaultExchange {
  const request = http.request(url + path, { method, headers, agent: false });
  let response: http.IncomingMessage | undefined;
  const head = new Promise<number | 'no answer'>((resolve) => {
    request.on('response', (incoming) => {
      response = incoming.on('error', () => {}).pause();
      resolve(incoming.statusCode ?? 0);
    });
    request.on('error', () => {}).on('close', () => resolve('no answer'));
  });
  if (hasBody) request.flushHeaders();
  else request.end();
  return {
    upload: request,
    head,
    async read(isSlow) {
      const bytes = await bytesOf(response as http.IncomingMessage, isSlow);
      return { isWhole: response?.complete === true && response.errored === null, bytes };
    },
    leave(how) {
      if (how === 'reset') request.socket?.resetAndDestroy();
      request.destroy();
    },
  };
}

function overHttp2(url: string, { method, path, headers, hasBody = false }: FaultRequest): FaultExchange {
  const session = http2.connect(url, { rejectUnauthorized: false });
  session.on('error', () => {});
  const request: ClientHttp2Stream = session.request(
    { ...headers, ':method': method, ':path': path },
    { endStream: !hasBody },
  );
  // A session left over would keep the connection, and the test, open.
  request.on('close', () => session.destroy());
  let declaredBytes: number | undefined;
  let isAborted = false;
  const head = new Promise<number | 'no answer'>((resolve) => {
    request.on('response', (responseHeaders) => {
      declaredBytes = Number(responseHeaders['content-length'] ?? Number.NaN);
      resolve(Number(responseHeaders[':status']));
    });
    request.on('aborted', () => {
      isAborted = true;
    });
    request.on('error', () => {}).on('close', () => resolve('no answer'));
  });
  return {
    upload: request,
    head,
    async read(isSlow) {
      const bytes = await bytesOf(request, isSlow);
      // A server that has answered may stop an upload with NO_ERROR. Node then says neither whether the answer had
      // ended, so its length has to.
      const hasEnded = !isAborted || bytes === declaredBytes;
      return { isWhole: request.readableEnded && request.rstCode === 0 && hasEnded, bytes };
    },
    leave(how) {
      if (how === 'reset') session.destroy();
      else request.destroy();
    },
  };
}

async function bytesOf(body: Readable, isSlow: boolean): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += (chunk as Uint8Array).length;
      for (let turns = isSlow ? SLOW_TURNS : 0; turns > 0; turns -= 1) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    }
  } catch {
    // What it says of itself then tells that it is not whole.
  }
  return bytes;
}
