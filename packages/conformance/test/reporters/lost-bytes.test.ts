import { expect, it } from 'vitest';
import { lostBytes } from '../../src/reporters/lost-bytes.ts';
import type { TimelineState, TimelineStep } from '../../src/result.ts';

const producer = (state: TimelineState): TimelineStep => ({ side: 'producer', text: 'write', state });
const consumer = (state: TimelineState): TimelineStep => ({ side: 'consumer', text: 'next()', state });
const turns = (state: TimelineState): TimelineStep => ({ side: 'turns', text: 'microtasks run dry', state });
const failure: TimelineStep = { side: 'consumer', text: 'the end', isFailure: true };

const written: TimelineState = { buffered: [0, 3], delivered: 0, size: 3 };
const taken: TimelineState = { buffered: [2, 3], delivered: 0, size: 1 };

it('finds the step in which bytes left the buffer that never reached the consumer', () => {
  expect(lostBytes([producer(written), consumer(taken), turns(taken), failure])).toEqual({
    from: 0,
    to: 2,
    step: 1,
  });
});

it('calls nothing lost that may still be on its way, or that has arrived', () => {
  expect(lostBytes([producer(written), consumer(taken), failure])).toBeNull();
  const arrived = { ...taken, delivered: 2 };
  expect(lostBytes([producer(written), consumer(taken), turns(arrived), failure])).toBeNull();
  const next = { buffered: [3, 3], delivered: 2, size: 0 } as const;
  expect(lostBytes([producer(written), consumer(taken), turns(arrived), consumer(next), failure])).toBeNull();
});

it('calls nothing lost to a reader that has left', () => {
  const left: TimelineState = { buffered: [3, 3], delivered: 0, size: 0, terminal: 'cancelled' };
  expect(lostBytes([producer(written), consumer(left), turns(left), failure])).toBeNull();
});

it('takes the word of a subject that holds fewer bytes than it must', () => {
  const store = (state: TimelineState): TimelineStep => ({ side: 'store', text: 'put(3 bytes)', state });
  const short: TimelineState = { buffered: [2, 5], size: 2 };
  expect(lostBytes([store({ buffered: [2, 2], size: 0 }), store(short), failure])).toEqual({
    from: 2,
    to: 3,
    step: 1,
  });
  expect(lostBytes([store({ buffered: [0, 1], size: 1 }), failure])).toBeNull();
  expect(lostBytes([failure])).toBeNull();
});
