const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** What the system says when a file cannot be read, for the end of a sentence. */
export function whyUnreadable({ code = '', message }: NodeJS.ErrnoException): string {
  return words[code] ?? message;
}
