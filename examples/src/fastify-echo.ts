import { fromNodeReadable, toNodeReadable } from '@millrace/core/node';
import ringBuffer from '@millrace/ring-buffer';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

/** A Fastify server whose handler gets a body as a pipe, and answers with one. */
export function echoServer(): FastifyInstance {
  const server = fastify();
  // No parser: the body stays a stream.
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.post('/echo', (request, reply) => {
    const body = fromNodeReadable(request.raw, ringBuffer, { movesChunks: true, maxBytes: 10_000_000 });
    return reply.type('application/octet-stream').send(toNodeReadable(body));
  });
  return server;
}
