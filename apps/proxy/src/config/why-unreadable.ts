const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** Why a file could not be had, for the end of a sentence. */
export function whyUnreadable(reason: unknown): string {
  const { code = '' } = reason as NodeJS.ErrnoException;
  const [line = ''] = (reason instanceof Error ? reason.message : String(reason)).split('\n');
  return words[code] ?? line.replace(/\.$/, '');
}
