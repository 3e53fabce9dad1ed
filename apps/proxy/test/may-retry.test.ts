import { describe, expect, it } from 'vitest';
import { mayRetry, type FailedAttempt } from '../src/upstream/may-retry.ts';

const attempt: FailedAttempt = {
  method: 'GET',
  isReplayable: true,
  failure: 'reset',
  retries: 0,
  wasSentBefore: false,
};

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
    expect(mayRetry({ ...attempt, failure: 'connect', wasSentBefore: true, retries: 1 }, 2)).toBe(true);
  });

  it('is sent again whatever it asks for when its server has not looked at it', () => {
    expect(mayRetry({ ...attempt, method: 'POST', failure: 'refused' }, 2)).toBe(true);
    expect(mayRetry({ ...attempt, failure: 'refused', retries: 1 }, 2)).toBe(true);
    expect(mayRetry({ ...attempt, failure: 'refused', isReplayable: false }, 2)).toBe(false);
    expect(mayRetry({ ...attempt, failure: 'refused', retries: 2 }, 2)).toBe(false);
  });

  it('is not sent a third time when two connections broke', () => {
    expect(mayRetry({ ...attempt, wasSentBefore: true, retries: 1 }, 2)).toBe(false);
  });

  it('is not sent again when its body cannot be, it was slow, or it was tried often enough', () => {
    expect(mayRetry({ ...attempt, failure: 'connect', isReplayable: false }, 2)).toBe(false);
    expect(mayRetry({ ...attempt, failure: 'other' }, 2)).toBe(false);
    expect(mayRetry({ ...attempt, failure: 'connect', retries: 2 }, 2)).toBe(false);
    expect(mayRetry(attempt, 0)).toBe(false);
  });
});
