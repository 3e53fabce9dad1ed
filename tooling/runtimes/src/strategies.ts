/** The strategies that are graded, by package name. */
export const strategies: readonly string[] = [
  '@millrace/copy-on-yield',
  '@millrace/ring-buffer',
  '@millrace/chunk-queue',
];
