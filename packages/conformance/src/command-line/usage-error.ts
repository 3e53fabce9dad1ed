/** What the user has to mend: a flag, a name, a file. Ends the command with exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
