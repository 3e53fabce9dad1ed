import { createPipe, type PipeError } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReaderWatch } from '../src/reader-watch.ts';

describe('a watch over a reader', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watched(limitMs = 100) {
    const { reader, writer } = createPipe(chunkQueue);
    const late: PipeError[] = [];
    const watch = new ReaderWatch(reader, limitMs, (reason) => late.push(reason));
    writer.write(new Uint8Array(1000));
    return { reader, watch, late };
  }

  it('finds one late that has taken nothing since the pause', () => {
    const { watch, late } = watched();
    watch.pause();
    vi.advanceTimersByTime(99);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(late).toMatchObject([{ code: 'ERR_PIPE_TIMEOUT', side: 'consumer' }]);
    vi.advanceTimersByTime(1000);
    expect(late).toHaveLength(1);
  });

  it('waits on for one that takes a little now and then', () => {
    const { reader, watch, late } = watched();
    watch.pause();
    for (let turn = 0; turn < 10; turn++) {
      vi.advanceTimersByTime(60);
      reader.tryRead(1);
    }
    expect(late).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(late).toHaveLength(1);
  });

  it('counts from the last pause, and not while the body goes on', () => {
    const { watch, late } = watched();
    watch.pause();
    vi.advanceTimersByTime(60);
    watch.resume();
    vi.advanceTimersByTime(1000);
    watch.pause();
    vi.advanceTimersByTime(60);
    watch.resume();
    watch.pause();
    vi.advanceTimersByTime(99);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(late).toHaveLength(1);
  });

  it.each([0, 100])('leaves no timer behind when it is stopped (limit %i)', (limitMs) => {
    const { watch, late } = watched(limitMs);
    watch.pause();
    watch.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(late).toEqual([]);
  });
});
