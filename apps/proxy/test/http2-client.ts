import { once } from 'node:events';
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import { onTestFinished } from 'vitest';

/** A session with a server whose certificate nobody trusts, closed when the test ends. */
export function http2Session(url: string): ClientHttp2Session {
  const session = http2.connect(url, { rejectUnauthorized: false, maxSessionMemory: 1000 });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

export interface Http2Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly information: readonly Record<string, unknown>[];
  readonly trailers: Record<string, unknown>;
  readonly body: string;
}

/** Begins a request; what fails it later is nobody's until asked for. */
export function http2Request(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  endStream = true,
): ClientHttp2Stream {
  // CONNECT has no path of its own.
  const path = headers[':method'] === 'CONNECT' ? undefined : { ':path': '/' };
  const stream = session.request({ ...path, ...headers }, { endStream });
  stream.on('error', () => {});
  return stream;
}

/** The answer, once it is whole; rejects with the error of a stream that was reset. */
export async function http2Answer(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const information: Record<string, unknown>[] = [];
  let trailers: Record<string, unknown> = {};
  stream.on('headers', (headers) => information.push({ ...headers }));
  stream.on('trailers', (headers) => {
    trailers = { ...headers };
  });
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  let body = '';
  for await (const chunk of stream) body += String(chunk);
  if (!stream.closed) await once(stream, 'close');
  if (stream.rstCode !== 0) throw new Error(`the stream was reset with ${stream.rstCode}`);
  return { status: Number(headers[':status']), headers: { ...headers }, information, trailers, body };
}
