/** A replay code, and the call in it that the subject has not come back from. */
export function whereAt(code: string, call: string | undefined): string {
  return call === undefined ? code : `${code}, in ${call}`;
}
