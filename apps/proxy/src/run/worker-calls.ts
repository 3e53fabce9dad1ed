import type { Worker } from 'node:cluster';
import { ConfigError } from '../config/config-error.ts';
import { messageOf } from '../message-of.ts';

/** What the primary asks of a worker. `argument` is what the method takes. */
export interface WorkerCall {
  readonly call: number;
  readonly method: 'start' | 'snapshot' | 'switchStrategy' | 'reload' | 'drain';
  readonly argument: unknown;
}

/** The answer to a call: what it gave, or why it failed. */
interface WorkerReply {
  readonly reply: number;
  readonly result?: unknown;
  readonly failure?: { readonly isMistake: boolean; readonly sentences: readonly string[] };
}

/**
 * The worker's first word: from now on it hears calls. Node drops what comes before, since a worker of a cluster has
 * a listener of Node's own that takes it.
 */
interface WorkerReady {
  readonly isReady: true;
}

type Method = WorkerCall['method'];

interface Settle {
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

/** Why a call to a worker will never be answered. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';

  constructor(cause?: unknown) {
    super('The worker has exited', { cause });
  }
}

/** The primary's side of one worker: calls go out as messages, and their answers settle them. */
export class WorkerCalls {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Settle>();
  /** Calls that wait until the worker hears them; `undefined` when it does. */
  #unsent: WorkerCall[] | undefined = [];
  #calls = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: unknown) => {
      if (isReply(message)) this.#settle(message);
      else if (isReady(message)) this.#sendAll();
    });
    worker.on('exit', () => this.#lose());
    // A message that could not be sent, since it has died a moment ago. Nobody listening would end this process, too.
    worker.on('error', (error) => this.#lose(error));
  }

  /** Rejects with what the worker says went wrong, and with `WorkerGone` when it exits before it has answered. */
  call(method: Method, argument?: unknown): Promise<unknown> {
    this.#calls += 1;
    const message: WorkerCall = { call: this.#calls, method, argument };
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.call, { resolve, reject });
      if (this.#unsent === undefined) this.#worker.send(message);
      else this.#unsent.push(message);
    });
  }

  #lose(cause?: unknown): void {
    for (const answer of this.#waiting.values()) answer.reject(new WorkerGone(cause));
    this.#waiting.clear();
  }

  #sendAll(): void {
    for (const message of this.#unsent ?? []) this.#worker.send(message);
    this.#unsent = undefined;
  }

  #settle({ reply, result, failure }: WorkerReply): void {
    const answer = this.#waiting.get(reply);
    this.#waiting.delete(reply);
    if (failure === undefined) answer?.resolve(result);
    else
      answer?.reject(
        failure.isMistake ? new ConfigError(failure.sentences) : new Error(failure.sentences[0]),
      );
  }
}

/** The worker's side: does what the primary asks, one call beside the other. */
export function answerCalls(methods: Readonly<Record<Method, (argument: unknown) => unknown>>): void {
  const answer = async ({ call, method, argument }: WorkerCall): Promise<void> => {
    let reply: WorkerReply;
    try {
      reply = { reply: call, result: await methods[method](argument) };
    } catch (reason) {
      const isMistake = reason instanceof ConfigError;
      const sentences = isMistake ? reason.sentences : [messageOf(reason)];
      reply = { reply: call, failure: { isMistake, sentences } };
    }
    process.send?.(reply);
  };
  process.on('message', (message: unknown) => {
    // The metrics' own messages come this way too.
    if (isCall(message)) void answer(message);
  });
  process.send?.({ isReady: true } satisfies WorkerReady);
}

function isCall(message: unknown): message is WorkerCall {
  return typeof message === 'object' && message !== null && 'call' in message;
}

function isReady(message: unknown): message is WorkerReady {
  return typeof message === 'object' && message !== null && 'isReady' in message;
}

function isReply(message: unknown): message is WorkerReply {
  return typeof message === 'object' && message !== null && 'reply' in message;
}
