/**
 * A proxy with one thing wrong, to see the measurement fail: it reads as fast as the upstream sends, whatever its client
 * takes. Says what ours says, and has the metrics that are asked for.
 */
import { once } from 'node:events';
import http, { type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const [upstream = ''] = process.argv.slice(2);
let open = 0;

const proxy = http.createServer((request, response) => {
  open += 1;
  response.on('error', () => {}).on('close', () => (open -= 1));
  const onward = http.request(upstream + request.url, { agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.on('data', (chunk: Uint8Array) => response.write(chunk));
    answer.on('end', () => response.end());
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy()).end();
  response.on('close', () => onward.destroy());
});

const admin = http.createServer((_, response) => {
  response.end(`millrace_open_bodies ${open}\nmillrace_held_bytes 0\n`);
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const [url, adminUrl] = [await listening(proxy), await listening(admin)];
process.stdout.write(`listens at ${url}\nlive page ${adminUrl}/\n`);
