import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WorkerCalls, WorkerGone, type WorkerCall } from '../src/run/worker-calls.ts';

/** A worker that says what the test says. */
class ScriptedWorker extends EventEmitter {
  readonly heard: WorkerCall[] = [];

  send(message: WorkerCall): void {
    this.heard.push(message);
  }
}

function calling(): { worker: ScriptedWorker; calls: WorkerCalls } {
  const worker = new ScriptedWorker();
  return { worker, calls: new WorkerCalls(worker as unknown as Worker) };
}

describe('calls to a worker', () => {
  it('wait until it hears them, and go in order', async () => {
    const { worker, calls } = calling();
    const first = calls.call('start', 'http://a');
    const second = calls.call('snapshot');
    expect(worker.heard).toEqual([]);
    worker.emit('message', { isReady: true });
    expect(worker.heard.map(({ method }) => method)).toEqual(['start', 'snapshot']);
    const third = calls.call('drain', 5);
    for (const { call, method } of worker.heard) worker.emit('message', { reply: call, result: method });
    expect(await Promise.all([first, second, third])).toEqual(['start', 'snapshot', 'drain']);
  });

  it('fail when it exits without having heard them', async () => {
    const { worker, calls } = calling();
    const call = calls.call('start');
    worker.emit('exit');
    await expect(call).rejects.toThrow('The worker has exited');
  });

  it.each(['write EPIPE', 'Channel closed'])(
    'fail when it has just died, and no message reaches it, without harm to the primary: %s',
    async (message) => {
      const { worker, calls } = calling();
      worker.emit('message', { isReady: true });
      const call = calls.call('snapshot');
      // As Node has it: nobody listening to it would end the process.
      worker.emit('error', new Error(message));
      await expect(call).rejects.toBeInstanceOf(WorkerGone);
    },
  );

  it('fail with what it says, a mistake as one', async () => {
    const { worker, calls } = calling();
    worker.emit('message', { isReady: true });
    const call = calls.call('reload');
    worker.emit('message', { reply: 1, failure: { isMistake: true, sentences: ['It is wrong.'] } });
    await expect(call).rejects.toMatchObject({ name: 'ConfigError', sentences: ['It is wrong.'] });
  });
});
