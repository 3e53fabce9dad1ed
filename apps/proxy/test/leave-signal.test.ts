import { expect, test } from 'vitest';
import { LeaveSignal } from '../src/listener/leave-signal.ts';

test('a signal fires once, with its reason, for functions and objects', () => {
  const signal = new LeaveSignal();
  const heard: unknown[] = [];
  signal.addEventListener('abort', () => heard.push('function', signal.reason));
  signal.addEventListener('abort', { handleEvent: (event) => void heard.push('object', event.type) });
  Object.assign(signal, { onabort: () => heard.push('onabort') });
  expect(signal.aborted).toBe(false);
  signal.throwIfAborted();
  signal.abort('left');
  signal.abort('again');
  expect(heard).toEqual(['onabort', 'function', 'left', 'object', 'abort']);
  expect(signal).toMatchObject({ aborted: true, reason: 'left' });
  expect(() => signal.throwIfAborted()).toThrow('left');
});

test('who listens twice hears once, and who has gone hears nothing, even while it fires', () => {
  const signal = new LeaveSignal();
  const heard: string[] = [];
  const first = (): void => {
    heard.push('first');
    signal.removeEventListener('abort', second);
  };
  const second = (): void => void heard.push('second');
  const gone = (): void => void heard.push('gone');
  for (const listener of [first, first, second, gone]) signal.addEventListener('abort', listener);
  signal.removeEventListener('abort', gone);
  signal.abort(undefined);
  expect(heard).toEqual(['first']);
});
