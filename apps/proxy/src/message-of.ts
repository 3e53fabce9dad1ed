import { inspect } from 'node:util';

/** What was thrown, as words for a person: anything can be thrown, and a reason travels as it is. */
export function messageOf(reason: unknown): string {
  // Node tries every address of a name, and has no message for all of them together.
  if (reason instanceof AggregateError && reason.message === '') {
    return reason.errors.map((error) => messageOf(error)).join('; ');
  }
  if (reason instanceof Error) return reason.message;
  return typeof reason === 'string' ? reason : inspect(reason, { compact: true, breakLength: Infinity });
}
