/** Where `pipeTo` puts bytes: the few things a pipe and a `WritableStream` have in common. */
export interface Destination {
  /** Hands over `chunk`. `true`: go on; `false`: wait for `ready` first. Throws why it takes no more. */
  write(chunk: Uint8Array): boolean;
  /** Settles when it may be written to. Rejects with why it never may again. */
  ready(): Promise<void>;
  /** Ends it. Settles when it has taken in everything, and rejects with why it has not. */
  end(): Promise<void>;
  /** Settles when everything written has been taken in, or never will be. */
  flushed(): Promise<void>;
  /** Fails it. Settles when it is done with that; never rejects. */
  fail(reason: unknown): Promise<void>;
  /** Settles with the reason when it takes no more, whoever is the cause. Never rejects. */
  readonly gone: Promise<unknown>;
  /** Leaves it to others. */
  release(): void;
}
