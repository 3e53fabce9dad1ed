import { describe, expect, test } from 'vitest';
import { cellOf, medianOf } from '../src/speed/cell.ts';
import type { Cell } from '../src/speed/cell.ts';
import { speedContenders } from '../src/speed/contenders.ts';
import { goals, workloadsOf } from '../src/speed/goals.ts';
import type { CeilingGoal, FlatGoal, Goal, RatioGoal } from '../src/speed/goals.ts';
import { isMissed, judgeGoal } from '../src/speed/judge-goal.ts';
import { goalText } from '../src/speed/report/goals-text.ts';
import { sections } from '../src/speed/sections.ts';

function cell(workload: string, contender: string, median: number): Cell {
  return { workload, contender, median, low: median, high: median, runs: [median], gc: undefined };
}

const twice: RatioGoal = {
  kind: 'ratio',
  id: 'twice',
  says: 'twice the fastest peer',
  ours: ['chunk-queue'],
  pairs: [{ ours: 'a', theirs: 'b' }],
  against: 'peers',
  atLeast: 2,
  over: 'each',
  noise: 0.1,
};

function judge(goal: Goal, ...cells: Cell[]): ReturnType<typeof judgeGoal> {
  return judgeGoal(goal, { cells });
}

describe('a ratio', () => {
  const peers = [
    cell('b', 'streamx-readable', 300),
    cell('b', 'it-pushable', 200),
    cell('b', 'repeater', 900),
  ];

  test('is that of the fastest peer, and reached at the number', () => {
    const judged = judge(twice, cell('a', 'chunk-queue', 100), ...peers);
    expect(judged.verdict).toBe('reached');
    expect(judged.findings).toEqual([
      { where: 'chunk-queue, a', figure: 2, score: 1, against: 'it-pushable' },
    ]);
    expect(isMissed(judged)).toBe(false);
  });

  test('counts neither ours, nor limits, nor what is written by hand as peers', () => {
    const fast = ['ring-buffer', 'limit-generator', 'naive-generator'].map((id) => cell('b', id, 1));
    expect(judge(twice, cell('a', 'chunk-queue', 100), ...peers, ...fast).verdict).toBe('reached');
  });

  test('that is missed by its noise and no more is told apart', () => {
    const judged = judge(twice, cell('a', 'chunk-queue', 111), ...peers);
    expect(judged.verdict).toBe('within-noise');
    expect(isMissed(judged)).toBe(false);
  });

  test('that is missed by more is missed', () => {
    const judged = judge(twice, cell('a', 'chunk-queue', 112), ...peers);
    expect(judged.verdict).toBe('missed');
    expect(isMissed(judged)).toBe(true);
    expect(goalText(judged)).toBe(
      'MISSED: twice the fastest peer [twice, noise 10 %, 1 of 1 below]\n    1.79×  chunk-queue, a against it-pushable',
    );
  });

  test('of each pair is as good as the worst of them, and of the median as good as that', () => {
    const pairs = ['a', 'c', 'e'].map((workload) => ({ ours: workload, theirs: 'b' }));
    const ours = [cell('a', 'chunk-queue', 400), cell('c', 'chunk-queue', 50), cell('e', 'chunk-queue', 80)];
    const each = judge({ ...twice, pairs }, ...ours, ...peers);
    expect(each.verdict).toBe('missed');
    expect(each.findings.map(({ figure }) => figure)).toEqual([0.5, 2.5, 4]);
    const median = judge({ ...twice, pairs, over: 'median' }, ...ours, ...peers);
    expect(median.findings.map(({ figure }) => figure)).toEqual([2.5]);
    expect(median.verdict).toBe('reached');
  });

  test('against one contender looks at no other', () => {
    const judged = judge({ ...twice, against: 'repeater' }, cell('a', 'chunk-queue', 100), ...peers);
    expect(judged.findings.map(({ figure }) => figure)).toEqual([9]);
  });

  test('of what was not measured is not reached', () => {
    const judged = judge(twice, ...peers);
    expect(judged).toMatchObject({ verdict: 'not-measured', missing: ['chunk-queue, a'] });
    expect(isMissed(judged)).toBe(true);
    expect(judge(twice, cell('a', 'chunk-queue', 100)).verdict).toBe('not-measured');
  });

  test('that is missed on one pair is missed, whatever else was not measured', () => {
    const pairs = [...twice.pairs, { ours: 'c', theirs: 'b' }];
    expect(judge({ ...twice, pairs }, cell('a', 'chunk-queue', 400), ...peers).verdict).toBe('missed');
    expect(judge({ ...twice, pairs }, cell('a', 'chunk-queue', 10), ...peers).verdict).toBe('not-measured');
  });
});

describe('a ceiling', () => {
  const goal: CeilingGoal = {
    kind: 'ceiling',
    id: 'idle',
    says: 'at most 280 bytes',
    ours: ['chunk-queue', 'ring-buffer'],
    workload: 'memory/idle',
    atMost: 280,
    noise: 0.02,
  };

  test.each([
    [280, 'reached'],
    [285, 'within-noise'],
    [290, 'missed'],
  ] as const)('at %i bytes is %s', (bytes, verdict) => {
    const cells = [cell('memory/idle', 'chunk-queue', 100), cell('memory/idle', 'ring-buffer', bytes)];
    expect(judge(goal, ...cells).verdict).toBe(verdict);
  });
});

describe('a flat cost', () => {
  const goal: FlatGoal = {
    kind: 'flat',
    id: 'flat',
    says: 'within 10 %',
    ours: ['chunk-queue'],
    workloads: ['short', 'long'],
    atMost: 1.1,
    noise: 0.1,
  };

  test.each([
    [50, 'reached'],
    [110, 'reached'],
    [120, 'within-noise'],
    [130, 'missed'],
  ] as const)('of 100 and then %i is %s', (long, verdict) => {
    expect(judge(goal, cell('short', 'chunk-queue', 100), cell('long', 'chunk-queue', long)).verdict).toBe(
      verdict,
    );
  });

  test('of which one end was not measured is not reached', () => {
    expect(judge(goal, cell('short', 'chunk-queue', 100)).missing).toEqual(['chunk-queue, long']);
  });
});

describe('the goals', () => {
  test('name contenders and workloads that there are, and no id twice', () => {
    const known = new Set(sections.flatMap(({ workloads }) => workloads.map(({ id }) => id)));
    const ids = speedContenders.map(({ id }) => id);
    expect(goals.flatMap(workloadsOf).filter((workload) => !known.has(workload))).toEqual([]);
    expect(goals.flatMap(({ ours }) => ours).filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(goals.map(({ id }) => id)).size).toBe(goals.length);
  });

  test('each state a noise', () => {
    expect(goals.filter(({ noise }) => noise <= 0 || noise > 0.15)).toEqual([]);
  });
});

test('no workload has the name of another', () => {
  const ids = sections.flatMap(({ workloads }) => workloads.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});

describe('a cell', () => {
  test('is the median of its runs, between the best and the worst', () => {
    const runs = [30, 10, 20].map((value) => ({ value, mean: value, samples: 1, gc: undefined }));
    expect(cellOf('a', 'chunk-queue', runs)).toMatchObject({
      median: 20,
      low: 10,
      high: 30,
      runs: [30, 10, 20],
    });
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
    expect(() => medianOf([])).toThrow(RangeError);
  });
});
