import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runTests } from '../bindings/test-runners.ts';
import { runCommand } from './run-command.ts';

/** Inside the package, so that what is written there finds its imports. */
function temporaryFolder(): string {
  const reports = fileURLToPath(new URL('../../reports/', import.meta.url));
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(join(reports, 'command-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const schema = JSON.parse(
  readFileSync(new URL('../../report.schema.json', import.meta.url), 'utf8'),
) as object;

describe('a conformant subject', () => {
  it('is printed with one line a law, and the command ends with 0', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['./sound-store.ts', '--law', 'S1,P3']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^growing \(\.\/sound-store\.ts\)\n {2}✓ S1 {2}order and content .* checks\n {2}✓ P3 /,
    );
    expect(stdout).toMatch(/conformant: 2 pass; [\d ]+ distinct schedules\n/);
  });

  it('does not keep the command from ending, whatever it has left running', async () => {
    const { exitCode, stdout } = await runCommand(['./keeps-running.ts', '--law', 'S1']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('conformant: 1 pass')]);
  });

  it('is graded with a pipe of its own, and unclaimed laws read so', async () => {
    const { exitCode, stdout } = await runCommand([
      './plain-pipe.ts',
      '--law',
      'P1,P3,P7',
      '--reporter',
      'json',
    ]);
    const [subject] = (JSON.parse(stdout) as { subjects: { name: string; laws: object[] }[] }).subjects;
    expect(exitCode).toBe(0);
    expect(subject?.name).toBe('./plain-pipe.ts');
    expect(subject?.laws).toMatchObject([
      { id: 'P1', status: 'pass' },
      { id: 'P3', status: 'pass' },
      { id: 'P7', status: 'not-claimed' },
    ]);
  });
});

describe('a subject that breaks a law', () => {
  it('ends the command with 1, shows the calls, and a code that replays them', async () => {
    const { exitCode, stdout } = await runCommand(['./forgetful-store.ts', '--law', 'S1']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('✗ S1  order and content');
    const [, code = ''] = /--replay '([^']+)'/.exec(stdout) ?? [];
    const again = await runCommand(['./forgetful-store.ts', '--replay', code]);
    expect(again.exitCode).toBe(1);
    expect(again.stdout).toMatch(/put\(3 bytes, .*<< /s);
    expect(again.stdout).toMatch(/S1 fail .*\n +expected .*\n +got /);
    expect((await runCommand(['./sound-store.ts', '--replay', code])).exitCode).toBe(0);
  });

  it('is the last one to be looked at, if that is wished', async () => {
    const { exitCode, stdout } = await runCommand(['./forgetful-store.ts', '--law', 'S1,S4', '--bail']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('violations: 1 fail; ');
    expect(stdout).not.toContain(' S4 ');
  });

  it('becomes a regression test that fails as it does, and names the reason', async () => {
    const folder = temporaryFolder();
    const { stderr } = await runCommand(['./forgetful-store.ts', '--law', 'S1', '--emit-test', folder]);
    const [file = ''] = readdirSync(folder);
    expect(file).toBe('forgetful-store-S1.test.mjs');
    expect(stderr).toContain(file);
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toMatch(/^\/\/ S1 of the contract was broken here by forgetful/);
    // The package is not installed in itself, so the name it would be imported by is given a path here.
    const source = new URL('../../src/index.ts', import.meta.url).href;
    const code = text.replace("'@millrace/conformance'", JSON.stringify(source));
    writeFileSync(join(folder, file), code);
    const failed = await runTests(process.execPath, ['--test', '--test-reporter=tap', join(folder, file)]);
    expect(failed.exitCode).toBe(1);
    expect(failed.output).toMatch(/not ok 1 - \[S1\] order and content are exact/);
    expect(failed.output).toContain('Expected take to give 1 byte, got 0 (replay S1.');
    writeFileSync(join(folder, file), code.replaceAll('forgetful-store.ts', 'sound-store.ts'));
    const mended = await runTests(process.execPath, ['--test', '--test-reporter=tap', join(folder, file)]);
    expect([mended.exitCode, mended.output]).toEqual([0, expect.stringContaining('\nok 1 - [S1]')]);
  });

  it('has a regression test of its own, which no other subject and no second run doubles or replaces', async () => {
    const folder = temporaryFolder();
    const emit = async (...specifiers: readonly string[]): Promise<readonly string[]> => {
      await runCommand([...specifiers, '--law', 'S1', '--emit-test', join(folder, 'tests')]);
      return readdirSync(join(folder, 'tests')).toSorted();
    };
    // They read the same but for what no file can be called.
    const [one, other] = [join(folder, 'a-store.ts'), join(folder, 'a', 'store.ts')];
    const source = new URL('subjects/forgetful-store.ts', import.meta.url).href;
    mkdirSync(join(folder, 'a'));
    for (const file of [one, other])
      writeFileSync(file, `export { default } from ${JSON.stringify(source)};\n`);
    const files = await emit(one, other);
    expect(files).toEqual([
      expect.stringMatching(/-a-store-S1-2\.test\.mjs$/),
      expect.stringMatching(/-a-store-S1\.test\.mjs$/),
    ]);
    const imported = files.map(
      (file) => /import strategy from "(.*)"/.exec(readFileSync(join(folder, 'tests', file), 'utf8'))?.[1],
    );
    expect(imported).toEqual(['../a/store.ts', '../a-store.ts']);
    expect(await emit(other, one)).toEqual(files);
  });

  it.each([
    ['./no-store-to-give.ts', 'S1', 'createStore to make a store', 'Error: none today thrown'],
    ['./no-pipe-to-give.ts', 'P1', 'createPipe to make a pipe', 'has no writer and reader thrown'],
  ])('is %s, which has nothing to give', async (specifier, law, expected, got) => {
    const { exitCode, stdout } = await runCommand([specifier, '--law', law]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`expected +${expected}\\n +got .*${got}`));
  });

  it('may be a known failure, with its reason', async () => {
    const folder = temporaryFolder();
    const known = join(folder, 'known.json');
    writeFileSync(known, '{ "S1": "issue 7" }');
    const broken = await runCommand(['./forgetful-store.ts', '--law', 'S1', '--known-failures', known]);
    expect([broken.exitCode, broken.stdout]).toEqual([0, expect.stringContaining('known-failure: issue 7')]);
    const mended = await runCommand(['./sound-store.ts', '--law', 'S1', '--known-failures', known]);
    expect([mended.exitCode, mended.stdout]).toEqual([1, expect.stringContaining('unexpected-pass')]);
    writeFileSync(known, '{ "S99": "issue 7" }');
    expect(await runCommand(['./sound-store.ts', '--known-failures', known])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('there is no law "S99"') as unknown,
    });
  });
});

describe('what cannot be graded', () => {
  it.each([
    ['./missing.ts', /There is no file .*missing\.ts/],
    [
      'no-such-package',
      /There is no package no-such-package, looked for in node_modules from \S+subjects\/? upwards and from \S+command-line upwards: install it \("npm install --save-dev no-such-package"\), or bring it along \("npx -p @millrace\/conformance -p no-such-package millrace-conformance no-such-package"\), or name a file/,
    ],
    [
      'sound-store.ts',
      /^\S+ There is no package sound-store\.ts; for the file of that name write \.\/sound-store\.ts$/m,
    ],
    ['@no-such/package/door', /-p @no-such\/package millrace-conformance @no-such\/package\/door"/],
    ['./throws.ts', /\.\/throws\.ts does not load: it broke while loading/],
    ['./no-strategy.ts', /default export of \.\/no-strategy\.ts is no buffer strategy: createStore/],
    [
      './misspelt-store.ts',
      /its stores have no function takeInto; it has .*takeinto.*, which stores need not have$/m,
    ],
    [
      './no-subject.ts',
      /\.\/no-subject\.ts exports nothing to grade: a BufferStrategy as its default export, or createPipe$/m,
    ],
    ['.', /subjects\/ is a folder: name a file in it|subjects is a folder: name a file in it/],
    ['./never-loads.ts', /The process ended while a module was loaded: nothing was left to wait for/],
    ['./exits.ts', /The process ended while a module was loaded: /],
    ['./wrong-claims.ts', /claims of \.\/wrong-claims\.ts is \["P99"\]; it must be a list of law ids/],
    ['./wrong-supports.ts', /supports of \.\/wrong-supports\.ts is \["telepathy"\]; it must be a list of/],
  ])('is one sentence and exit code 2: %s', async (specifier, sentence) => {
    const { exitCode, stdout, stderr } = await runCommand([specifier]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('is a code that is none', async () => {
    const { exitCode, stderr } = await runCommand(['./sound-store.ts', '--replay', 'nonsense']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('"nonsense" is no replay code')]);
  });

  it('is a regression test that cannot be written', async () => {
    const argv = ['./forgetful-store.ts', '--law', 'S1', '--emit-test', 'sound-store.ts'];
    const { exitCode, stderr } = await runCommand(argv);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^millrace-conformance: .*forgetful-.*\.test\.mjs cannot be written: /);
  });

  it('is unknown, exit code 3, when a subject ends the process', async () => {
    const { exitCode, stderr } = await runCommand(['./exits-when-used.ts', '--law', 'S1']);
    expect([exitCode, stderr]).toEqual([
      3,
      expect.stringContaining('The process ended before the verdict: '),
    ]);
  });

  it('is a report that cannot be written', async () => {
    const { exitCode, stderr } = await runCommand([
      './sound-store.ts',
      '--law',
      'S1',
      '--reporter',
      'json=sound-store.ts/report.json',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^millrace-conformance: sound-store\.ts\/report\.json cannot be written: /);
  });

  it('is unknown, exit code 3, when a subject throws outside of every call', async () => {
    const { exitCode, stderr } = await runCommand(['./throws-later.ts']);
    expect([exitCode, stderr]).toEqual([
      3,
      expect.stringContaining('outside of every call made to it: Error: too late'),
    ]);
  });

  it('is unknown, exit code 3, when no law is about the subject', async () => {
    const { exitCode, stdout } = await runCommand(['./plain-pipe.ts', '--law', 'P7']);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('unknown: 1 not-claimed')]);
  });
});

describe('a module that does not come back', () => {
  const runHanging = (...argv: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(argv, { preload: ['hang.ts'] });

  it.each([
    [
      './loops-at-import.ts',
      /while \.\/loops-at-import\.ts was loaded\n {4}at hang .*\n {4}at .*loops-at-import\.ts:3/,
    ],
    ['./waits-at-import.ts', /while \.\/waits-at-import\.ts was loaded\n$/],
  ])('ends the command with 2 when it is being loaded: %s', async (specifier, sentence) => {
    const { exitCode, stdout, stderr } = await runHanging(specifier);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^millrace-conformance: Nothing came back for 120 s while /);
    expect(stderr).toMatch(sentence);
  });

  it.each([
    [
      './loops-in-put.ts',
      'S1',
      /while S1 was put to the test: S1\.scope\/3~p1\.p1, in put\(1 byte, not owned\)\n {4}at hang .*\n {4}at LoopingStore\.put .*loops-in-put\.ts:7:\d+\)\n$/,
    ],
    [
      './loops-in-put.ts',
      'P1',
      /while P1 was put to the test: h4\/w1\.w2\.e\/n\.n\.n~PDPDPDCDCDC, in write\(2 bytes\)\n {4}at hang .*\n {4}at LoopingStore\.put .*\n {4}at PipeCore\./,
    ],
    ['./loops-in-read.ts', 'P3', /while P3 was put to the test: \S+~\w+, in read\(\)\n {4}at .*hang/],
    ['./loops-in-microtasks.ts', 'P6', /while P6 was put to the test: \S+~\w+\n/],
  ])('ends the command with 3 when it is being graded: %s, %s', async (specifier, law, sentence) => {
    const { exitCode, stdout, stderr } = await runHanging(specifier, '--law', law);
    expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^\S+(?: \(\S+\))?\n$/)]);
    expect(stderr).toMatch(sentence);
  });

  it('ends a replay too, by the code that it was found with', async () => {
    const { exitCode, stderr } = await runHanging('./loops-in-put.ts', '--replay', 'S1.scope/3~p1.p1');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/while a replay code was run: S1\.scope\/3~p1\.p1, in put\(1 byte, not owned\)\n/);
  });
});

describe('reports', () => {
  it('are written side by side, and the JSON one keeps to its schema', async () => {
    const folder = temporaryFolder();
    const names = ['json', 'tap', 'junit', 'markdown', 'html', 'pretty'];
    const argv = names.flatMap((name) => ['--reporter', `${name}=${join(folder, 'out', name)}`]);
    const { stdout, stderr } = await runCommand([
      './sound-store.ts',
      './forgetful-store.ts',
      '--law',
      'S1,S7',
      ...argv,
    ]);
    expect(stderr.match(/^wrote .*\/out\/\w+$/gm)).toHaveLength(names.length);
    const read = (name: string): string => readFileSync(join(folder, 'out', name), 'utf8');
    const validate = new Ajv2020().compile(schema);
    const report = JSON.parse(read('json')) as unknown;
    expect([validate(report), validate.errors]).toEqual([true, null]);
    expect(report).toMatchObject({ contract: 1, seed: 1, profile: 'quick' });
    expect(validate({ ...(report as object), seed: 'one' })).toBe(false);
    expect(read('tap')).toMatch(/^TAP version 14\n1\.\.2\n/);
    expect(read('junit')).toContain('<testsuites name="millrace conformance" tests="4" failures="1"');
    expect(read('markdown')).toMatch(/\| S1 \| order and content .* \| ✓ \| ✗ \|/);
    expect(read('html')).toMatch(/^<!doctype html>/);
    expect(stdout).toMatch(/conformant: 2 pass; .*violations: 1 fail, 1 pass; /s);
    expect(read('pretty')).toBe(stdout);
  });

  it('are plain in a file, whatever the terminal shows', async () => {
    const file = join(temporaryFolder(), 'pretty');
    const argv = ['./sound-store.ts', '--law', 'S1', '--reporter', `pretty=${file}`];
    const { stdout } = await runCommand(argv, { env: { NO_COLOR: '', FORCE_COLOR: '1' } });
    expect(stdout).toContain('\u001B[32m');
    expect(readFileSync(file, 'utf8')).toBe(stripVTControlCharacters(stdout));
  });

  it('leave standard output to the one that is printed', async () => {
    const { stdout } = await runCommand(['./sound-store.ts', '--law', 'S1', '--reporter', 'tap']);
    expect(stdout).toMatch(/^TAP version 14\n/);
    expect(stdout).not.toContain('conformant');
  });
});
