/** `grade-by-name.js PROFILE STRATEGY …`: prints one line of JSON for each strategy, on runtimes that load packages. */
import { loadStrategy } from '@millrace/core';
import { gradeStrategy } from './grade-strategy.ts';

interface ProcessLike {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): unknown };
}

const { process } = globalThis as unknown as { readonly process: ProcessLike };
const [mode = 'quick', ...names] = process.argv.slice(2);
for (const name of names) {
  process.stdout.write(`${JSON.stringify(await gradeStrategy(await loadStrategy(name), mode))}\n`);
}
