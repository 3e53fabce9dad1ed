import chunkQueue from '@millrace/chunk-queue';
import { fromReadableStream, toReadableStream } from '@millrace/core/web';
import { Hono } from 'hono';

/** A Hono app whose handler gets a body as a pipe, and answers with one; it runs wherever Hono does. */
export const echoApp: Hono = new Hono().post('/echo', (context) => {
  const { body } = context.req.raw;
  if (body === null) return context.text('There is no body', 400);
  return context.body(toReadableStream(fromReadableStream(body, chunkQueue, { maxBytes: 10_000_000 })));
});
