import { describe, expect, it } from 'vitest';
import { CircuitBreaker, type BreakerPass, type RequestVerdict } from '../src/upstream/circuit-breaker.ts';
import { seededRandom } from './seeded-random.ts';

const OPTIONS = { failures: 3, coolDownMs: 1000 };

function failed(breaker: CircuitBreaker, times: number, nowMs: number): void {
  for (let time = 0; time < times; time += 1) breaker.end(breaker.begin(), 'failed', nowMs);
}

describe('a circuit breaker', () => {
  it('opens at so many failures in a row, and not before', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    failed(breaker, 2, 0);
    breaker.end(breaker.begin(), 'answered', 0);
    failed(breaker, 2, 0);
    expect([breaker.state, breaker.isPassable(0)]).toEqual(['closed', true]);
    failed(breaker, 1, 0);
    expect([breaker.state, breaker.isPassable(999), breaker.waitMs(400)]).toEqual(['open', false, 600]);
  });

  it('lets one request try when the cool-down is over, and closes when it is answered', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    failed(breaker, 3, 0);
    expect(breaker.isPassable(1000)).toBe(true);
    const trial = breaker.begin();
    expect([breaker.state, breaker.isPassable(5000)]).toEqual(['trying', false]);
    breaker.end(trial, 'answered', 5000);
    expect([breaker.state, breaker.isPassable(5000)]).toEqual(['closed', true]);
  });

  it('waits again when the trial fails, and lets the next one try when it says nothing', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    failed(breaker, 3, 0);
    breaker.end(breaker.begin(), 'unknown', 1000);
    expect([breaker.state, breaker.isPassable(1000)]).toEqual(['open', true]);
    breaker.end(breaker.begin(), 'failed', 1500);
    expect([breaker.isPassable(2499), breaker.isPassable(2500)]).toEqual([false, true]);
  });

  it('is not put off by what began before it opened', () => {
    const breaker = new CircuitBreaker(OPTIONS);
    const early = breaker.begin();
    failed(breaker, 3, 0);
    breaker.end(early, 'failed', 900);
    expect(breaker.isPassable(1000)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('keeps its rules on every path (seed %i)', (seed) => {
    const random = seededRandom(seed * 104_729);
    const breaker = new CircuitBreaker(OPTIONS);
    const verdicts: readonly RequestVerdict[] = ['answered', 'failed', 'failed', 'failed', 'unknown'];
    const begun: BreakerPass[] = [];
    let inARow = 0;
    let nowMs = 0;
    let openedAtMs = -Infinity;
    for (let step = 0; step < 4000; step += 1) {
      nowMs += random(300);
      const before = breaker.state;
      if (random(2) === 0 && breaker.isPassable(nowMs)) {
        const pass = breaker.begin();
        begun.push(pass);
        // A trial begins only after a whole cool-down.
        if (pass.isTrial) expect(nowMs - openedAtMs).toBeGreaterThanOrEqual(OPTIONS.coolDownMs);
        expect(pass.isTrial).toBe(before === 'open');
      } else if (begun.length > 0) {
        const [pass] = begun.splice(random(begun.length), 1) as [BreakerPass];
        const verdict = verdicts[random(verdicts.length)] as RequestVerdict;
        breaker.end(pass, verdict, nowMs);
        if (verdict === 'answered') inARow = 0;
        if (verdict === 'failed') inARow += 1;
        if (verdict === 'answered') expect(breaker.state).toBe('closed');
        const reopened = before === 'trying' && breaker.state === 'open' && verdict === 'failed';
        if ((before === 'closed' && breaker.state === 'open') || reopened) openedAtMs = nowMs;
      }
      if (breaker.state === 'closed') expect(inARow).toBeLessThan(OPTIONS.failures);
      if (breaker.state === 'trying') expect(breaker.isPassable(Infinity)).toBe(false);
    }
  });
});
