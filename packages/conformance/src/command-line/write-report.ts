import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './usage-error.ts';

/**
 * Writes a file, and the folders it lies in where there are none.
 *
 * @throws UsageError when it cannot be written. `name`: how the user calls it; default: its path.
 */
export function writeReport(path: string, text: string, name: string = path): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(
      `${name} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
