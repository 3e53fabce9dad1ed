import { describe, expect, it } from 'vitest';
import { Stopwatch } from '../src/watch/stopwatch.ts';

describe('a stopwatch', () => {
  it('adds up the spans in which it ran, the one under way included', () => {
    const watch = new Stopwatch();
    expect(watch.totalMs(5)).toBe(0);
    watch.set(true, 10);
    expect([watch.isRunning, watch.totalMs(14)]).toEqual([true, 4]);
    watch.set(false, 15);
    expect([watch.isRunning, watch.totalMs(99)]).toEqual([false, 5]);
    watch.set(true, 100);
    expect(watch.totalMs(101)).toBe(6);
  });

  it('goes on from where it began when it is started twice', () => {
    const watch = new Stopwatch();
    watch.set(true, 0);
    watch.set(true, 5);
    watch.set(false, 7);
    watch.set(false, 9);
    expect(watch.totalMs(10)).toBe(7);
  });
});
