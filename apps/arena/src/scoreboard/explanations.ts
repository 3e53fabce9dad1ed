import type { LawId } from '@millrace/conformance';

const webOrder =
  'Of three `next()` calls, the second waits when the third is made after the first was answered; then the third is no longer queued behind it, and at the end it is answered first while the second is not answered at all.';
const webAssertion =
  'With two `next()` calls waiting that were made at different times, ending or failing the stream trips an internal assertion (`ERR_INTERNAL_ASSERTION`) in Node’s own code, and one of the two waits for ever.';

/**
 * What each divergence is, in one sentence, by contender. Each was seen in the library itself, without our adapter:
 * `test/divergences.test.ts` has that run under the same name. A divergence without a sentence here is not
 * published, since an adapter is always the first suspect.
 */
export const explanations: Readonly<Record<string, Readonly<Partial<Record<LawId, string>>>>> = {
  'web-readable': { P6: webAssertion, P7: webOrder },
  'web-readable-bytes': { P6: webAssertion, P7: webOrder },
  'web-transform': { P6: webAssertion, P7: webOrder },
  'node-stream-iter': {
    P4: 'A `fail()` after `end()` still turns the end into a failure while bytes are undelivered, although `canWrite` already says `null` and the documentation calls it a no-op once the writer is closed.',
  },
  'it-queueless-pushable': {
    P6: 'Once the end has been read, the next `next()` waits for ever instead of answering `done` again.',
    P7: 'Of two `next()` calls that wait at once, the second rejects with an internal error as soon as the first is answered.',
  },
  repeater: {
    P7: 'When `stop(error)` finds one `next()` waiting and another is made right after it, the later one settles first and gets the error, and the earlier one reads `done`; an async generator answers them in order.',
  },
  'event-iterator': {
    P6: 'A `next()` that waits when `return()` is called is never settled.',
    P13: 'Every further `return()` runs the clean-up handler once more.',
  },
};
