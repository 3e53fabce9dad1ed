import { byteCount } from '../../byte-count.ts';
import type { Answer } from '../../oracle.ts';
import type { Leeway } from './leeway.ts';

/** How a call of the consumer ended, in one shape for all ways of reading. */
export type Outcome =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: unknown };

export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Whether an error is the one that was predicted: by identity, or by code where the pipe makes it. */
export function isPredicted(answer: Answer, error: unknown): boolean {
  if (answer.kind === 'any-error') return true;
  if (answer.kind === 'reason') return Object.is(answer.reason, error);
  return answer.kind === 'code' && codeOf(error) === answer.code;
}

/** The same where the pipe may make errors without the contract's codes: then any will do. */
export function isAcceptable(
  answer: Answer,
  error: unknown,
  { hasCodes }: Pick<Leeway, 'hasCodes'>,
): boolean {
  return isPredicted(answer, error) || (answer.kind === 'code' && !hasCodes);
}

/** Which of the figures that belong to an error it lacks, or has wrong: `limit: 4`. */
export function wrongFigures(answer: Answer, error: unknown): string {
  const figures = answer.kind === 'code' ? Object.entries(answer.figures ?? {}) : [];
  const shown = Object(error) as Readonly<Record<string, unknown>>;
  return figures
    .flatMap(([name, figure]) => (shown[name] === figure ? [] : [`${name}: ${figure}`]))
    .join(', ');
}

export function showError(error: unknown): string {
  const code = codeOf(error);
  if (typeof code === 'string') return code;
  return error instanceof Error ? `${error.name}: ${error.message}` : `${typeof error} ${String(error)}`;
}

export function showAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'bytes':
      return byteCount(answer.min, answer.max);
    case 'end':
      return 'the end';
    case 'reason':
      return showError(answer.reason);
    case 'any-error':
      return 'an error of its own';
    case 'code':
    default:
      return answer.code;
  }
}

export function showOutcome(outcome: Outcome): string {
  if (outcome.kind === 'bytes') return byteCount(outcome.bytes.length);
  return outcome.kind === 'end' ? 'the end' : showError(outcome.error);
}
