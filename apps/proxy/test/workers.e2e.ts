import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { get } from './download.ts';
import { httpServer } from './http-server.ts';
import { runInBackground, runInCluster, runProxy, runToExit, type RunningProxy } from './run-proxy.ts';
import { until } from './until.ts';

/** The processes below one, by Linux. */
function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

async function metric(proxy: RunningProxy, name: string): Promise<number> {
  const text = await (await fetch(`${proxy.adminUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** One request on a connection of its own, so that the system may give it to any worker. */
async function request(url: string): Promise<string> {
  return (await fetch(url, { headers: { connection: 'close' } })).text();
}

describe.skipIf(process.platform !== 'linux')('several workers', () => {
  it('share a socket, and are counted, told and drained as one', async () => {
    const upstream = await httpServer((_, response) => void response.end('ok'));
    const proxy = await runProxy('--upstream', upstream.origin, '--workers', '3');
    expect(childrenOf(proxy.process.pid)).toHaveLength(3);
    for (let sent = 0; sent < 30; sent += 1) expect(await request(proxy.url)).toBe('ok');
    await until(async () => (await metric(proxy, 'millrace_exchanges_total')) === 30);
    await until(async () => (await proxy.snapshot()).outcomes.responses.ended === 30);
    expect(await metric(proxy, 'millrace_memory_budget_bytes')).toBeGreaterThanOrEqual(268_435_456);

    const order = { method: 'POST', body: '{"strategy":"@millrace/chunk-queue"}' };
    expect((await fetch(`${proxy.adminUrl}/strategy`, order)).status).toBe(204);
    await until(async () => (await proxy.snapshot()).strategy === '@millrace/chunk-queue');
    const bad = { method: 'POST', body: '{"strategy":"@millrace/no-such-buffer"}' };
    expect((await fetch(`${proxy.adminUrl}/strategy`, bad)).status).toBe(400);

    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('are told to take little memory, as the process that was started is', async () => {
    const proxy = await runProxy('--workers', '2');
    for (const pid of [proxy.process.pid, ...childrenOf(proxy.process.pid)]) {
      const flags = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      expect(flags.slice(1, 4)).toEqual([
        '--max-semi-space-size=8',
        '--no-maglev',
        '--no-allocation-site-pretenuring',
      ]);
      expect(readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')).toContain('MALLOC_ARENA_MAX=1');
    }
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('are replaced when they die', async () => {
    const upstream = await httpServer((_, response) => void response.end('ok'));
    const proxy = await runProxy('--upstream', upstream.origin, '--workers', '2');
    const [first = 0, second = 0] = childrenOf(proxy.process.pid);
    process.kill(first, 'SIGKILL');
    await proxy.says('a worker has exited (SIGKILL); another one takes its place.');
    await until(async () => {
      // The other one answers meanwhile; and a new process takes longer to come up than many turns of this one.
      expect(await request(proxy.url)).toBe('ok');
      const children = childrenOf(proxy.process.pid);
      return children.length === 2 && !children.includes(first) && children.includes(second);
    });
    for (let sent = 0; sent < 6; sent += 1) expect(await request(proxy.url)).toBe('ok');
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 0 });
  });

  it('do not take the proxy with them when they die, however much is asked of them just then', async () => {
    const upstream = await httpServer((_, response) => void response.end('ok'));
    const proxy = await runProxy('--upstream', upstream.origin, '--workers', '3');
    let isOver = false;
    const looks = Array.from({ length: 4 }, async () => {
      while (!isOver) await proxy.snapshot();
    });
    // All but one, which keeps the port that the system has picked.
    for (const pid of childrenOf(proxy.process.pid).slice(1)) process.kill(pid, 'SIGKILL');
    await until(async () => {
      expect(await request(proxy.url).catch(() => 'broken off')).toMatch(/^(?:ok|broken off)$/);
      return childrenOf(proxy.process.pid).length === 3;
    });
    isOver = true;
    await Promise.all(looks);
    proxy.process.kill('SIGTERM');
    expect(await proxy.exited).toMatchObject({ code: 0 });
  });

  it('drain though one of them dies, and the exit code says that something was lost', async () => {
    const finish: (() => void)[] = [];
    const upstream = await httpServer((_, response) => {
      response.write('begun, ');
      finish.push(() => void response.end('finished'));
    });
    const proxy = await runProxy('--upstream', upstream.origin, '--workers', '2');
    const bodies = await Promise.all(Array.from({ length: 12 }, () => get(proxy.url)));
    await until(() => finish.length === 12);
    proxy.process.kill('SIGTERM');
    await until(async () => (await fetch(`${proxy.adminUrl}/readyz`)).status === 503);
    process.kill(childrenOf(proxy.process.pid)[0] ?? 0, 'SIGKILL');
    await proxy.says('a worker has died while it drained');
    for (const end of finish) end();
    const ends = bodies.map(async (body) => (await body.toArray()).join(''));
    const whole = (await Promise.allSettled(ends)).filter(({ status }) => status === 'fulfilled');
    for (const end of whole) expect(end).toMatchObject({ value: 'begun, finished' });
    expect(await proxy.exited).toMatchObject({ code: 1 });
  });

  it('hear of a reload that is asked for while they start', async () => {
    const { child, output, says, exited } = runInBackground(
      '--workers',
      '3',
      '--listen',
      '127.0.0.1:0',
      '--admin-listen',
      '127.0.0.1:0',
    );
    // As soon as there is one; the process that Node starts first has none.
    await until(() => childrenOf(child.pid ?? 0).length > 0, 10_000_000);
    child.kill('SIGHUP');
    await says('SIGHUP: the new configuration is for all new requests');
    await until(() => output().includes('listens at'));
    child.kill('SIGTERM');
    expect(await exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('let open bodies finish', async () => {
    let finish = (): void => {};
    const upstream = await httpServer((_, response) => {
      response.write('begun, ');
      finish = () => void response.end('finished');
    });
    const proxy = await runProxy('--upstream', upstream.origin, '--workers', '2');
    const body = await get(proxy.url);
    await once(body, 'data');
    proxy.process.kill('SIGTERM');
    await until(async () => (await fetch(`${proxy.adminUrl}/readyz`)).status === 503);
    finish();
    expect((await body.toArray()).join('')).toBe('finished');
    expect(await proxy.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('say what is wrong when they cannot start, and none stays', async () => {
    const { code, stderr } = await runToExit('--workers', '2', '--strategy', '@millrace/no-such-buffer');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'millrace-proxy: --strategy is "@millrace/no-such-buffer": Strategy @millrace/no-such-buffer is not installed',
    );
  });
});

describe("a worker of somebody else's cluster", () => {
  it('is a whole proxy, and stops when it is told to', async () => {
    const { child, output, says, exited } = runInCluster(
      '--listen',
      '127.0.0.1:0',
      '--admin-listen',
      '127.0.0.1:0',
    );
    await says('lets open bodies finish');
    const url = /listens at (\S+)/.exec(output())?.[1] ?? '';
    expect(await (await fetch(`${url}/json`)).json()).toMatchObject({ millrace: true });
    child.kill('SIGTERM');
    expect(await exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('says that it can have no workers of its own', async () => {
    const { exited } = runInCluster('--workers', '2');
    expect(await exited).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'workers is 2, but this process is a worker of another cluster already',
      ),
    });
  });
});
