import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contenders } from '../src/contenders.ts';
import type { Contender } from '../src/contender.ts';
import { askGrading } from '../src/scoreboard/ask-grading.ts';
import { explanations } from '../src/scoreboard/explanations.ts';
import { gradeAll } from '../src/scoreboard/grade-all.ts';
import { scoreboardPage, unexplained } from '../src/scoreboard/scoreboard-page.ts';

const page = readFileSync(new URL('../../../docs/scoreboard.md', import.meta.url), 'utf8');
const evidence = readFileSync(new URL('divergences.test.ts', import.meta.url), 'utf8');

/** The cells of a contender's row in the first table of a page. */
function rowIn(text: string, title: string): readonly string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`| ${title} `)) ?? '';
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Title, version and marks: how many schedules a run takes depends on its profile. */
const withoutCount = (row: readonly string[]): readonly string[] => row.slice(0, -1);

describe('the published page', () => {
  const few = ['streamx-readable', 'it-queueless-pushable', 'event-iterator'];

  test.each(few)('says of %s what a quick run finds today', async (id) => {
    const entries = contenders.filter((entry) => entry.id === id);
    const rows = await gradeAll(entries, 'quick');
    const fresh = scoreboardPage(rows, 'quick');
    for (const { title } of entries) {
      expect(rowIn(page, title)).toHaveLength(21);
      expect(withoutCount(rowIn(page, title))).toEqual(withoutCount(rowIn(fresh, title)));
    }
  });

  test('has a row for everybody', () => {
    expect(contenders.filter(({ title }) => rowIn(page, title).length !== 21)).toEqual([]);
  });

  test('publishes no divergence without an explanation and a test of the library itself', () => {
    expect(page).not.toContain('Not yet explained');
    for (const [id, found] of Object.entries(explanations)) {
      const { title } = contenders.find((entry) => entry.id === id) ?? { title: '' };
      for (const [law, sentence] of Object.entries(found)) {
        expect(page, `${id} ${law}`).toContain(sentence);
        expect(rowIn(page, title)[Number(law.slice(1)) + 1], `${id} ${law}`).toBe('✗');
        expect(
          evidence.includes(`[${id} ${law}]`) || evidence.includes(`[\${id} ${law}]`),
          `${id} ${law}`,
        ).toBe(true);
      }
    }
  });
});

test.each(contenders.map((entry) => [entry.id, entry] as const))(
  '%s names the page that promises each law it claims, and has the calls of the promises',
  async (_, { file }) => {
    const { claims, createPipe, supports } = (await import(file.href)) as Contender;
    expect(Object.keys(claims)).not.toEqual([]);
    for (const [law, source] of Object.entries(claims)) {
      expect(law).toMatch(/^P\d+$/);
      expect(source).toMatch(/^https:\/\/\S+#\S+$/);
    }
    expect(createPipe).toBeTypeOf('function');
    if (supports !== undefined) expect(supports).toContain('fail');
  },
);

test('a divergence that nobody has looked into is named', async () => {
  const [row] = await gradeAll(
    contenders.filter(({ id }) => id === 'event-iterator'),
    'quick',
  );
  if (row === undefined) throw new Error('nobody was graded');
  const stranger = { ...row, entry: { ...row.entry, id: 'stranger' } };
  expect(unexplained([row])).toEqual([]);
  expect(unexplained([stranger])).toEqual(['stranger P6', 'stranger P13']);
});

describe('a library that gives no verdict', () => {
  const job = (name: string) => ({
    title: name,
    file: new URL(`contenders/${name}.ts`, import.meta.url).href,
    strategy: undefined,
    profile: 'quick' as const,
  });

  test('and takes its process down takes no other with it, and is told by its error', async () => {
    expect(await askGrading(job('crashes'))).toBe(
      'Its process ended with 1: RangeError: this library has had enough',
    );
  });

  test('and is killed is told by the signal and what was said before, without the stack', async () => {
    expect(await askGrading(job('dies'))).toBe(
      'Its process ended with SIGKILL: FATAL ERROR: no memory is left',
    );
  });

  test('and never gives the process back is stopped', async () => {
    expect(await askGrading(job('hangs'), { timeoutMs: 5_000 })).toBe('It gave no answer within 5 seconds.');
  });
});
