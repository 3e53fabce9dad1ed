import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { otherTlsCertificate, tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { ConfigError } from '../src/config/config-error.ts';
import type { ConfigInput } from '../src/config/config-schema.ts';
import { readConfig, type ProxyConfig } from '../src/config/config.ts';
import { ProxyProcess } from '../src/run/proxy-process.ts';
import { ownFolder } from './own-folder.ts';

/** The sentences that a proxy does not start with, whose configuration is in a file beside others. */
async function mistakesOf(
  input: ConfigInput,
  files: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<readonly string[]> {
  const folder = ownFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const file = join(folder, 'proxy.json');
  writeFileSync(
    file,
    JSON.stringify({ adminListen: '127.0.0.1:0', upstream: 'http://127.0.0.1:1', ...input }),
  );
  const { config } = (await readConfig(['--config', file, ...flags], {})) as { config: ProxyConfig };
  const started: unknown = await ProxyProcess.start(config).then(
    (proxy) => proxy.drain(0),
    (reason: unknown) => reason,
  );
  return started instanceof ConfigError ? started.sentences : [];
}

const { key, cert } = tlsCertificate;
const address = '127.0.0.1:0';

describe('a file of a listener', () => {
  const tls = { certFile: 'cert.pem', keyFile: 'key.pem' };

  it.each([
    [
      'is not there',
      {},
      ['certFile is "cert.pem"; there is no such file.', 'keyFile is "key.pem"; there is no such file.'],
    ],
    [
      'holds no certificate',
      { 'cert.pem': key, 'key.pem': key },
      ['certFile is "cert.pem"; it holds no certificate in PEM.'],
    ],
    [
      'holds the key of another certificate',
      { 'cert.pem': cert, 'key.pem': otherTlsCertificate.key },
      ['keyFile is "key.pem"; it is not the key of the certificate in "cert.pem".'],
    ],
  ])('that %s is named by its place', async (_, files, ends) => {
    const sentences = await mistakesOf({ listen: [address, { address, tls }] }, files);
    expect(sentences).toEqual(ends.map((end) => `listen[1].tls.${end}`));
  });

  it('that holds no key is named by its place', async () => {
    const sentences = await mistakesOf({ listen: { address, tls } }, { 'cert.pem': cert, 'key.pem': cert });
    expect(sentences).toEqual([
      expect.stringMatching(
        /^listen\.tls\.keyFile is "key\.pem"; it holds no key in PEM that can be read: .+\.$/,
      ),
    ]);
  });

  it('may hold the key beside the certificate', async () => {
    const both = { certFile: 'both.pem', keyFile: 'both.pem' };
    const listen = { address, tls: both };
    expect(await mistakesOf({ listen }, { 'both.pem': `${cert}\n${key}` })).toEqual([]);
    expect(await mistakesOf({ listen }, { 'both.pem': `${key}\n${cert}` })).toEqual([]);
  });
});

describe('a strategy that cannot be had', () => {
  const routes = [
    { upstream: 'default' },
    { upstream: 'default', path: '/long', strategy: '@millrace/none' },
  ];
  const upstreams = { default: { servers: ['http://127.0.0.1:1'] } };
  const input = { listen: address, upstream: undefined, upstreams, routes } as ConfigInput;
  const NOT_INSTALLED =
    'routes[1].strategy is "@millrace/none": Strategy @millrace/none is not installed: run "npm install @millrace/none".';

  it('is named by its place, each place with a sentence of its own', async () => {
    expect(await mistakesOf({ ...input, strategy: './none.mjs' })).toEqual([
      'strategy is "./none.mjs"; there is no such file.',
      NOT_INSTALLED,
    ]);
  });

  it('is a file where its path begins with a dot, and so is told how to write it', async () => {
    expect(await mistakesOf({ listen: address, strategy: 'mine.mjs' }, { 'mine.mjs': '' })).toEqual([
      'strategy is "mine.mjs"; for the file of that name write "./mine.mjs".',
    ]);
  });

  it('is named by its flag, and by what it exports', async () => {
    const sentences = await mistakesOf(input, {}, ['--strategy', 'node:path']);
    expect(sentences).toEqual([
      expect.stringMatching(/^--strategy is "node:path": The default export of node:path .+\.$/),
      NOT_INSTALLED,
    ]);
  });
});
