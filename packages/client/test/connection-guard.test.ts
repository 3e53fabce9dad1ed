import type { Dispatcher } from 'undici';
import { expect, it } from 'vitest';
import type { Connection } from '../src/connection.ts';
import { ConnectionGuard } from '../src/connection-guard.ts';
import type { GuardedStream } from '../src/guarded-stream.ts';

/** What becomes of a response over HTTP/2 whose stream got `receivedBytes`, and whose handler got these chunks. */
function endOf(receivedBytes: number, chunks: readonly Buffer[]): string {
  const ends: string[] = [];
  const guard = new ConnectionGuard(
    {
      onResponseEnd: () => ends.push('whole'),
      onResponseError: (_: unknown, error: Error) => ends.push(error.message),
    },
    { origin: 'http://a.example', path: '/', method: 'GET', body: null },
    { isHttp2: true, request: () => 0 } as unknown as Connection,
  );
  const controller = { paused: false } as Dispatcher.DispatchController;
  guard.onRequestStart(controller, undefined);
  guard.onStream({ wasEnded: true, isSent: true, receivedBytes } as unknown as GuardedStream);
  guard.onResponseStart(controller, 200, {});
  for (const chunk of chunks) guard.onResponseData(controller, chunk);
  guard.onResponseEnd(controller, {});
  return ends.join();
}

it('a response over HTTP/2 is whole only when every byte of its stream was handed on', () => {
  const chunks = [Buffer.alloc(3), Buffer.alloc(4)];
  expect(endOf(7, chunks)).toBe('whole');
  expect(endOf(8, chunks)).toBe('bytes were lost in front of the end of the stream');
  expect(endOf(0, [])).toBe('whole');
});
