import type { SpeedContender } from '../contender.ts';

interface Body {
  readonly chunks: Uint8Array[];
  onEnd: () => void;
}

/** The limit of collecting: chunks in a list, and one copy of each into memory that nobody has zeroed. */
export function makeContender(): SpeedContender<Body> {
  async function collect(body: Body, take: (length: number, chunk: Uint8Array) => void): Promise<void> {
    await new Promise<void>((resolve) => (body.onEnd = resolve));
    const whole = Buffer.concat(body.chunks);
    take(whole.length, whole);
  }
  return {
    open: () => ({ chunks: [], onEnd: () => undefined }),
    write(body, chunk) {
      body.chunks.push(chunk);
      return true;
    },
    end: (body) => body.onEnd(),
    hasSignals: false,
    consume: { bytes: collect, 'bytes-known': collect },
  };
}
