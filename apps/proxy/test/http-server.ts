import http from 'node:http';
import { listen } from '@millrace/test-servers/listen';

/** A node:http server on the loopback; its URL. Closed with all its connections when the test ends. */
export async function httpServer(handle: http.RequestListener): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listen(http.createServer(handle))}`);
}
