/** A mistake in the flags, the environment, or what they name: one sentence for whoever started the proxy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
