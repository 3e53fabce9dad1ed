import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/index.ts';
import type { LawId } from '../../src/index.ts';
import { storesThatAlias } from './stores-that-alias.ts';
import { storesWithWrongContent } from './stores-with-wrong-content.ts';
import { storesWithWrongCost } from './stores-with-wrong-cost.ts';

const subjects = [...storesWithWrongContent, ...storesThatAlias, ...storesWithWrongCost];

async function brokenLaws(subject: (typeof subjects)[number]): Promise<readonly LawId[]> {
  const broken = new Set<LawId>();
  const { strategy, createPipe, claims } = subject;
  for (const one of conformance(strategy, { ...(createPipe && { createPipe }), ...(claims && { claims }) })) {
    const { status, law } = await one.run();
    if (status === 'fail') broken.add(law);
  }
  return [...broken];
}

describe('a broken store', () => {
  for (const subject of subjects) {
    it(`${subject.name} fails ${subject.breaks.join(', ')} and nothing else`, { timeout: 0 }, async () => {
      expect(await brokenLaws(subject)).toEqual(subject.breaks);
    });
  }
});
