/** The door of the bundle that engines get which load no packages: a page, and a worker that answers requests. */
import chunkQueue from '@millrace/chunk-queue';
import copyOnYield from '@millrace/copy-on-yield';
import ringBuffer from '@millrace/ring-buffer';
import type { Grading } from './grading.ts';
import { gradeStrategy } from './grade-strategy.ts';

const strategies = [copyOnYield, ringBuffer, chunkQueue];

async function gradeNamed(name: string, mode: string): Promise<Grading> {
  const strategy = strategies.find((one) => one.name === name);
  if (strategy === undefined) throw new Error(`${name} is not in the bundle`);
  return gradeStrategy(strategy, mode);
}

Object.assign(globalThis, { gradeNamed });

/** What workerd calls for `/?name=…&mode=…`. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    return Response.json(await gradeNamed(searchParams.get('name') ?? '', searchParams.get('mode') ?? ''));
  },
};
