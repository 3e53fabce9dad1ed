import type { LawRecord, RunRecord } from '../run-record.ts';
import { isFailing } from '../failure-text.ts';
import { explain } from './marks.ts';

/** TAP 14: a subtest for each subject, a test point for each law. */
export function tapReport({ subjects }: RunRecord): string {
  const lines = ['TAP version 14', `1..${subjects.length}`];
  for (const [index, { name, verdict, laws }] of subjects.entries()) {
    lines.push(`# Subtest: ${escaped(name)}`, `    1..${laws.length}`);
    for (const [at, law] of laws.entries()) {
      lines.push(...point(law, at + 1).map((line) => `    ${line}`));
    }
    lines.push(`${verdict === 'conformant' ? 'ok' : 'not ok'} ${index + 1} - ${escaped(name)}`);
  }
  return `${lines.join('\n')}\n`;
}

function point({ law, result }: LawRecord, number: number): readonly string[] {
  const { status, message, counterexample } = result;
  const isOk = !isFailing(result) && status !== 'known-failure';
  const directive = {
    vacuous: ` # SKIP vacuous: ${explain(status, message)}`,
    'not-claimed': ' # SKIP not claimed',
    'known-failure': ` # TODO ${message ?? 'known failure'}`,
  }[status as string];
  const head = `${isOk ? 'ok' : 'not ok'} ${number} - ${escaped(`[${law.id}] ${law.title}`)}${oneLine(directive ?? '')}`;
  if (isOk) return [head];
  const details = {
    status,
    message: explain(status, message),
    ...(counterexample && {
      expected: counterexample.expected,
      got: counterexample.got,
      replay: counterexample.replay,
    }),
  };
  // A JSON string is a YAML scalar too.
  const yaml = Object.entries(details).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  return [head, '  ---', ...yaml, '  ...'];
}

function escaped(text: string): string {
  return oneLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
