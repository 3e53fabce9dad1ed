import { explain } from './reporters/marks.ts';
import type { Result } from './result.ts';

/** What a test runner is told about a case that neither passed nor failed. */
export function skipReason({ status, message }: Result): string {
  return `${status}: ${explain(status, message)}`;
}
