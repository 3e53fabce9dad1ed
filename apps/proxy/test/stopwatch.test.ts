import { describe, expect, it } from 'vitest';
import { Stopwatch } from '../src/watch/stopwatch.ts';

describe('a stopwatch', () => {
  it('adds up the spans in which it ran, the one under way included', () => {
    let nowMs = 5;
    const watch = new Stopwatch(() => nowMs);
    const at = (ms: number): Stopwatch => {
      nowMs = ms;
      return watch;
    };
    expect(watch.totalMs).toBe(0);
    at(10).set(true);
    expect([at(14).isRunning, watch.totalMs]).toEqual([true, 4]);
    at(15).set(false);
    expect([at(99).isRunning, watch.totalMs]).toEqual([false, 5]);
    at(100).set(true);
    expect(at(101).totalMs).toBe(6);
  });

  it('goes on from where it began when it is started twice', () => {
    let nowMs = 0;
    const watch = new Stopwatch(() => nowMs);
    watch.set(true);
    nowMs = 5;
    watch.set(true);
    nowMs = 7;
    watch.set(false);
    nowMs = 9;
    watch.set(false);
    expect(watch.totalMs).toBe(7);
  });

  it('asks no clock while it stands still', () => {
    const watch = new Stopwatch(() => {
      throw new Error('nobody needs to know');
    });
    watch.set(false);
    expect(watch.totalMs).toBe(0);
  });
});
