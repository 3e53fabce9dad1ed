import type { Status } from '../result.ts';

/** How a status reads at a glance, in text of any kind. */
export const marks: Readonly<Record<Status, string>> = {
  pass: '✓',
  fail: '✗',
  'unexpected-pass': '‼',
  unknown: '?',
  'known-failure': '~',
  vacuous: '∅',
  'not-claimed': '–',
};

/** Why a law is not simply kept, in one line. */
export function explain(status: Status, message: string | undefined): string {
  if (message !== undefined) return message;
  if (status === 'not-claimed') return 'the subject does not claim it';
  return status === 'vacuous' ? 'what it speaks about never came up' : status;
}
