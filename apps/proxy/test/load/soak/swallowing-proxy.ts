/**
 * A proxy with one thing wrong, to see the soak fail: it ends an answer whose upstream broke off as if it was whole.
 * Says what ours says, and has the metrics that are asked for.
 */
import { once } from 'node:events';
import http, { type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const [upstream = ''] = process.argv.slice(2);
let open = 0;

const proxy = http.createServer((request, response) => {
  open += 1;
  response.on('error', () => {}).on('close', () => (open -= 1));
  const { method, headers } = request;
  const onward = http.request(upstream + request.url, { method, headers, agent: false });
  onward.on('error', () => response.destroy());
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502);
    answer.on('data', (chunk: Uint8Array) => {
      if (!response.write(chunk)) answer.pause();
    });
    response.on('drain', () => answer.resume());
    response.on('close', () => onward.destroy());
    answer.on('error', () => response.end());
    answer.on('end', () => response.end());
  });
  request.on('error', () => onward.destroy());
  request.pipe(onward);
});

const admin = http.createServer((_, response) => {
  response.end(`millrace_open_bodies{direction="response"} ${open}\nmillrace_held_bytes 0\n`);
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const [url, adminUrl] = [await listening(proxy), await listening(admin)];
process.on('SIGHUP', () => {});
process.on('SIGTERM', () => {
  proxy.close();
  admin.close();
});
process.stdout.write(`listens at ${url}\nlive page ${adminUrl}/\n`);
