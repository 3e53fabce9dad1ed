/** Mistakes in the flags, the environment, the file, or what they name: one sentence for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly sentences: readonly string[];

  constructor(sentences: string | readonly string[], options?: ErrorOptions) {
    const all = typeof sentences === 'string' ? [sentences] : sentences;
    super(all.join('\n'), options);
    this.sentences = all;
  }
}

/**
 * Waits for all of them.
 *
 * @throws ConfigError With the mistakes of all.
 */
export async function allOrMistakes<T>(pending: readonly Promise<T>[]): Promise<T[]> {
  const sentences: string[] = [];
  const values: T[] = [];
  for (const settled of await Promise.allSettled(pending)) {
    if (settled.status === 'fulfilled') values.push(settled.value);
    else if (settled.reason instanceof ConfigError) sentences.push(...settled.reason.sentences);
    else throw settled.reason;
  }
  if (sentences.length > 0) throw new ConfigError(sentences);
  return values;
}
