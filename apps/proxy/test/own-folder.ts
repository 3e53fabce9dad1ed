import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of the test's own, gone when the test ends. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-proxy-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file in such a folder. */
export function ownFile(name: string, text: string): string {
  const file = join(ownFolder(), name);
  writeFileSync(file, text);
  return file;
}
