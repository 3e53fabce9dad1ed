import { EventEmitter, on } from 'node:events';
import type { SpeedContender } from '../contender.ts';

interface Body {
  readonly emitter: EventEmitter;
  readonly events: AsyncIterable<Uint8Array[]>;
}

/** `events.on`, closed by the `end` event. It counts events, not bytes, so its marks are of no use here. */
export function makeContender(): SpeedContender<Body> {
  const closing = { close: ['end'] };
  return {
    open() {
      const emitter = new EventEmitter();
      return { emitter, events: on(emitter, 'data', closing) as AsyncIterable<Uint8Array[]> };
    },
    write({ emitter }, chunk) {
      emitter.emit('data', chunk);
      return true;
    },
    end: ({ emitter }) => void emitter.emit('end'),
    hasSignals: false,
    chunksOf: ({ events }) => events,
    consume: {
      async 'for-await'({ events }, take) {
        for await (const [chunk] of events as AsyncIterable<[Uint8Array]>) take(chunk.length, chunk);
      },
    },
  };
}
