import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { LawRecord } from '../run-record.ts';
import type { LoadedSubject } from './load-subjects.ts';
import { writeReport } from './write-report.ts';

/** Writes one regression test for each counterexample; answers the files. */
export function emitTests(
  subject: LoadedSubject,
  records: readonly LawRecord[],
  { emitTo, folder }: { readonly emitTo: string; readonly folder: string },
): readonly string[] {
  const target = resolve(folder, emitTo);
  return records.flatMap((record) => {
    const code = record.result.counterexample?.replay;
    if (record.result.status !== 'fail' || code === undefined) return [];
    const imports = importsOf(subject, (specifier) => specifierIn(target, specifier, folder));
    const file = fileFor(join(target, `${stemOf(subject)}-${record.law.id}`), imports);
    writeReport(file, testText(subject, record, code, imports));
    return [relative(folder, file)];
  });
}

/** `ring-store`, or `my-pipe-over-millrace-ring-buffer`: how the subject was named, as far as a file can be called that. */
function stemOf({ specifier, source }: LoadedSubject): string {
  const named = specifier.replace(/\.[cm]?[jt]s$/, '');
  const whole = source.strategy === specifier ? named : `${named} over ${source.strategy}`;
  return whole.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
}

/** The file that has the test of this subject, or else the first free one: what another subject left stays. */
function fileFor(stem: string, imports: string): string {
  for (let count = 1; ; count += 1) {
    const file = `${stem}${count === 1 ? '' : `-${count}`}.test.mjs`;
    if (!existsSync(file) || readFileSync(file, 'utf8').includes(imports)) return file;
  }
}

/** What a test of the subject imports, which tells it from every other subject. */
function importsOf({ source }: LoadedSubject, specifierOf: (specifier: string) => string): string {
  return `import { createPipe } from ${JSON.stringify(specifierOf(source.createPipe))};
import strategy from ${JSON.stringify(specifierOf(source.strategy))};`;
}

function testText(
  { name, claims, supports }: LoadedSubject,
  { law, result }: LawRecord,
  code: string,
  imports: string,
): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const promised = Object.entries({ claims, supports }).flatMap(([key, list]) =>
    list === undefined ? [] : [`${key}: ${JSON.stringify(list)}`],
  );
  const options = `{ ${['createPipe', ...promised].join(', ')} }`;
  return `// ${law.id} of the contract was broken here by ${name}:
// ${(result.message ?? '').replaceAll(/\s+/g, ' ')}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '@millrace/conformance';
${imports}

test(${quoted(`[${law.id}] ${law.title}`)}, async () => {
  const { results } = await replay(strategy, ${quoted(code)}, ${options});
  const broken = results.filter(({ status }) => status !== 'pass');
  assert.deepEqual(broken.map(({ message }) => message), []);
  assert.notEqual(results.length, 0);
});
`;
}

function specifierIn(target: string, specifier: string, folder: string): string {
  if (!/^(\.|\/)/.test(specifier)) return specifier;
  const path = relative(target, resolve(folder, specifier)).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}
