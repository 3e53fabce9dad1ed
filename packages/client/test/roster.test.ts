import { expect, test } from 'vitest';
import { Roster, type Rostered } from '../src/roster.ts';

function members(count: number): Rostered[] {
  return Array.from({ length: count }, () => ({ rosterIndex: 0 }));
}

test('whoever leaves a roster, the others stay in it', () => {
  for (let at = 0; at < 5; at += 1) {
    const roster = new Roster<Rostered>();
    const all = members(5);
    for (const member of all) roster.add(member);
    roster.delete(all[at] as Rostered);
    roster.delete(all[at] as Rostered);
    const others = all.filter((_, index) => index !== at);
    expect(new Set(roster)).toEqual(new Set(others));
    expect(roster.size).toBe(4);
    for (const member of others) roster.delete(member);
    expect(roster.size).toBe(0);
  }
});

test('members may leave while it is gone through', () => {
  const roster = new Roster<Rostered>();
  const all = members(5);
  for (const member of all) roster.add(member);
  const met: Rostered[] = [];
  for (const member of roster) {
    met.push(member);
    roster.delete(member);
  }
  expect(met).toEqual(all);
});

test('whoever waits for a roster to be empty is told when the last one leaves, and at once when it is', async () => {
  const roster = new Roster<Rostered>();
  await roster.whenEmpty();
  const all = members(3);
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
