import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { resetConnection } from '@millrace/core/node';
import { answerOn } from './handed-over.ts';

/**
 * The open connections of a server, and which of them carry an exchange.
 *
 * Node's own `closeIdleConnections()`, which `close()` calls, takes a connection for idle as soon as `end()` was called
 * on its response, and so cuts off an answer of which the last part is still to be sent. Here an exchange lasts until
 * its response is closed, which is when all of it has been handed to the system.
 */
export class Connections {
  /** Exchanges under way, by connection. */
  readonly #open = new Map<Socket, number>();
  /** The answer after which a connection is closed, should one have been begun. */
  readonly #last = new WeakMap<Socket, ServerResponse>();
  #isDraining = false;

  constructor(server: Server) {
    server.closeIdleConnections = () => this.#closeIdle();
    server.on('connection', (socket) => {
      this.#open.set(socket, 0);
      // Each answer that waits for the one before it listens (pipelining).
      socket.setMaxListeners(0);
      // Before Node, which then ends the connection on this side, too.
      socket.prependListener('end', () => resetIfCut(socket));
      socket.on('close', () => this.#open.delete(socket));
    });
    // Node would close one that waits for its upstream, too, where the time that the answer before it was given runs out.
    server.on('timeout', (socket) => {
      if (this.#open.get(socket) !== 0) return;
      const { bytesRead } = socket;
      // Timers ring before connections are read: when this process was busy for a while, what came meanwhile is still there.
      setImmediate(() => {
        if (socket.bytesRead === bytesRead) socket.destroy();
      });
    });
  }

  /**
   * Enters an exchange, to be called before anything is sent.
   *
   * @returns Whether it is to be answered. Not so when the connection is closed after the one before it: that may be
   *   because nobody knows where it ended, and so what this one really is.
   */
  begin({ socket }: { socket: Socket }, response: ServerResponse): boolean {
    if (this.#last.get(socket)?.shouldKeepAlive === false) return false;
    this.#last.set(socket, response);
    this.#count(socket, 1);
    if (this.#isDraining) response.shouldKeepAlive = false;
    response.on('close', () => {
      this.#count(socket, -1);
      if (this.#isDraining) this.#closeIdle();
    });
    return true;
  }

  /** The answer to the request that was read last, should there have been one. */
  lastAnswer(socket: Socket): ServerResponse | undefined {
    return this.#last.get(socket);
  }

  /** From now on every connection is closed when its last exchange is over, idle ones at once. */
  drain(): void {
    this.#isDraining = true;
    for (const socket of this.#open.keys()) {
      const last = this.#last.get(socket);
      // What a client asks for behind an answer that promised to keep its connection may be lost.
      if (last?.headersSent === false) last.shouldKeepAlive = false;
    }
    this.#closeIdle();
  }

  #closeIdle(): void {
    for (const [socket, exchanges] of this.#open) {
      // Not `destroy`, which would drop what was not handed to the system yet.
      if (exchanges === 0) socket.destroySoon();
    }
  }

  #count(socket: Socket, change: 1 | -1): void {
    const exchanges = this.#open.get(socket);
    if (exchanges !== undefined) this.#open.set(socket, exchanges + change);
  }
}

/**
 * For a client that has sent its end and so has left, as far as anybody can tell. An answer to HTTP/1.0 may end with its
 * connection, and would look whole where that is closed in good order.
 */
function resetIfCut(socket: Socket): void {
  const answer = answerOn(socket);
  if (answer?.req.httpVersion !== '1.0' || !answer.headersSent || answer.writableEnded) return;
  resetConnection(socket);
}
