import { PlainPipe } from '../pipes/plain-pipe.ts';
import { brokenPipe } from './broken-subject.ts';
import type { BrokenSubject } from './broken-subject.ts';

/** Pause, resume and the limits do not keep to the marks. */
export const pipesWithWrongPressure: readonly BrokenSubject[] = [
  brokenPipe(
    'goes-on-while-paused',
    ['P9'],
    class extends PlainPipe {
      override writeAnswer(): boolean {
        return this.state === 'open';
      }
    },
  ),
  brokenPipe(
    'never-says-go-on',
    ['P9'],
    class extends PlainPipe {
      override writeAnswer(): boolean {
        return false;
      }
    },
  ),
  brokenPipe(
    'pauses-one-byte-late',
    ['P9'],
    class extends PlainPipe {
      override weigh(): void {
        const before = this.paused;
        super.weigh();
        if (this.paused && !before && this.cost === this.high) this.paused = false;
      }
    },
  ),
  brokenPipe(
    'never-resumes-by-itself',
    ['P9', 'P11'],
    class extends PlainPipe {
      override tellPressure(): void {
        if (this.paused) super.tellPressure();
        else this.toldPaused = false;
      }
    },
  ),
  brokenPipe(
    'resumes-without-having-paused',
    ['P11', 'P12'],
    class extends PlainPipe {
      override end(): void {
        this.options.source?.resume?.();
        super.end();
      }
    },
  ),
  brokenPipe(
    'stays-paused-while-a-reader-waits-for-more',
    ['P9', 'P11'],
    class extends PlainPipe {
      override weigh(): void {
        const { waits } = this;
        this.waits = [];
        super.weigh();
        this.waits = waits;
      }
    },
  ),
  brokenPipe(
    'ready-says-yes-after-the-end',
    ['P11'],
    class extends PlainPipe {
      override ready(): Promise<boolean> {
        return this.state === 'open' ? super.ready() : Promise.resolve(true);
      }
    },
  ),
  brokenPipe(
    'has-no-limit',
    ['P10'],
    class extends PlainPipe {
      override excess(length: number): Error | null {
        const error = super.excess(length);
        return (error as { code?: string } | null)?.code === 'ERR_PIPE_OVERFLOW' ? null : error;
      }
    },
  ),
  brokenPipe(
    'holds-far-more-than-it-was-given',
    ['P10'],
    class extends PlainPipe {
      override get cost(): number {
        return super.cost > 0 ? super.cost + 100_000 : 0;
      }
    },
  ),
  brokenPipe(
    'ignores-the-limit-of-the-body',
    ['P10'],
    class extends PlainPipe {
      override excess(length: number): Error | null {
        const error = super.excess(length);
        return (error as { code?: string } | null)?.code === 'ERR_PIPE_TOO_LARGE' ? null : error;
      }
    },
  ),
  brokenPipe(
    'try-read-forgets-to-resume',
    ['P9', 'P11'],
    class extends PlainPipe {
      isTrying = false;

      override tryNow(take: () => Uint8Array, min: number): Uint8Array | null | undefined {
        this.isTrying = true;
        const answer = super.tryNow(take, min);
        this.isTrying = false;
        return answer;
      }

      override weigh(): void {
        if (!this.isTrying) super.weigh();
      }
    },
  ),
  brokenPipe(
    'stays-paused-after-a-multiple-of-the-mark',
    ['P9', 'P11'],
    class extends PlainPipe {
      override weigh(): void {
        const wasPaused = this.paused;
        super.weigh();
        if (wasPaused && this.size === 0 && this.state === 'open')
          this.paused = this.written % this.high === 0;
      }
    },
  ),
  brokenPipe(
    'counts-chunks-instead-of-bytes',
    ['P10'],
    class extends PlainPipe {
      chunks = 0;

      override get cost(): number {
        return this.size === 0 ? 0 : this.chunks;
      }

      override put(chunk: Uint8Array, owned: boolean): void {
        this.chunks = this.size === 0 ? 1 : this.chunks + 1;
        super.put(chunk, owned);
      }
    },
  ),
];
