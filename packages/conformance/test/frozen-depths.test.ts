import { createPipe } from '@millrace/core';
import type { BufferStrategy } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { adaptiveWords } from '../src/explorer/adaptive-words.ts';
import { DepthReader, encodeDepths } from '../src/explorer/depth-code.ts';
import { frozenDepths } from '../src/explorer/frozen-depths.ts';
import { startJobWatch } from '../src/explorer/job-watch.ts';
import type { JobWatch } from '../src/explorer/job-watch.ts';
import { detectHost } from '../src/host.ts';
import { curatedScripts } from '../src/pipe-laws/curated-scripts.ts';
import { parsePipeScript } from '../src/pipe-laws/pipe-script.ts';
import type { PipeScript } from '../src/pipe-laws/pipe-script.ts';
import { runSchedule } from '../src/pipe-laws/run-schedule.ts';
import { growingStrategy } from './stores/growing-store.ts';
import { listStrategy } from './stores/list-store.ts';
import { ringStrategy } from './stores/ring-store.ts';
import { unusualStrategies } from './stores/unusual-stores.ts';

const host = detectHost();
/** A store decides how much one call gives, and with it which turns matter: the frozen depths are the largest. */
const strategies: readonly BufferStrategy[] = [
  growingStrategy,
  ringStrategy,
  listStrategy,
  ...unusualStrategies,
];
const LINE_WIDTH = 110;

async function depthsOf(script: PipeScript, word: string, jobs: JobWatch): Promise<readonly number[]> {
  let most: readonly number[] = [];
  for (const strategy of strategies) {
    const depths: number[] = [];
    await runSchedule({ strategy, createPipe }, { script, word }, { host, quiescence: { jobs, depths } });
    most = depths.map((depth, index) => Math.max(depth, most[index] ?? 0));
  }
  return most;
}

async function freeze(text: string, jobs: JobWatch): Promise<string> {
  const script = parsePipeScript(text);
  const words = adaptiveWords(script.producer.length, script.consumer.length, Number.POSITIVE_INFINITY);
  let digits = '';
  for (let next = words.next([]); next.done !== true;) {
    const word = next.value;
    const depths = await depthsOf(script, word, jobs);
    digits += encodeDepths(word, depths);
    next = words.next(depths);
  }
  return digits;
}

function sourceOf(frozen: readonly (readonly [script: string, digits: string])[]): string {
  const lines = frozen.map(([script, digits]) => {
    const line = `  '${script}': '${digits}',`;
    return line.length <= LINE_WIDTH ? line : `  '${script}':\n    '${digits}',`;
  });
  return `/**
 * The turns that made a difference to the pipe of @millrace/core on Node, script by script, for runtimes that do not
 * show which do. Written by \`pnpm --filter @millrace/conformance freeze\`.
 */
export const frozenDepths: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`;
}

describe('frozen turns', () => {
  it('are those that make a difference today', { timeout: 0 }, async () => {
    const jobs = await startJobWatch(host);
    if (jobs === undefined) throw new Error('This runtime does not show its jobs');
    const frozen: [string, string][] = [];
    for (const text of new Set(Object.values(curatedScripts).flat())) {
      frozen.push([text, await freeze(text, jobs)]);
    }
    jobs.stop();
    await expect(sourceOf(frozen)).toMatchFileSnapshot('../src/explorer/frozen-depths.ts');
  });

  it('read back as they were written', () => {
    const written: string[] = [];
    const depths = [2, 0, 3];
    for (const word of ['PDPDCDC', 'PPDCDC', 'PtPDCDC', 'PDPDCC']) {
      const gaps = word.split('D').length - 1;
      written.push(encodeDepths(word, depths.slice(0, gaps)));
    }
    expect(written).toEqual(['203', '20', '20', '']);
    const reader = new DepthReader(written.join(''));
    expect(reader.next('PDPDCDC')).toEqual([2, 0, 3]);
    expect(reader.next('PPDCDC')).toEqual([2, 0]);
    expect(reader.next('PtPDCDC')).toEqual([2, 0]);
    expect(reader.next('PDPDCC')).toEqual([0, 0]);
  });

  it('end where the words of a script end', () => {
    for (const [text, digits] of Object.entries(frozenDepths)) {
      const script = parsePipeScript(text);
      const reader = new DepthReader(digits);
      const words = adaptiveWords(script.producer.length, script.consumer.length, Number.POSITIVE_INFINITY);
      let used = 0;
      for (let next = words.next([]); next.done !== true;) {
        const depths = reader.next(next.value);
        used += encodeDepths(next.value, depths).length;
        next = words.next(depths);
      }
      expect(used).toBe(digits.length);
    }
  });
});
