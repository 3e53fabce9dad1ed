import { readFileSync } from 'node:fs';

/** What is wrong with this version of Node, in a sentence; `undefined` when the proxy runs on it. */
export function mistakeOfNode(version: string): string | undefined {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const { node } = (manifest as { engines: { node: `>=${string}` } }).engines;
  const least = node.slice('>='.length);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `it needs Node ${least} or later, and this is ${version}.`;
}
