import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { packFamily } from '@millrace/checks/packed-family';
import type { PackedFamily } from '@millrace/checks/packed-family';
import { beforeAll, describe, expect, it } from 'vitest';
import { fetchedBefore } from '../src/fetch-package.ts';
import { prepareConsumer, runOn } from '../src/run-on.ts';
import { runtimes } from '../src/runtime.ts';

const strategies = ['@millrace/copy-on-yield', '@millrace/ring-buffer', '@millrace/chunk-queue'];
let family: PackedFamily;

beforeAll(() => {
  family = packFamily();
  prepareConsumer(family.consumer);
  return () => family[Symbol.dispose]();
});

async function digestsOn(executable: string, args: readonly string[] = []): Promise<readonly string[]> {
  const { consumer } = family;
  const gradings = await runOn({ executable, args, consumer, profile: 'digest', strategies });
  return gradings.map(({ strategy, digest }) => `${strategy} ${digest}`);
}

let own: Promise<readonly string[]> | undefined;
/** Of the Node that runs the tests: what every other runtime is held to. */
function ownDigests(): Promise<readonly string[]> {
  own ??= digestsOn(process.execPath);
  return own;
}

describe('the packed packages', () => {
  it('behave in three ways with three strategies', async () => {
    const digests = await ownDigests();
    expect(digests.length).toBe(3);
    expect(new Set(digests.map((line) => line.split(' ')[1])).size).toBe(3);
  });

  it('behave alike on the machine’s own Node', async ({ skip }) => {
    const machine = machineNode();
    if (machine === undefined) skip('this machine has no Node of its own');
    else expect(await digestsOn(machine)).toEqual(await ownDigests());
  });

  for (const runtime of runtimes) {
    it(`behave alike on ${runtime.label}`, async ({ skip }) => {
      const fetched = fetchedBefore(runtime);
      if ('missing' in fetched) skip(fetched.missing);
      else expect(await digestsOn(fetched.executable, runtime.args)).toEqual(await ownDigests());
    });
  }
});

/** The first Node in PATH that no node_modules brought, unless it is older than what the packages ask for. */
function machineNode(): string | undefined {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.split(sep).includes('node_modules'))
    .map((folder) => join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
    .find((candidate) => existsSync(candidate));
  if (path === undefined || path === process.execPath) return undefined;
  const version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  return Number(version.split('.')[0]) >= 20 ? path : undefined;
}
