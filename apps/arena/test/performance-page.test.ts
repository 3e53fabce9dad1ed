import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { htmlPage } from '../src/speed/report/html.ts';
import { performancePage } from '../src/speed/report/performance-page.ts';
import type { Results } from '../src/speed/results.ts';

const docs = new URL('../../../docs/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, docs), 'utf8');
const record = JSON.parse(read('performance.json')) as Results;
const again = 'To write it again: npx -y pnpm@12 arena --from docs/performance.json';

describe('docs/performance.md', () => {
  test('is what the words and the record give', async () => {
    const { text } = await performancePage(record);
    expect(read('performance.md') === text, again).toBe(true);
  });

  test('claims nothing that the record does not bear out', async () => {
    const { untrue } = await performancePage(record);
    expect(untrue).toEqual([]);
  });
});

test('docs/performance.html is what the record gives', () => {
  expect(read('performance.html') === htmlPage(record), again).toBe(true);
});

test('a rough run advises nobody', async () => {
  const { text, untrue } = await performancePage({ ...record, profile: 'quick', cells: [] });
  expect(text).toMatch(/^<!-- .* -->\n\n# Performance, roughly\n\nMeasured on: /);
  expect(text).not.toContain('What to pick');
  expect(untrue).toEqual([]);
});
