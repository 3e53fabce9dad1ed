import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { IdleTimer } from '../src/limits/idle-timer.ts';

describe('a timer of idleness', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
  });

  it('goes off once, when nothing has moved for its time, and not a millisecond sooner', () => {
    const onIdle = vi.fn();
    const idle = new IdleTimer(1000, onIdle);
    vi.advanceTimersByTime(999);
    idle.moved();
    vi.advanceTimersByTime(999);
    expect(onIdle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
    idle.moved();
    vi.advanceTimersByTime(10_000);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('never goes off when it was stopped, whatever moves then', () => {
    const onIdle = vi.fn();
    const idle = new IdleTimer(1000, onIdle);
    idle.stop();
    idle.moved();
    vi.advanceTimersByTime(10_000);
    expect(onIdle).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never goes off with a time of 0', () => {
    const onIdle = vi.fn();
    new IdleTimer(0, onIdle).moved();
    expect(vi.getTimerCount()).toBe(0);
  });
});
