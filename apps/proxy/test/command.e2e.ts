import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { refusingPort } from '@millrace/test-servers/refusing-port';
import { get } from './download.ts';
import { httpServer } from './http-server.ts';
import { ownFolder } from './own-folder.ts';
import { runConfiguredProxy, runProxy, runToExit } from './run-proxy.ts';
import { until } from './until.ts';

/** An upstream whose only answer begins at once and ends when told. */
async function slowUpstream(): Promise<{ url: URL; finish: () => void }> {
  let held: http.ServerResponse | undefined;
  const url = await httpServer((_, response) => {
    held = response.on('error', () => {});
    response.write('begun, ');
  });
  return { url, finish: () => void held?.end('finished') };
}

describe('the command', () => {
  it('says where it listens, what it uses and what to try', async () => {
    const proxy = await runProxy();
    expect(proxy.output()).toContain(`live page  ${proxy.adminUrl}/\n`);
    expect(proxy.output()).toContain('@millrace/ring-buffer');
    expect(proxy.output()).toContain(`curl ${proxy.url}/json\n`);
    expect(await (await fetch(`${proxy.url}/json`)).json()).toMatchObject({ millrace: true });
  });

  it('is aimed at an upstream, with a strategy from a file', async () => {
    const upstream = await httpServer((request, response) => void response.end(request.url));
    const file = fileURLToPath(new URL('../../../packages/chunk-queue/src/index.ts', import.meta.url));
    const proxy = await runProxy('--upstream', upstream.origin, '--strategy', file);
    expect(await (await fetch(`${proxy.url}/a?b`)).text()).toBe('/a?b');
    expect(await proxy.snapshot()).toMatchObject({
      strategy: '@millrace/chunk-queue',
      upstream: upstream.origin,
    });
    expect(proxy.output()).not.toContain('demo');
  });

  it('answers 502 with the reason while the upstream refuses connections', async () => {
    const port = await refusingPort();
    const proxy = await runProxy('--upstream', `http://127.0.0.1:${port}`);
    const response = await fetch(proxy.url);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('prints its help and its version', async () => {
    expect(await runToExit('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--drain-timeout-ms MS'),
    });
    expect(await runToExit('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a start that goes wrong', () => {
  it.each([
    [
      'a strategy that is not installed',
      ['--strategy', '@millrace/no-such-buffer'],
      '--strategy is "@millrace/no-such-buffer": Strategy @millrace/no-such-buffer is not installed: run "npm install @millrace/no-such-buffer"',
    ],
    [
      'a strategy file that is not there',
      ['--strategy', './no-such-buffer.ts'],
      '--strategy is "./no-such-buffer.ts"; there is no such file.',
    ],
    [
      'a package that is no strategy',
      ['--strategy', 'node:path'],
      '--strategy is "node:path": The default export of node:path',
    ],
    [
      'an upstream that is no URL',
      ['--upstream', 'localhost'],
      '--upstream is "localhost"; it must be http://HOST:PORT or https://HOST:PORT.',
    ],
    ['a flag that does not exist', ['--port', '80'], '--port is not known; see --help.'],
  ])('says so in one sentence and exits with 2: %s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await runToExit(...args);
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(stderr).toContain(`millrace-proxy: ${sentence}`);
  });

  it('says so in one sentence and exits with 1: a port in use', async () => {
    const { host } = await httpServer(() => {});
    expect(await runToExit('--listen', host)).toEqual({
      code: 1,
      stdout: '',
      stderr: `millrace-proxy: ${host} is in use; choose another address with --listen HOST:PORT.\n`,
    });
  });
});

describe('an access log in a file that the proxy was given open', () => {
  const input = { listen: '127.0.0.1:0', adminListen: '127.0.0.1:0' };

  it('is written where only the configuration file names it', async () => {
    const folder = ownFolder();
    const config = join(folder, 'proxy.json');
    await writeFile(config, JSON.stringify({ ...input, accessLog: '/dev/fd/3' }).replaceAll('/', '\\/'));
    const log = await open(join(folder, 'access.log'), 'a');
    const proxy = await runConfiguredProxy(config, log.fd);
    await log.close();
    expect((await fetch(`${proxy.url}/json`)).status).toBe(200);
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(folder, 'access.log'), 'utf8')).toContain('"target":"/json"');
  });

  // Where it can start itself again; elsewhere nothing is lost.
  it.runIf(process.execve !== undefined)('is refused where that came out too late', async () => {
    const config = join(ownFolder(), 'proxy.mjs');
    await writeFile(config, "export default { accessLog: ['/dev', 'fd', 3].join('/') };");
    expect(await runToExit('--config', config)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'millrace-proxy: accessLog is "/dev/fd/3", which was closed when the proxy started itself again to take less memory; name it with --access-log, which it looks at before.\n',
    });
  });
});

describe('SIGHUP', () => {
  const fileWith = async (content: unknown): Promise<string> => {
    const folder = ownFolder();
    const file = join(folder, 'proxy.json');
    await writeFile(file, JSON.stringify(content));
    return file;
  };

  it('reads the configuration again: new requests go elsewhere, and an open body goes on', async () => {
    const old = await slowUpstream();
    const next = await httpServer((_, response) => void response.end('new'));
    const file = await fileWith({ upstream: old.url.origin });
    const proxy = await runProxy('--config', file);
    const body = await get(proxy.url);
    await once(body, 'data');
    await writeFile(file, JSON.stringify({ upstream: next.origin }));
    proxy.process.kill('SIGHUP');
    await proxy.says('SIGHUP: the new configuration is for all new requests');
    expect(await (await fetch(proxy.url)).text()).toBe('new');
    old.finish();
    expect((await body.toArray()).join('')).toBe('finished');
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('says what takes a restart, and does the rest', async () => {
    const old = await httpServer((_, response) => void response.end('old'));
    const next = await httpServer((_, response) => void response.end('new'));
    const file = await fileWith({ upstream: old.origin });
    const proxy = await runProxy('--config', file);
    await writeFile(file, JSON.stringify({ upstream: next.origin, workers: 2, drainTimeoutMs: 1 }));
    proxy.process.kill('SIGHUP');
    await proxy.says('drainTimeoutMs has changed');
    expect(proxy.errors()).toBe(
      'millrace-proxy: workers has changed, which takes a restart: the old one goes on.\n' +
        'millrace-proxy: drainTimeoutMs has changed, which takes a restart: the old one goes on.\n',
    );
    expect(await (await fetch(proxy.url)).text()).toBe('new');
  });

  it('changes nothing when that is wrong, and says why', async () => {
    const upstream = await httpServer((_, response) => void response.end('old'));
    const file = await fileWith({ upstream: upstream.origin });
    const proxy = await runProxy('--config', file);
    await writeFile(file, '{"upstream": "nowhere"}');
    proxy.process.kill('SIGHUP');
    await proxy.says('SIGHUP changed nothing; the old configuration goes on.\n');
    expect(proxy.errors()).toBe(
      'millrace-proxy: upstream is "nowhere"; it must be http://HOST:PORT or https://HOST:PORT.\n' +
        'millrace-proxy: SIGHUP changed nothing; the old configuration goes on.\n',
    );
    expect(await (await fetch(proxy.url)).text()).toBe('old');
  });
});

describe('SIGTERM', () => {
  const begun = async (...args: string[]) => {
    const upstream = await slowUpstream();
    const proxy = await runProxy('--upstream', upstream.url.origin, ...args);
    const response = await get(proxy.url);
    response.on('error', () => {});
    onTestFinished(() => void response.destroy());
    await once(response, 'data');
    return { upstream, proxy, response };
  };
  const refuses = (url: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => resolve(true));
      socket.on('connect', () => {
        socket.destroy();
        resolve(false);
      });
    });

  it('lets an open body finish, refuses new connections, and exits with 0', async () => {
    const { upstream, proxy, response } = await begun();
    proxy.process.kill('SIGTERM');
    await until(() => refuses(proxy.url));
    const rest = once(response, 'data');
    const ended = once(response, 'end');
    upstream.finish();
    expect(String((await rest)[0])).toBe('finished');
    await ended;
    expect(response.complete).toBe(true);
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('is not ready for more while it drains, and still says that it lives', async () => {
    const { upstream, proxy, response } = await begun();
    const statusOf = async (path: string): Promise<number> => (await fetch(proxy.adminUrl + path)).status;
    expect(await statusOf('/readyz')).toBe(200);
    proxy.process.kill('SIGTERM');
    await until(async () => (await statusOf('/readyz')) === 503);
    expect(await statusOf('/healthz')).toBe(200);
    response.resume();
    upstream.finish();
    expect(await proxy.exited).toMatchObject({ code: 0 });
  });

  it('lets an upload finish', async () => {
    const upstream = await httpServer((request, response) => request.pipe(response));
    const proxy = await runProxy('--upstream', upstream.origin);
    const request = http.request(proxy.url, { method: 'POST' });
    request.write('begun, ');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    proxy.process.kill('SIGTERM');
    await until(() => refuses(proxy.url));
    request.end('finished');
    expect((await response.toArray()).join('')).toBe('begun, finished');
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('exits with 0 at once when nothing is open, though connections and event streams are', async () => {
    const proxy = await runProxy();
    const agent = new http.Agent({ keepAlive: true });
    const idle = await get(`${proxy.url}/json`, agent);
    idle.resume();
    await once(idle, 'end');
    const events = await get(`${proxy.adminUrl}/events`, agent);
    events.resume();
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
    agent.destroy();
  });

  it('breaks off what is open at the deadline, which the client sees, and exits with 1', async () => {
    const { proxy, response } = await begun('--drain-timeout-ms', '1');
    const closed = new Promise((resolve) => {
      response.once('close', resolve);
    });
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({
      code: 1,
      stderr: 'millrace-proxy: 1 exchange was cut off after 1 ms.\n',
    });
    await closed;
    expect(response.complete).toBe(false);
  });

  it('exits at once when it comes twice', async () => {
    const { proxy } = await begun();
    proxy.process.kill('SIGTERM');
    await proxy.says('SIGTERM: stopped listening');
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 143 });
  });

  it.each([1, 2])(
    'lets no answer that ends with its connection look whole when it comes twice, with %i workers [P3]',
    async (workers) => {
      const { url } = await slowUpstream();
      const proxy = await runProxy('--upstream', url.origin, '--workers', String(workers));
      const socket = net.connect(Number(new URL(proxy.url).port), '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      let received = '';
      const ended = new Promise((resolve) => {
        socket.on('end', () => resolve('in good order')).on('error', ({ message }) => resolve(message));
      });
      socket.on('data', (bytes) => void (received += String(bytes))).write('GET / HTTP/1.0\r\n\r\n');
      await until(() => received.includes('begun'));
      proxy.process.kill('SIGTERM');
      await proxy.says('SIGTERM: stopped listening');
      proxy.process.kill('SIGTERM');
      expect(await ended).toBe('read ECONNRESET');
      expect(await proxy.exited).toMatchObject({ code: 143 });
    },
  );
});
