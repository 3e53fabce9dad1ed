/** What becomes of one defect of the catalogue: subjects that have it, or why nobody outside can see it. */
export type CatalogueEntry = readonly string[] | { readonly unseen: string };

/**
 * Defects that body buffers have shipped with, D01 to D75, collected from public bug reports. The text says what
 * goes wrong; the subjects beside it go wrong in that way, and the kill matrix shows that the suite notices.
 */
export const catalogue: Readonly<Record<string, readonly [defect: string, entry: CatalogueEntry]>> = {
  // Loss and premature end
  D01: [
    'the live accumulator is handed out and cleared afterwards',
    ['blacksheep-original', 'gives-a-live-view'],
  ],
  D02: ['completion is looked at after the yield', ['blacksheep-original']],
  D03: ['woken with nothing is taken for the end', ['blacksheep-original', 'blacksheep-first-fix']],
  D04: ['an empty chunk is the end marker', ['an-empty-write-is-the-end', 'blacksheep-first-fix']],
  D05: ['empty chunks are delivered', ['delivers-an-empty-chunk']],
  D06: ['end() forgets what is queued', ['end-forgets-what-is-queued']],
  D07: ['a slow reader finds its queue closed', ['drops-what-is-not-read-soon-after-the-end']],
  D08: ['shutting down does not wait for a slow sink', ['drops-what-is-not-read-soon-after-the-end']],
  D09: ['the end is stored between two polls and nobody is woken', ['an-end-wakes-nobody']],
  D10: [
    'a helper that collects everything forgets chunks',
    { unseen: 'helpers are functions over a reader, not part of the pipe that is graded' },
  ],
  D11: [
    'framing that the producer does not know is dropped',
    { unseen: 'what a parser makes of the wire never reaches the pipe' },
  ],
  D12: [
    'a counter overflows after 2^31 bytes',
    {
      unseen: 'no schedule writes that much; bodies stay below 256 bytes so that each byte names its offset',
    },
  ],
  // Swallowed errors
  D13: ['a failure also completes, and completion is looked at first', ['blacksheep-first-fix']],
  D14: ['one way to read never looks at the failure', ['read-into-takes-a-failure-for-the-end']],
  D15: [
    'the declared length is not compared',
    ['takes-a-short-body-for-a-whole-one', 'takes-more-than-was-declared'],
  ],
  D16: ['a close without an end is taken for one', ['a-failure-looks-like-the-end']],
  D17: ['an abort ends as well', ['an-end-overrides-a-failure']],
  D18: [
    'the end does not reach every stage of a decoder',
    { unseen: 'a pipe has no stages; composed ones are graded one by one' },
  ],
  D19: ['giving up is seen as a clean end', ['cancelling-looks-like-the-end']],
  D20: ['one branch of a tee is cancelled instead of failed', { unseen: 'tee is a function over a reader' }],
  D21: ['throw() of an iterator resolves', ['throw-resolves']],
  // Hangs and lost wake-ups
  D22: ['a failure is stored and wakes nobody', ['a-failure-wakes-nobody', 'blacksheep-current']],
  D23: ['one failure stops the neighbour', ['a-failure-beside-another-wakes-nobody']],
  D24: ['a wake-up is used up before interest is registered again', ['a-write-wakes-nobody']],
  D25: ['a reader is woken only within its own turn', ['a-wait-falls-asleep-in-a-macrotask']],
  D26: [
    'whoever was woken leaves, or finds its bytes taken',
    ['wakes-and-then-takes', 'an-abandoned-wait-takes-bytes'],
  ],
  D27: ['one place for a waiting call', ['one-place-for-a-waiting-call']],
  D28: ['reading on after the end waits for ever', ['a-second-read-of-the-end-waits']],
  D29: ['return() leaves next() waiting', ['return-leaves-next-waiting']],
  D30: ['a signal is looked at between reads only', ['looks-at-the-signal-once']],
  D31: ['a reader wants more than the mark', ['stays-paused-while-a-reader-waits-for-more']],
  D32: ['a write larger than the capacity waits for ever', ['refuses-what-does-not-fit-whole']],
  D33: ['one way to read does not resume', ['try-read-forgets-to-resume']],
  D34: [
    'a paused state survives into the next body',
    { unseen: 'a pipe carries one body and is not reused' },
  ],
  D35: ['two layers with different marks', { unseen: 'layers are pipes that are graded one by one' }],
  D36: ['a multiple of the mark stays paused', ['stays-paused-after-a-multiple-of-the-mark']],
  D37: ['off by one at the mark', ['pauses-one-byte-late', 'grows-one-byte-too-late']],
  // Errors that are none, and errors that destroy data
  D38: ['a failure discards what was accepted', ['a-failure-overtakes-bytes', 'blacksheep-current']],
  D39: ['a failure after the end overrides it', ['a-failure-overrides-the-end', 'blacksheep-first-fix']],
  D40: ['an end that comes while paused is forgotten', ['an-end-while-paused-is-forgotten']],
  D41: ['an end that comes while paused crashes', ['an-end-while-paused-throws']],
  D42: ['a legal end is taken for a failure', ['the-end-looks-like-a-failure']],
  // Corruption and aliasing
  D43: ['memory goes back to a pool while it is read', ['gives-its-memory-to-the-pool-twice']],
  D44: [
    'the producer reuses its buffer',
    ['keeps-a-chunk-that-was-not-given', 'declares-copies-and-keeps', 'copies-one-call-late'],
  ],
  D45: ['memory is released twice', ['gives-its-memory-to-the-pool-twice']],
  D46: ['off by one at the seam of a ring', ['writes-one-off-at-the-seam', 'reads-one-off-at-the-seam']],
  D47: ['a burst overwrites unread bytes', ['overwrites-the-oldest-bytes', 'full-looks-empty']],
  D48: ['a view is overwritten on the next lap', ['gives-a-view-of-the-ring', 'gives-one-scratch-each-time']],
  D49: ['bytes of another body are replayed', ['two-stores-share-their-state', 'two-pipes-share-a-buffer']],
  D50: ['the count is larger than what was copied', ['reports-the-room-instead-of-the-bytes']],
  D51: ['two owners of one result', ['gives-an-array-of-the-same-length-again', 'two-pipes-share-a-buffer']],
  D52: [
    '.buffer shows neighbours',
    ['shows-memory-beside-the-result', 'gives-neighbours-in-one-slab', 'ignores-the-byte-offset'],
  ],
  D53: [
    'a pooled Buffer is detached by a byte stream',
    { unseen: 'adapters to streams are functions over a pipe' },
  ],
  D54: ['a detached chunk is read as short', ['reads-a-detached-chunk-as-short']],
  D55: ['a resizable or shared chunk changes later', ['keeps-resizable-memory', 'keeps-shared-memory']],
  D56: [
    'chunks are decoded one by one',
    { unseen: 'a pipe carries bytes; text() is a function over a reader' },
  ],
  // Repeats and reorders
  D57: ['a re-entrant read gets bytes again', ['a-view-is-delivered-again', 'wakes-inside-a-wake']],
  D58: [
    'two consumers of one result, and one leaves',
    { unseen: 'a pipe has one consumer; what two share is the business of whoever shares it' },
  ],
  D59: ['a read does not consume', ['read-into-leaves-the-last-byte', 'delivers-a-byte-twice']],
  D60: [
    'the producer is signalled before its chunk is stored',
    ['tells-to-pause-before-the-chunk-is-stored'],
  ],
  D61: ['two pulls in flight settle out of order', ['last-call-first']],
  D62: ['bytes and completion change in two steps', ['joins-what-comes-later-in-the-turn']],
  // Memory and cost
  D63: ['no bound and no signal', ['has-no-limit', 'goes-on-while-paused', 'never-resumes-by-itself']],
  D64: ['the mark counts chunks', ['counts-chunks-instead-of-bytes']],
  D65: ['a fan-out follows its fastest branch', { unseen: 'tee is a function over a reader' }],
  D66: ['leaving is not told to the producer', ['tells-the-source-nothing']],
  D67: ['cleaning up stops at a hook that throws', ['keeps-the-bytes-when-the-cancel-hook-throws']],
  D68: [
    'an unread body keeps its memory',
    ['keeps-the-bytes-of-a-reader-that-left', 'clear-keeps-the-memory'],
  ],
  D69: ['a sliver keeps a large array', ['counts-slivers-and-holds-arrays']],
  D70: ['objects outweigh the bytes', ['one-object-for-every-byte']],
  D71: [
    'the backlog is copied or added up again and again',
    ['copies-the-backlog-for-every-put', 'adds-up-its-size-each-time'],
  ],
  // Misuse
  D72: ['data after the end is taken', ['takes-data-after-the-end']],
  D73: ['a late call after the reader has left throws', ['throws-at-a-producer-whose-reader-left']],
  D74: ['a failure nobody asked about is an unseen rejection', ['a-failure-nobody-asked-about']],
  D75: ['a hook runs twice', ['tells-the-source-twice']],
};
