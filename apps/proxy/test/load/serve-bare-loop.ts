/** The least that passes a body on: undici's handler writes to node:http's response. `serve-bare-loop.ts UPSTREAM`. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, type Dispatcher } from 'undici';

const [origin = ''] = process.argv.slice(2);
const agent = new Agent();
const aboutTheConnection = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding']);

function passedOn(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !aboutTheConnection.has(name)));
}

class Loop implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const response = this.#response;
    response.on('drain', () => controller.resume());
    response.on('close', () => {
      if (!response.writableFinished) controller.abort(new Error('the client has left'));
    });
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: IncomingMessage['headers'],
    statusText?: string,
  ): void {
    this.#response.writeHead(status, statusText, passedOn(headers));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    this.#response.destroy();
  }
}

const server = createServer((request, response) => {
  const { method = 'GET', url: path = '/', headers } = request;
  agent.dispatch({ origin, method, path, headers: passedOn(headers), body: null }, new Loop(response));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
process.on('SIGTERM', () => process.exit());
