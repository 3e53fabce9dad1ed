import { machineNode, satisfies } from '@millrace/checks/node-versions';
import { packFamily } from '@millrace/checks/packed-family';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareConsumer } from '../src/consumer.ts';
import type { Consumer } from '../src/consumer.ts';
import { engines } from '../src/engine.ts';
import type { Grade } from '../src/engine.ts';
import { fetchedBefore } from '../src/fetch-package.ts';
import { gradeInProcess, readConnections } from '../src/in-process.ts';
import { runtimes } from '../src/runtime.ts';
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
    else if (!satisfies(machine.version, '>=20.19')) skip(`the machine’s Node is ${machine.version}`);
    else expect(await digestsOn(inProcess(machine.path))).toEqual(await ownDigests());
  });

  for (const { label, open } of engines) {
    it(`behave alike on ${label}`, async ({ skip }) => {
      const opened = open(fetchedBefore);
      if ('missing' in opened) skip(opened.missing);
      else expect(await digestsOn(opened.grade)).toEqual(await ownDigests());
    });
  }
});

/** Old Nodes say `end` of a socket that was reset, and all of them of the body that it cuts off. */
describe('what a reset cuts off [P3]', () => {
  const truth = {
    'an ended socket': 'whole',
    'a reset socket': 'cut off',
    'an ended response': 'whole',
    'a reset response': 'cut off',
  };
  const readOn = (executable: string, args: readonly string[] = []) =>
    readConnections({ executable, args }, consumer);

  it('is not whole', async () => {
    expect(await readOn(process.execPath)).toEqual(truth);
  });

  it('is not whole on the machine’s own Node', async ({ skip }) => {
    const machine = machineNode();
    if (machine === undefined) skip('this machine has no Node of its own');
    else if (!satisfies(machine.version, '>=20.19')) skip(`the machine’s Node is ${machine.version}`);
    else expect(await readOn(machine.path)).toEqual(truth);
  });

  for (const runtime of runtimes) {
    it(`is not whole on ${runtime.label}`, async ({ skip }) => {
      const fetched = fetchedBefore(runtime);
      if ('missing' in fetched) skip(fetched.missing);
      else expect(await readOn(fetched.executable, runtime.args)).toEqual(truth);
    });
  }
});
