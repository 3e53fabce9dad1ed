import { describe, expect, test } from 'vitest';
import { areFarApart } from '../src/speed/run-workload.ts';
import { cellOf, medianOf } from '../src/speed/cell.ts';
import type { Cell } from '../src/speed/cell.ts';
import { contendersFor } from '../src/speed/contenders-for.ts';
import { speedContenders } from '../src/speed/contenders.ts';
import { goals, workloadsOf } from '../src/speed/goals.ts';
import type { CeilingGoal, FlatGoal, Goal, RatioGoal } from '../src/speed/goals.ts';
import { isMissed, judgeGoal, outOfReach } from '../src/speed/judge-goal.ts';
import { goalText } from '../src/speed/report/goals-text.ts';
import { sections } from '../src/speed/sections.ts';
import type { Workload } from '../src/speed/workload.ts';

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

describe('what the limit reaches', () => {
  const limited: RatioGoal = { ...twice, limits: { 'chunk-queue': ['limit-iterator', 'limit-buffer'] } };
  const ours = cell('a', 'chunk-queue', 200);
  const peer = cell('b', 'it-pushable', 150);

  test('is the figure that the fastest of the limits would have in place of ours', () => {
    const judged = judge(
      limited,
      ours,
      peer,
      cell('a', 'limit-iterator', 100),
      cell('a', 'limit-buffer', 120),
      cell('a', 'limit-callback', 1),
      cell('b', 'limit-iterator', 2),
    );
    expect(judged.findings).toEqual([
      {
        where: 'chunk-queue, a',
        figure: 0.75,
        score: 0.375,
        against: 'it-pushable',
        limit: { figure: 1.5, score: 0.75 },
      },
    ]);
    expect(outOfReach(judged)).toEqual(judged.findings);
    expect(goalText(judged)).toBe(
      'MISSED: twice the fastest peer [twice, noise 10 %, 1 of 1 below, 1 out of reach]\n    0.75×  chunk-queue, a against it-pushable; the limit reaches 1.50×',
    );
  });

  test.each([
    [75, 0],
    [83, 0],
    [84, 1],
  ] as const)('of a limit of %i leaves %i out of reach', (limit, count) => {
    const judged = judge(limited, ours, peer, cell('a', 'limit-iterator', limit));
    expect(outOfReach(judged)).toHaveLength(count);
  });

  test('excuses nothing that is reached, whatever a limit of that run was', () => {
    const judged = judge(limited, cell('a', 'chunk-queue', 70), peer, cell('a', 'limit-iterator', 140));
    expect(outOfReach(judged)).toEqual([]);
  });

  test('is not said where there is no limit, or it was not measured', () => {
    const without = [
      judge(twice, ours, peer, cell('a', 'limit-iterator', 100)),
      judge({ ...limited, limits: { 'ring-buffer': ['limit-iterator'] } }, ours, peer),
      judge(limited, ours, peer),
    ];
    for (const judged of without) {
      expect(judged.findings[0]).not.toHaveProperty('limit');
      expect(outOfReach(judged)).toEqual([]);
    }
  });

  test('is measured on the workload that the pair names for it', () => {
    const pairs = [{ ours: 'a', theirs: 'b', limits: 'c' }];
    const cells = [cell('a', 'limit-iterator', 1), cell('c', 'limit-iterator', 50)];
    expect(judge({ ...limited, pairs }, ours, peer, ...cells).findings[0]?.limit?.figure).toBe(3);
  });

  test('is a median where the goal is one, and of all the pairs or of none', () => {
    const pairs = ['a', 'c', 'e'].map((workload) => ({ ours: workload, theirs: 'b' }));
    const goal: RatioGoal = { ...limited, pairs, over: 'median' };
    const mine = ['a', 'c', 'e'].map((workload) => cell(workload, 'chunk-queue', 200));
    const floors = [300, 50, 150].map((value, at) => cell(pairs[at]?.ours ?? '', 'limit-buffer', value));
    expect(judge(goal, ...mine, peer, ...floors).findings[0]?.limit?.figure).toBe(1);
    expect(judge(goal, ...mine, peer, ...floors.slice(1)).findings[0]).not.toHaveProperty('limit');
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

  test('has the growth of the limit beside it', () => {
    const limits = { 'chunk-queue': ['limit-iterator'] };
    const ours = [cell('short', 'chunk-queue', 100), cell('long', 'chunk-queue', 300)];
    const floors = [cell('short', 'limit-iterator', 50), cell('long', 'limit-iterator', 110)];
    const judged = judge({ ...goal, limits }, ...ours, ...floors);
    expect(judged.findings[0]).toMatchObject({ figure: 3, limit: { figure: 2.2, score: 0.5 } });
    expect(outOfReach(judged)).toHaveLength(1);
    expect(judge({ ...goal, limits }, ...ours, ...floors.slice(1)).findings[0]).not.toHaveProperty('limit');
  });

  test('of which one end was not measured is not reached', () => {
    expect(judge(goal, cell('short', 'chunk-queue', 100)).missing).toEqual(['chunk-queue, long']);
  });
});

/** Each limit with each workload that a goal looks it up on. */
function limitsOf(all: readonly Goal[]): readonly (readonly [string, string])[] {
  return all.flatMap((goal) => {
    if (goal.kind === 'ceiling') return [];
    const workloads =
      goal.kind === 'flat' ? goal.workloads : goal.pairs.map(({ ours, limits = ours }) => limits);
    return Object.values(goal.limits ?? {})
      .flat()
      .flatMap((id) => workloads.map((workload) => [id, workload] as const));
  });
}

describe('the goals', () => {
  test('name contenders and workloads that there are, and no id twice', () => {
    const known = new Set(sections.flatMap(({ workloads }) => workloads.map(({ id }) => id)));
    const ids = speedContenders.map(({ id }) => id);
    expect(goals.flatMap(workloadsOf).filter((workload) => !known.has(workload))).toEqual([]);
    expect(goals.flatMap(({ ours }) => ours).filter((id) => !ids.includes(id))).toEqual([]);
    expect(limitsOf(goals).filter(([id]) => !ids.includes(id))).toEqual([]);
    expect(new Set(goals.map(({ id }) => id)).size).toBe(goals.length);
  });

  test('name limits that are measured where they are compared', async () => {
    const workloads = new Map(sections.flatMap((section) => section.workloads.map((one) => [one.id, one])));
    const limits = speedContenders.filter(({ kind }) => kind === 'limit');
    const measured = new Map<string, readonly string[]>();
    for (const [, workload] of limitsOf(goals)) {
      const able = await contendersFor(workloads.get(workload) as Workload, limits, 'node');
      measured.set(
        workload,
        able.map(({ id }) => id),
      );
    }
    expect(limitsOf(goals).filter(([id, workload]) => measured.get(workload)?.includes(id) !== true)).toEqual(
      [],
    );
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
  test.each([
    [[100, 125], false],
    [[126, 100], true],
    [[100], false],
  ])('of runs that took %j is measured once more: %s', (values, isOnceMore) => {
    expect(areFarApart(values.map((value) => ({ value })))).toBe(isOnceMore);
  });

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
