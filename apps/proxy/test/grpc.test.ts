import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  credentials,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type StatusObject,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { everyStrategy } from './every-strategy.ts';
import { ownFile } from './own-folder.ts';
import { startProcess } from './start-process.ts';
import { until } from './until.ts';

const asItIs = (bytes: Buffer): Buffer => bytes;

function method(name: string, requestStream: boolean, responseStream: boolean) {
  const path = `/echo/${name}`;
  const coding = {
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  };
  return { path, requestStream, responseStream, ...coding };
}

const service = {
  one: method('one', false, false),
  many: method('many', false, true),
  both: method('both', true, true),
};

/** A message of a download, which says where it belongs. */
function messageAt(index: number): Buffer {
  return Buffer.alloc(10_000, index);
}

/** Serves what is asked for by a number; a word is not found. */
const handlers = {
  one({ request }: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
    if (Number.isNaN(Number(request))) answer({ code: status.NOT_FOUND, details: `no ${String(request)}` });
    else answer(null, request);
  },
  async many(call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
    for (let index = 0; index < Number(call.request) && !call.cancelled; index += 1) {
      if (!call.write(messageAt(index))) await new Promise((resolve) => call.once('drain', resolve));
    }
    call.end();
  },
  both(call: ServerDuplexStream<Buffer, Buffer>): void {
    call.on('data', (message: Buffer) => call.write(message)).on('end', () => call.end());
  },
};

/** A client of gRPC before a proxy before a server of gRPC, all over TLS. */
async function grpcThrough(strategy: string) {
  const { cert, key } = tlsCertificate;
  const server = new Server();
  server.addService(service, handlers);
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  onTestFinished(() => server.forceShutdown());
  const { url, outcomes } = await startProcess({
    strategy,
    listen: {
      address: '127.0.0.1:0',
      tls: { certFile: ownFile('cert.pem', cert), keyFile: ownFile('key.pem', key) },
    },
    upstreams: {
      app: { servers: [`https://127.0.0.1:${port}`], tls: { caFile: ownFile('ca.pem', cert) }, http2: true },
    },
  });
  const EchoClient = makeGenericClientConstructor(service, 'echo');
  const client = new EchoClient(new URL(url).host, credentials.createSsl(Buffer.from(cert)));
  onTestFinished(() => client.close());
  return { client: client as unknown as Calls, outcomes };
}

interface Calls {
  one(request: Buffer, done: (error: ServiceError | null, answer?: Buffer) => void): void;
  many(request: Buffer): Download;
  both(): Download & { write(message: Buffer): void; end(): void };
}

interface Download extends AsyncIterable<Buffer> {
  on(event: 'status', listener: (status: StatusObject) => void): this;
  on(event: 'error', listener: () => void): this;
  on(event: 'data', listener: (message: Buffer) => void): this;
  cancel(): void;
}

function one(client: Calls, request: string): Promise<unknown> {
  return new Promise((resolve) => {
    client.one(Buffer.from(request), (error, answer) =>
      resolve(error === null ? String(answer) : { code: error.code, details: error.details }),
    );
  });
}

function statusOf(call: Download): Promise<unknown> {
  return new Promise((resolve) => {
    call.on('error', () => {}).on('status', ({ code }) => resolve(code));
  });
}

describe.each(everyStrategy)('gRPC through $name', ({ name }) => {
  it('has its answers and its errors', async () => {
    const { client, outcomes } = await grpcThrough(name);
    const requests = Array.from({ length: 100 }, (_, index) => String(index));
    expect(await Promise.all(requests.map((request) => one(client, request)))).toEqual(requests);
    expect(await one(client, 'word')).toEqual({ code: status.NOT_FOUND, details: 'no word' });
    await until(() => outcomes.length === 101);
    expect(outcomes.filter(({ result }) => result !== 'whole')).toEqual([]);
  });

  it('has every message of a slow reader, and its status behind them', async () => {
    const { client } = await grpcThrough(name);
    const calls = Array.from({ length: 5 }, async () => {
      const call = client.many(Buffer.from('100'));
      const ended = statusOf(call);
      let index = 0;
      for await (const message of call) {
        expect(message.equals(messageAt(index++))).toBe(true);
        if (index % 10 === 0) await nextTurn();
      }
      return [index, await ended];
    });
    expect(await Promise.all(calls)).toEqual(calls.map(() => [100, status.OK]));
  });

  it('goes both ways at once', async () => {
    const { client } = await grpcThrough(name);
    const call = client.both();
    const ended = statusOf(call);
    const received: string[] = [];
    call.on('data', (message) => {
      received.push(String(message));
      if (received.length < 50) call.write(Buffer.from(String(received.length)));
      else call.end();
    });
    call.write(Buffer.from('0'));
    expect(await ended).toBe(status.OK);
    expect(received).toEqual(Array.from({ length: 50 }, (_, index) => String(index)));
  });

  it('is given up by a client that has enough', async () => {
    const { client, outcomes } = await grpcThrough(name);
    const call = client.many(Buffer.from('1000000'));
    const ended = statusOf(call);
    call.on('data', () => call.cancel());
    expect(await ended).toBe(status.CANCELLED);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'client' });
    expect(await one(client, '2')).toBe('2');
  });
});
