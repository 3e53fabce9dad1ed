/**
 * Whether a path means a file that the process was given open, beside the three that every process has. Node closes it for
 * whatever the process becomes or starts.
 */
export function isGivenOpen(path: string): boolean {
  return pathGivenOpen.test(path);
}

/** Whether there is such a path anywhere in a text. */
export function mentionsGivenOpen(text: string): boolean {
  return givenOpen.test(text);
}

const givenOpen = /\/(?:dev|proc\/self)\/fd\/(?![012]\b)\d+/;
const pathGivenOpen = new RegExp(`${givenOpen.source}$`);
