import type { SpeedContender, Take } from '../contender.ts';

interface Body {
  take: Take;
  onEnd: () => void;
}

const nothing = (): void => undefined;

/** The limit of calling somebody: the consumer is a function, and the producer calls it. It can neither wait nor hold. */
export function makeContender(): SpeedContender<Body> {
  return {
    open: () => ({ take: nothing, onEnd: nothing }),
    write(body, chunk) {
      body.take(chunk.length, chunk);
      return true;
    },
    end: (body) => body.onEnd(),
    hasSignals: false,
    consume: {
      tryRead: (body, take) =>
        new Promise<void>((resolve) => {
          body.take = take;
          body.onEnd = resolve;
        }),
    },
  };
}
