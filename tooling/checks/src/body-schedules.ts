import { setImmediate as nextTurn } from 'node:timers/promises';

/** A body with one producer and one consumer, whatever is between them. */
export interface BodySubject {
  write(chunk: Uint8Array): void;
  end(): void;
  /** The next chunk; `undefined` at a clean end. */
  next(): Promise<Uint8Array | undefined>;
}

/**
 * One step of a schedule: `W` the producer writes its next bytes, `E` it ends the body, `r` the consumer asks for
 * the next chunk and runs until it has one or waits, `t` a consumer that waits gets to run. Between `W` and `E`
 * nothing else runs, as when a parser finds several events in one read of its socket.
 */
export type Step = 'W' | 'E' | 'r' | 't';

/** What became of one schedule. */
export interface Outcome {
  readonly schedule: string;
  readonly written: readonly number[];
  readonly delivered: readonly number[];
  /** The consumer saw a clean end. */
  readonly ended: boolean;
  /** The consumer saw it while the producer still had something to say. */
  readonly endedEarly: boolean;
}

type Consumer = 'asks' | 'waits' | 'done';

/** Plays steps on a fresh subject and says how far that led. */
class Play {
  readonly written: number[] = [];
  readonly delivered: number[] = [];
  consumer: Consumer = 'asks';
  endedEarly = false;
  #left: number;
  #isEnded = false;
  #wasWoken = false;
  readonly #subject: BodySubject;

  constructor(subject: BodySubject, writes: number) {
    this.#subject = subject;
    this.#left = writes;
  }

  /** The steps that can come next; none when the schedule is complete. */
  possible(): Step[] {
    const steps: Step[] = [];
    if (this.#left > 0) steps.push('W');
    else if (!this.#isEnded) steps.push('E');
    if (this.consumer === 'asks') steps.push('r');
    if (this.consumer === 'waits' && this.#wasWoken) steps.push('t');
    return steps;
  }

  /** Takes steps; between the producer's no microtask runs. */
  async take(...steps: Step[]): Promise<void> {
    for (const step of steps) {
      if (step === 'W' || step === 'E') this.#produce(step);
      else await this.#consume(step);
    }
  }

  #produce(step: 'W' | 'E'): void {
    this.#wasWoken = true;
    if (step === 'E') {
      this.#isEnded = true;
      this.#subject.end();
      return;
    }
    const first = this.written.length;
    const chunk = [first, first + 1, first + 2];
    this.#left -= 1;
    this.written.push(...chunk);
    this.#subject.write(Uint8Array.from(chunk));
  }

  async #consume(step: 'r' | 't'): Promise<void> {
    this.#wasWoken = false;
    if (step === 'r') {
      this.consumer = 'waits';
      void this.#subject.next().then((chunk) => this.#receive(chunk));
    }
    await nextTurn();
  }

  #receive(chunk: Uint8Array | undefined): void {
    this.consumer = chunk === undefined ? 'done' : 'asks';
    if (chunk !== undefined) this.delivered.push(...chunk);
    else this.endedEarly = !this.#isEnded;
  }
}

/** Plays one schedule, and from its last step on asks until the consumer is done or waits for ever. */
export async function playSchedule(makeSubject: () => BodySubject, schedule: string): Promise<Outcome> {
  const steps = schedule.split(' ') as Step[];
  const play = new Play(makeSubject(), steps.filter((step) => step === 'W').length);
  await play.take(...steps);
  for (let rest = play.possible(); rest.length > 0; rest = play.possible())
    await play.take(rest.at(-1) as Step);
  return outcomeOf(play, schedule);
}

/** Plays every order in which `writes` writes and an end can meet one consumer. */
export async function playEverySchedule(makeSubject: () => BodySubject, writes: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const pending: Step[][] = [[]];
  for (let steps = pending.pop(); steps !== undefined; steps = pending.pop()) {
    const play = new Play(makeSubject(), writes);
    await play.take(...steps);
    const possible = play.possible();
    if (possible.length === 0) outcomes.push(outcomeOf(play, steps.join(' ')));
    for (const step of possible) pending.push([...steps, step]);
  }
  return outcomes;
}

/** Whether the consumer was told that the body is complete, and it was not. */
export function losesBytes({ ended, written, delivered }: Outcome): boolean {
  return ended && written.join() !== delivered.join();
}

function outcomeOf({ written, delivered, consumer, endedEarly }: Play, schedule: string): Outcome {
  return { schedule, written, delivered, ended: consumer === 'done', endedEarly };
}
