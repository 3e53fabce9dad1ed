import { describe, expect, it } from 'vitest';
import { mayRetry } from '../src/upstream/may-retry.ts';

const attempt = { method: 'GET', isUntouched: true, failure: 'reset', retries: 0 } as const;

describe('a request that got no answer', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])(
    'is sent again when its connection broke: %s',
    (method) => {
      expect(mayRetry({ ...attempt, method }, 2)).toBe(true);
    },
  );

  it.each(['POST', 'PATCH', 'LOCK', 'get'])(
    'is not sent again when asking twice may do harm: %s',
    (method) => {
      expect(mayRetry({ ...attempt, method }, 2)).toBe(false);
    },
  );

  it('is sent again whatever it asks for when it was never sent', () => {
    expect(mayRetry({ ...attempt, method: 'POST', failure: 'connect' }, 2)).toBe(true);
  });

  it('is not sent again when somebody has asked for its body, it was slow, or it was sent often enough', () => {
    expect(mayRetry({ ...attempt, failure: 'connect', isUntouched: false }, 2)).toBe(false);
    expect(mayRetry({ ...attempt, failure: 'other' }, 2)).toBe(false);
    expect(mayRetry({ ...attempt, retries: 2 }, 2)).toBe(false);
    expect(mayRetry(attempt, 0)).toBe(false);
  });
});
