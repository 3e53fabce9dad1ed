import { expect, test } from 'vitest';
import { Roster, type Rostered } from '../src/roster.ts';
import { seededRandom } from './seeded-random.ts';

test('a roster holds what a set would, and every member knows its place', () => {
  const random = seededRandom(20_261_129);
  const roster = new Roster<Rostered>();
  const expected = new Set<Rostered>();
  const all = Array.from({ length: 40 }, (): Rostered => ({ rosterIndex: 0 }));
  for (let step = 0; step < 5000; step += 1) {
    const member = all[random(all.length)] as Rostered;
    if (expected.has(member) || random(3) === 0) {
      roster.delete(member);
      expected.delete(member);
    } else {
      roster.add(member);
      expected.add(member);
    }
    expect(new Set(roster)).toEqual(expected);
    expect(roster.size).toBe(expected.size);
  }
});

test('members may leave while it is gone through', () => {
  const roster = new Roster<Rostered>();
  const all = Array.from({ length: 5 }, (): Rostered => ({ rosterIndex: 0 }));
  for (const member of all) roster.add(member);
  const met: Rostered[] = [];
  for (const member of roster) {
    met.push(member);
    roster.delete(member);
  }
  expect(met).toEqual(all);
  expect(roster.size).toBe(0);
});

test('whoever waits for a roster to be empty is told when the last one leaves, and at once when it is', async () => {
  const roster = new Roster<Rostered>();
  await roster.whenEmpty();
  const all = Array.from({ length: 3 }, (): Rostered => ({ rosterIndex: 0 }));
  for (const member of all) roster.add(member);
  const told: string[] = [];
  const waits = ['first', 'second'].map((name) => roster.whenEmpty().then(() => told.push(name)));
  for (const member of all.slice(1)) roster.delete(member);
  await Promise.resolve();
  expect(told).toEqual([]);
  roster.delete(all[0] as Rostered);
  await Promise.all(waits);
  expect(told).toEqual(['first', 'second']);
});

test('one that takes the place of the last one in the same step is waited for, too', async () => {
  const roster = new Roster<Rostered>();
  const [first, second]: Rostered[] = [{ rosterIndex: 0 }, { rosterIndex: 0 }];
  roster.add(first as Rostered);
  let isTold = false;
  const wait = roster.whenEmpty().then(() => {
    isTold = true;
  });
  roster.delete(first as Rostered);
  roster.add(second as Rostered);
  await new Promise(setImmediate);
  expect(isTold).toBe(false);
  roster.delete(second as Rostered);
  await wait;
});
