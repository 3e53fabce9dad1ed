import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError } from '../src/config/config-error.ts';
import type { ClientRequest } from '../src/listener/client-request.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { AccessLog, accessLogEntry } from '../src/watch/access-log.ts';
import { clientRequest } from './client-request.ts';
import { ownFolder } from './own-folder.ts';
import { until } from './until.ts';

function outcome(target: string): ExchangeOutcome {
  return {
    request: clientRequest({ target }),
    result: 'whole',
    status: 200,
    brokenBy: undefined,
    reason: undefined,
    upstream: undefined,
    startedAtMs: 0,
    answeredAfterMs: 1,
    durationMs: 2,
    requestBody: undefined,
    responseBody: undefined,
  };
}

const unexpected = (sentence: string): never => expect.fail(sentence);

async function targetsIn(file: string): Promise<unknown[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { target: unknown }).target);
}

describe('the access log', () => {
  it('goes on in a new file when it is opened again, and loses no line', async () => {
    const file = join(ownFolder(), 'access.log');
    const log = await AccessLog.open(file, unexpected);
    log.write(outcome('/1'));
    await rename(file, `${file}.1`);
    await log.reopen();
    log.write(outcome('/2'));
    await log.close();
    expect([await targetsIn(`${file}.1`), await targetsIn(file)]).toEqual([['/1'], ['/2']]);
  });

  it('goes on in the old file when it cannot be opened again', async () => {
    const folder = join(ownFolder(), 'logs');
    const log = await AccessLog.open(join(folder, 'access.log'), unexpected);
    await rename(folder, `${folder}.1`);
    await writeFile(folder, 'a file where the folder was');
    await expect(log.reopen()).rejects.toThrow(ConfigError);
    log.write(outcome('/1'));
    await rm(folder);
    await log.reopen();
    log.write(outcome('/2'));
    await log.close();
    expect(await targetsIn(join(`${folder}.1`, 'access.log'))).toEqual(['/1']);
    expect(await targetsIn(join(folder, 'access.log'))).toEqual(['/2']);
  });

  it('names the host that was asked for, over HTTP/2 by its pseudo header', () => {
    const hostIn = (request: Partial<ClientRequest>): unknown =>
      accessLogEntry({ ...outcome('/'), request: clientRequest(request) }).host;
    expect(hostIn({ rawHeaders: ['Host', 'a.example'], authority: undefined })).toBe('a.example');
    expect(hostIn({ rawHeaders: [], authority: 'b.example', httpVersion: '2.0' })).toBe('b.example');
  });

  it.skipIf(process.platform === 'win32')('leaves no pipe open whose reader has gone', async () => {
    const pipe = join(ownFolder(), 'pipe');
    spawnSync('mkfifo', [pipe]);
    // A process, since a read of a pipe takes a thread of this one for as long as nothing comes.
    const reader = (): ChildProcess => {
      const process = spawn('cat', [pipe], { stdio: 'ignore' });
      onTestFinished(() => void process.kill());
      return process;
    };
    const first = reader();
    const problems: string[] = [];
    const log = await AccessLog.open(pipe, (sentence) => problems.push(sentence));
    first.kill();
    await once(first, 'close');
    log.write(outcome('/lost'));
    await until(() => problems.length > 0);
    expect(problems[0]).toMatch(/nobody reads it any more/);
    const ended = once(reader(), 'close');
    await log.reopen();
    await log.close();
    // At the end, which comes when nobody has it open for writing.
    expect(await ended).toEqual([0, null]);
  });

  it.skipIf(process.platform !== 'linux')('is closed though nothing can be written', async () => {
    const log = await AccessLog.open('/dev/full', () => {});
    log.write(outcome('/1'));
    await expect(log.close()).resolves.toBeUndefined();
    expect(() => log.write(outcome('/2'))).not.toThrow();
  });
});
