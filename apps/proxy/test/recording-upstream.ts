import { once } from 'node:events';
import net from 'node:net';
import { StrictRequests, type StrictRequest } from './strict-requests.ts';

/** What has come to an upstream. */
export interface Record {
  readonly requests: readonly StrictRequest[];
  /** What could be read in more than one way. */
  readonly ambiguities: readonly string[];
}

/** An upstream that answers every request with 200 and its target, keeps its connections, and forgives nothing. */
export class RecordingUpstream {
  readonly url: URL;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #requests: StrictRequest[] = [];
  #ambiguities: string[] = [];

  private constructor(server: net.Server) {
    this.url = new URL(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<RecordingUpstream> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RecordingUpstream(server);
  }

  /** What has come since this was last asked. */
  take(): Record {
    const record = { requests: this.#requests, ambiguities: this.#ambiguities };
    this.#requests = [];
    this.#ambiguities = [];
    return record;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: net.Socket): void {
    const incoming = new StrictRequests();
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    socket.on('data', (bytes) => {
      try {
        for (const request of incoming.receive(bytes.toString('latin1'))) {
          this.#requests.push(request);
          const { method, target } = request;
          const body = method === 'HEAD' ? '' : target;
          socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${target.length}\r\n\r\n${body}`, 'latin1');
        }
      } catch (reason) {
        this.#ambiguities.push((reason as Error).message);
        socket.destroy();
      }
    });
  }
}
