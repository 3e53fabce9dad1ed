import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { Options } from 'prettier';
import { goals } from '../goals.ts';
import type { Results } from '../results.ts';
import { sections } from '../sections.ts';
import { measuredHalf } from './markdown.ts';
import { renderAdvice } from './render-advice.ts';
import type { RenderedAdvice } from './render-advice.ts';

const NOTE =
  '<!-- Written by `npx -y pnpm@12 arena` from performance.json; the words are in apps/arena/src/speed/report/advice.md. -->';
const adviceFile = new URL('advice.md', import.meta.url);

/**
 * docs/performance.md: the advice, with the figures of the record, and what was measured. A rough run measures too little to
 * advise anybody.
 *
 * @throws Error when the advice asks for a figure that the record does not have.
 */
export async function performancePage(results: Results): Promise<RenderedAdvice> {
  const options: Options = { ...(await resolveConfig(adviceFile)), parser: 'markdown' };
  const { text, untrue } =
    results.profile === 'quick'
      ? { text: '# Performance, roughly\n', untrue: [] }
      : renderAdvice(readFileSync(adviceFile, 'utf8'), results, goals);
  // Its lines are broken anew, since figures are shorter than what stands for them.
  const words = await format(text, { ...options, proseWrap: 'always' });
  const measured = await format(measuredHalf(results, sections, goals), options);
  return { text: `${NOTE}\n\n${words}\n${measured}`, untrue };
}
