import { isFailing, failureText } from '../failure-text.ts';
import type { LawRecord, RunRecord } from '../run-record.ts';
import { explain } from './marks.ts';

/** JUnit XML: a suite for each subject, a test case for each law, the law's id as a property. */
export function junitReport({ subjects, seed, profile }: RunRecord): string {
  const all = subjects.flatMap(({ laws }) => laws);
  const suites = subjects.map(({ name, schedules, laws }) =>
    [
      `  <testsuite name="${xml(name)}"${countsOf(laws)}>`,
      '    <properties>',
      ...Object.entries({ seed, profile, schedules }).map(
        ([key, value]) => `      <property name="${key}" value="${xml(String(value))}"/>`,
      ),
      '    </properties>',
      ...laws.map((law) => testCase(name, law)),
      '  </testsuite>',
    ].join('\n'),
  );
  const head = `<testsuites name="millrace conformance"${countsOf(all)}>`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>', ''].join('\n');
}

function testCase(subject: string, { law, result }: LawRecord): string {
  const { status, message } = result;
  const property = `      <properties><property name="law" value="${law.id}"/></properties>`;
  const lines = [
    `    <testcase classname="${xml(subject)}" name="${xml(`[${law.id}] ${law.title}`)}">`,
    property,
  ];
  const reason = xml(explain(status, message));
  if (status === 'unknown')
    lines.push(`      <error message="${reason}">${xml(failureText(result))}</error>`);
  else if (isFailing(result))
    lines.push(`      <failure type="${status}" message="${reason}">${xml(failureText(result))}</failure>`);
  else if (status !== 'pass') lines.push(`      <skipped message="${xml(`${status}: `)}${reason}"/>`);
  return [...lines, '    </testcase>'].join('\n');
}

function countsOf(laws: readonly LawRecord[]): string {
  const count = (isCounted: (record: LawRecord) => boolean): number => laws.filter(isCounted).length;
  const errors = count(({ result }) => result.status === 'unknown');
  const failures = count(({ result }) => isFailing(result)) - errors;
  const skipped = count(({ result }) => !isFailing(result) && result.status !== 'pass');
  return ` tests="${laws.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
};

/** Characters that XML 1.0 does not know are left out. */
function xml(text: string): string {
  const known = Array.from(text).filter(
    (character) => character >= ' ' || character === '\n' || character === '\t',
  );
  return known.map((character) => entities[character] ?? character).join('');
}
