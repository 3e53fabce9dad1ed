import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { packFamily } from '@millrace/checks/packed-family';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareConsumer } from '../src/consumer.ts';
import type { Consumer } from '../src/consumer.ts';
import { engines } from '../src/engine.ts';
import type { Grade } from '../src/engine.ts';
import { fetchedBefore } from '../src/fetch-package.ts';
import { gradeInProcess } from '../src/in-process.ts';
import { strategies } from '../src/strategies.ts';

let consumer: Consumer;

beforeAll(async () => {
  const family = packFamily();
  consumer = await prepareConsumer(family.consumer);
  return () => family[Symbol.dispose]();
});

async function digestsOn(grade: Grade): Promise<readonly string[]> {
  const digests: string[] = [];
  for (const strategy of strategies)
    digests.push(`${strategy} ${(await grade(consumer, strategy, 'digest')).digest}`);
  return digests;
}

function inProcess(executable: string): Grade {
  return (to, strategy, mode) => gradeInProcess({ executable, args: [] }, to, strategy, mode);
}

let own: Promise<readonly string[]> | undefined;
/** Of the Node that runs the tests: what every other engine is held to. */
function ownDigests(): Promise<readonly string[]> {
  own ??= digestsOn(inProcess(process.execPath));
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
    else expect(await digestsOn(inProcess(machine))).toEqual(await ownDigests());
  });

  for (const { label, open } of engines) {
    it(`behave alike on ${label}`, async ({ skip }) => {
      const opened = open(fetchedBefore);
      if ('missing' in opened) skip(opened.missing);
      else expect(await digestsOn(opened.grade)).toEqual(await ownDigests());
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
