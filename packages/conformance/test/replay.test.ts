import { describe, expect, it } from 'vitest';
import { conformance, replay } from '../src/index.ts';
import { blackSheep } from './broken/blacksheep.ts';
import { storesWithWrongContent } from './broken/stores-with-wrong-content.ts';
import { createPlainPipe } from './pipes/plain-pipe.ts';
import { growingStrategy } from './stores/growing-store.ts';

describe('replay', () => {
  it('runs the counterexample of a pipe again, with its timeline', async () => {
    const [original] = blackSheep;
    if (original === undefined) throw new Error('BlackSheep is not there');
    const { strategy, createPipe, claims } = original;
    if (createPipe === undefined || claims === undefined) throw new Error('BlackSheep is a pipe with claims');
    const [p1] = conformance(strategy, { createPipe, claims, laws: ['P1'] });
    const found = await p1?.run();
    const code = found?.counterexample?.replay ?? '';
    const again = await replay(strategy, code, { createPipe, claims });
    const [broken] = again.results;
    expect(broken).toMatchObject({ law: 'P1', status: 'fail', message: found?.message });
    expect(again.timeline).toEqual(found?.counterexample?.timeline);
    expect(again.timeline.length).toBeGreaterThan(2);
  });

  it('runs the counterexample of a store again, with its timeline', async () => {
    for (const { strategy } of storesWithWrongContent.slice(0, 2)) {
      for (const one of conformance(strategy, { laws: ['S1', 'S9'] })) {
        const found = await one.run();
        if (found.counterexample === undefined) continue;
        const again = await replay(strategy, found.counterexample.replay);
        expect(again.results).toEqual([{ ...found, evidence: again.results[0]?.evidence }]);
        expect(again.timeline).toEqual(found.counterexample.timeline);
      }
    }
  });

  it('shows a run that breaks nothing, with the laws it put to the test', async () => {
    const ofPipe = await replay(growingStrategy, 'h4/w1.e/n.n~PDPDCDC', { createPipe: createPlainPipe });
    expect(ofPipe.results.map(({ status }) => status)).not.toContain('fail');
    expect(ofPipe.results.map(({ law }) => law)).toContain('P1');
    expect(ofPipe.timeline.length).toBeGreaterThan(4);
    const ofStore = await replay(growingStrategy, 'S1.scope/3~p2.t1');
    expect(ofStore.results).toMatchObject([{ law: 'S1', status: 'pass' }]);
    expect(ofStore.timeline.map(({ answer }) => answer)).toEqual([undefined, '2 taken', '1 byte given']);
  });

  it('looks at the options of a pipe again', async () => {
    const { results } = await replay(growingStrategy, 'P11.options/', { createPipe: createPlainPipe });
    expect(results).toMatchObject([{ law: 'P11', status: 'pass' }]);
  });

  it('makes a measurement again', async () => {
    const { results } = await replay(growingStrategy, 'S9.linear1/');
    expect(results).toMatchObject([{ law: 'S9', status: 'pass' }]);
  });

  const bad = [
    ['nonsense', 'is no schedule'],
    ['h4/w1/n', 'is no schedule'],
    ['h4/w1/n~PQ', 'is no schedule'],
    ['h4/w1/n/n~PC', 'is no pipe script'],
    ['h4y9/w1/n~PC', 'is no list of marks and limits'],
    ['h4@pouse=x/w1/n~PC', 'is no hook'],
    ['h4l4/w1/n~PC', 'has a low mark that is not below the high one'],
    ['h4/w1/n3~PC', 'n goes up to 2'],
    ['h4/w70000/n~PC', 'w goes up to 65535'],
    ['h4/w1/b99~PC', 'b goes up to 17'],
    ['S1.scope/3~p999999999', 'counts go up to 268435456'],
    ['P11.nothing/', 'there is no case "P11.nothing"'],
    ['S1.nothing/3~p1', 'there is no case "S1.nothing"'],
    ['S1.scope/p1', 'is no store script'],
    ['S1.scope/3~p1.q', 'is no call of a store script'],
    ['S9.linear1/3~p1', 'is a measurement'],
  ] as const;
  for (const [code, reason] of bad) {
    it(`refuses ${JSON.stringify(code)} and says why`, async () => {
      const refused = replay(growingStrategy, code, { createPipe: createPlainPipe });
      await expect(refused).rejects.toThrow(SyntaxError);
      await expect(refused).rejects.toThrow(`${JSON.stringify(code)} is no replay code`);
      await expect(refused).rejects.toThrow(reason);
    });
  }

  it('asks for the pipe that a pipe’s code is to be run on', async () => {
    await expect(replay(growingStrategy, 'h4/w1/n~PC')).rejects.toThrow(TypeError);
  });
});
