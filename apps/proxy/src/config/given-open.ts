/**
 * Whether a path means a file that the process was given open, beside the three that every process has. Node closes it for
 * whatever the process becomes or starts.
 */
export function isGivenOpen(path: string): boolean {
  return GIVEN_OPEN.test(path);
}

const GIVEN_OPEN = /\/(?:dev|proc\/self)\/fd\/(?![012]$)\d+$/;
