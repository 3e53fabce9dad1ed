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
    const slug = subject.name.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
    const file = join(target, `${slug}-${record.law.id}.test.mjs`);
    writeReport(
      file,
      testText(subject, record, code, (from) => specifierIn(target, from, folder)),
    );
    return [relative(folder, file)];
  });
}

function testText(
  { name, source, claims, supports }: LoadedSubject,
  { law, result }: LawRecord,
  code: string,
  specifierOf: (specifier: string) => string,
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
import { createPipe } from ${quoted(specifierOf(source.createPipe))};
import strategy from ${quoted(specifierOf(source.strategy))};

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
