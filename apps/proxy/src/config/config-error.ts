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
