import http from 'node:http';
import https from 'node:https';
import { listen } from '@millrace/test-servers/listen';

type Handle = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;

/** A node:http server on the loopback; its URL. Closed with all its connections when the test ends. */
export function httpServer(handle: Handle, onCheckContinue?: Handle): Promise<string> {
  return startedHttp(http.createServer(), handle, onCheckContinue);
}

/** The same for a server of either kind. */
export async function startedHttp(
  server: http.Server | https.Server,
  handle: Handle,
  onCheckContinue?: Handle,
): Promise<string> {
  server.on('request', (request, response) => void handle(request, response));
  if (onCheckContinue !== undefined) server.on('checkContinue', onCheckContinue);
  const scheme = server instanceof https.Server ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${await listen(server)}/`;
}
