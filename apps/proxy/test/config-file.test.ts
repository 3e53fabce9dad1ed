import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../src/config/config-schema.ts';
import { readConfig, type ProxyConfig } from '../src/config/config.ts';
import { ownFile } from './own-folder.ts';

async function configOf(content: unknown, ...flags: string[]): Promise<ProxyConfig> {
  const file = ownFile('proxy.json', JSON.stringify(content));
  const invocation = await readConfig(['--config', file, ...flags], {});
  if (invocation.kind !== 'run') throw new Error('it does not run');
  return invocation.config;
}

/** The sentences that a file is refused with. */
async function mistakesIn(content: unknown): Promise<string[]> {
  const config = await configOf(content).catch((reason: unknown) => reason);
  return (config as { sentences: string[] }).sentences;
}

const twoUpstreams = {
  api: {
    servers: ['http://10.0.0.1:3000', { url: 'http://10.0.0.2:3000', weight: 3 }],
    balance: 'least-open',
  },
  files: { servers: ['https://files.internal'], healthCheck: { path: '/healthz' } },
};

describe('a configuration file', () => {
  it('names upstreams, and routes to them by host and path with a strategy for each', async () => {
    const config = await configOf({
      listen: ['127.0.0.1:9000', { address: '[::]:9443', tls: { certFile: 'cert.pem', keyFile: 'key.pem' } }],
      strategy: '@millrace/chunk-queue',
      upstreams: twoUpstreams,
      routes: [
        { upstream: 'api' },
        { path: '/files/', upstream: 'files', strategy: '@millrace/ring-buffer', highWaterMark: 1_000_000 },
        { host: '*.Example', upstream: 'files' },
        { host: 'a.example', path: '/x', upstream: 'api', keepsHost: true },
      ],
      trustedPeers: ['10.0.0.0/8'],
    });
    expect(config.listen[1]).toEqual({
      address: { host: '::', port: 9443 },
      tls: { certFile: 'cert.pem', keyFile: 'key.pem' },
      place: 'listen[1]',
    });
    expect(config.upstreams.get('api')).toMatchObject({
      servers: [{ weight: 1 }, { url: new URL('http://10.0.0.2:3000'), weight: 3 }],
      balance: 'least-open',
    });
    expect(config.upstreams.get('files')?.healthCheck).toEqual({
      path: '/healthz',
      intervalMs: 5000,
      timeoutMs: 2000,
      rise: 2,
      fall: 3,
    });
    // The most specific first.
    expect(config.routes).toMatchObject([
      { host: 'a.example', path: '/x', upstream: 'api', keepsHost: true },
      { host: '*.example', path: '/', upstream: 'files' },
      {
        path: '/files/',
        upstream: 'files',
        strategy: '@millrace/ring-buffer',
        highWaterMark: 1_000_000,
        lowWaterMark: 500_000,
      },
      { path: '/', upstream: 'api', strategy: '@millrace/chunk-queue', highWaterMark: 65_536 },
    ]);
  });

  it('may be an ES module, which is evaluated anew each time', async () => {
    const file = ownFile('proxy.mjs', "export default { upstream: 'http://127.0.0.1:' + (3000 + 1) };");
    const origin = async (): Promise<string | undefined> => {
      const invocation = await readConfig(['--config', file], {});
      return invocation.kind === 'run'
        ? invocation.config.upstreams.get('default')?.servers[0]?.url.origin
        : undefined;
    };
    expect(await origin()).toBe('http://127.0.0.1:3001');
    await writeFile(file, "export default { upstream: 'http://127.0.0.1:3002' };");
    expect(await origin()).toBe('http://127.0.0.1:3002');
  });

  it('is named by a variable as well, and files in it are named from its folder', async () => {
    const file = ownFile('proxy.json', '{"workers": 3}');
    const invocation = await readConfig([], { MILLRACE_CONFIG: file });
    expect(invocation).toMatchObject({ config: { workers: 3, baseDirectory: join(file, '..') } });
  });

  it('names the access log from its folder, and flags and variables name from where the proxy is started', async () => {
    const file = ownFile('proxy.json', '{"accessLog": "logs/access.log", "strategy": "./a.mjs"}');
    const configWith = async (...flags: string[]): Promise<unknown> => {
      const invocation = await readConfig(['--config', file, ...flags], {});
      return (invocation as { config?: ProxyConfig }).config;
    };
    const folder = join(file, '..');
    expect(await configWith()).toMatchObject({
      accessLog: join(folder, 'logs', 'access.log'),
      strategy: './a.mjs',
      baseDirectory: folder,
    });
    expect(await configWith('--access-log', 'here.log', '--strategy', './b.mjs')).toMatchObject({
      accessLog: resolve('here.log'),
      strategy: resolve('b.mjs'),
    });
    expect(await configWith('--access-log', '-', '--strategy', 'a-package')).toMatchObject({
      accessLog: '-',
      strategy: 'a-package',
    });
    const variable = await readConfig(['--config', file], { MILLRACE_ACCESS_LOG: 'there.log' });
    expect(variable).toMatchObject({ config: { accessLog: resolve('there.log') } });
    await expect(configWith('--access-log', ' ')).rejects.toThrow('--access-log is " "; it must be a file');
  });

  it.each([
    ['/var/log/access.log', '/var/log/access.log'],
    ['-', '-'],
  ])('leaves an access log be that is %s', async (accessLog, expected) => {
    expect((await configOf({ accessLog })).accessLog).toBe(expected);
  });

  it('is overruled by flags, and by variables', async () => {
    const file = ownFile('proxy.json', '{"listen": "1000", "workers": 3, "strategy": "a"}');
    const invocation = await readConfig(['--config', file, '--listen', '1001'], { MILLRACE_WORKERS: '4' });
    expect(invocation).toMatchObject({
      config: { listen: [{ address: { port: 1001 } }], workers: 4, strategy: 'a' },
    });
  });

  it('gives way to --upstream with all its upstreams and routes', async () => {
    const content = {
      upstreams: twoUpstreams,
      routes: [{ upstream: 'api' }, { path: '/f', upstream: 'files' }],
    };
    const config = await configOf(content, '--upstream', 'http://127.0.0.1:1');
    expect([...config.upstreams.keys()]).toEqual(['default']);
    expect(config.routes).toMatchObject([{ path: '/', upstream: 'default' }]);
  });

  it('tells all mistakes at once, a sentence for each, by their places', async () => {
    expect(
      await mistakesIn({
        listen: [{ address: 'a' }, 5, { address: '1:1', tls: { certFile: 'a' } }],
        highWaterMark: '5',
        upstreams: {
          a: { servers: [] },
          b: { servers: ['x', { url: 'http://a', weight: 0 }], balance: 'x' },
        },
        routes: [{ upstream: 'a', path: 'x', foo: 1 }],
        trustedPeers: ['a'],
        limits: { memoryBytes: 1 },
        listne: 1,
      }),
    ).toEqual([
      'listen[0].address is "a"; it must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535.',
      'listen[1] is 5; it must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080, with a port from 0 to 65535.',
      'listen[2].tls.keyFile is missing; it must be the file of its private key, in PEM.',
      'highWaterMark is "5"; it must be a whole number of bytes, from 1 to 1073741824.',
      'upstreams.a.servers is an empty list; it must name at least one server.',
      'upstreams.b.servers[0] is "x"; it must be http://HOST:PORT or https://HOST:PORT.',
      'upstreams.b.servers[1].weight is 0; it must be a whole number of shares, from 1 to 1000.',
      'upstreams.b.balance is "x"; it must be "round-robin" or "least-open".',
      'routes[0].path is "x"; it must be a path that begins with /.',
      'routes[0].foo is not known; known are host, path, upstream, strategy, highWaterMark, lowWaterMark, keepsHost.',
      'trustedPeers[0] is "a"; it must be a range of addresses, as 10.0.0.0/8, fd00::/8 or 192.0.2.1.',
      'limits.memoryBytes is 1; it must be a whole number of bytes, from 65536 to 9007199254740991.',
      'listne is not known; did you mean listen?',
    ]);
  });

  it.each([
    [{ routes: [{ upstreem: 'a' }] }, 'routes[0].upstreem is not known; did you mean upstream?'],
    [{ listen: [{ adress: ':1' }] }, 'listen[0].adress is not known; did you mean address?'],
    [{ limits: { idleTimeout: 5 } }, 'limits.idleTimeout is not known; did you mean idleTimeoutMs?'],
    [
      { upstreams: { a: { servers: ['http://a'], breaker: { failuers: 5 } } } },
      'upstreams.a.breaker.failuers is not known; did you mean failures?',
    ],
    [
      { upstreams: { a: { servers: [{ url: 'http://a', wieght: 5 }] } } },
      'upstreams.a.servers[0].wieght is not known; did you mean weight?',
    ],
    [{ WaterMark: 5 }, 'WaterMark is not known; did you mean lowWaterMark?'],
  ])('says what a name that is not known was meant to be: %j', async (content, sentence) => {
    expect(await mistakesIn(content)).toContain(sentence);
  });

  it.each([
    [[], ['The configuration is an empty list; it must be an object.']],
    [
      { upstream: 'http://a', upstreams: { x: { servers: ['http://b'] } } },
      ['upstream stands beside upstreams or routes; it must stand alone.'],
    ],
    [{ upstreams: twoUpstreams }, ['There are 2 upstreams and no routes; each must be named in a route.']],
    [
      { upstreams: twoUpstreams, routes: [{ upstream: 'apo', lowWaterMark: 70_000 }] },
      [
        'routes[0].lowWaterMark is 70000; it must be a whole number of bytes below the high-water mark, from 0 to 65535.',
        'routes[0].upstream is "apo"; it must be one of api, files.',
      ],
    ],
    [
      { listen: '127.0.0.1:81', upstreams: { a: { servers: ['http://127.0.0.1:81'] } } },
      ['upstreams.a is http://127.0.0.1:81, where the proxy itself is to listen.'],
    ],
    [
      { upstreams: { a: { servers: ['http://me:secret@b'] } } },
      [
        'upstreams.a.servers[0] carries a user name or password; it must be http://HOST:PORT or https://HOST:PORT, without credentials.',
      ],
    ],
    [
      { workers: 2, accessLog: '/dev/fd/3' },
      [
        'accessLog is "/dev/fd/3", which workers do not get; it must be a file of a name of its own, or workers 1.',
      ],
    ],
  ])('is refused when its parts do not go together: %j', async (content, sentences) => {
    expect(await mistakesIn(content)).toEqual(sentences);
  });

  it('is refused with the reason when it cannot be read', async () => {
    for (const [file, why] of [
      ['/no/such/proxy.json', 'there is no such file'],
      ['/no/such/proxy.mjs', 'there is no such file'],
      [tmpdir(), 'it is a folder'],
    ] as const) {
      await expect(readConfig(['--config', file], {})).rejects.toMatchObject({
        name: 'ConfigError',
        message: `${file} cannot be read: ${why}.`,
      });
    }
    const broken = ownFile('proxy.json', '{');
    await expect(readConfig(['--config', broken], {})).rejects.toThrow(`${broken} is no JSON: `);
    const throwing = ownFile('proxy.mjs', "throw new Error('not today')");
    await expect(readConfig(['--config', throwing], {})).rejects.toThrow(
      `${throwing} cannot be read: not today.`,
    );
    // Of what it reads itself, the module says what is missing: it is there.
    const missing = ownFile('proxy.mjs', "import { readFileSync } from 'node:fs'; readFileSync('/no/such');");
    await expect(readConfig(['--config', missing], {})).rejects.toThrow(
      `${missing} cannot be read: ENOENT: no such file or directory, open '/no/such'.`,
    );
    const throwingNothing = ownFile('proxy.mjs', 'throw null');
    await expect(readConfig(['--config', throwingNothing], {})).rejects.toThrow(
      `${throwingNothing} cannot be read: null.`,
    );
    const empty = ownFile('proxy.mjs', '');
    await expect(readConfig(['--config', empty], {})).rejects.toThrow(
      `${empty} has no default export, which must be the configuration.`,
    );
  });

  it('has a JSON schema, which is the one that is published', async () => {
    const published: unknown = JSON.parse(
      await readFile(new URL('../config.schema.json', import.meta.url), 'utf8'),
    );
    expect(published).toEqual(configJsonSchema());
  });
});
