import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentOptions } from '../src/index.ts';
import { http2Cleartext, http2OverTls, http2Server, tlsServer, type Handle } from './http2-server.ts';
import { httpServer, startedHttp } from './http-server.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';

export interface Protocol {
  readonly name: string;
  /** What an agent needs to speak it to these servers. */
  readonly agent: AgentOptions;
  /** A server of Node's on the loopback, closed when the test ends. */
  readonly serve: (handle: HandleBoth, onCheckContinue?: HandleBoth) => Promise<string>;
}

/** Takes a request of either version: what the tests use of it is the same. */
export type HandleBoth = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What the client must behave the same over. */
export const everyProtocol: readonly Protocol[] = [
  { name: 'HTTP/1.1', agent: {}, serve: httpServer },
  {
    name: 'HTTP/1.1 over TLS, where HTTP/2 was offered',
    agent: { allowH2: true, connect: { ca: tlsCertificate.cert } },
    serve: (handle, onCheckContinue) =>
      startedHttp(https.createServer(tlsCertificate), handle, onCheckContinue),
  },
  {
    name: 'HTTP/2 without TLS',
    agent: http2Cleartext,
    async serve(handle, onCheckContinue) {
      const { url, server } = await http2Server(handle as unknown as Handle);
      if (onCheckContinue !== undefined) server.on('checkContinue', onCheckContinue);
      return url;
    },
  },
  {
    name: 'HTTP/2 over TLS',
    agent: http2OverTls,
    async serve(handle, onCheckContinue) {
      const { url, server } = await tlsServer(handle as unknown as Handle, { http2Only: true });
      if (onCheckContinue !== undefined) server.on('checkContinue', onCheckContinue);
      return url;
    },
  },
];
