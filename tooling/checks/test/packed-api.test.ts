import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { apiDoors, apiReport } from '../src/api-report.ts';
import { publishedPackages } from '../src/workspace.ts';

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'millrace-api-'));
  return () => rmSync(scratch, { recursive: true });
});

/** Where the report of a door is kept, beside the sources. */
function reportPath(folder: string, door: string): string {
  const home = publishedPackages().find((one) => one.folder === folder)?.path ?? '';
  return join(home, 'etc', `${[folder, ...door.split('/').slice(1)].join('.')}.api.md`);
}

const libraries = inject('packedPackages').filter((one) => apiDoors(one).length > 0);

// `pnpm api` writes the reports anew. A change in one is a change that users see: it needs a changeset.
describe.each(libraries.map((one) => [one.manifest.name, one] as const))('%s', (_, packed) => {
  test.each(apiDoors(packed).map((one) => [one.door, one] as const))(
    'offers behind %s what its API report says',
    async (door, one) => {
      await expect(apiReport(packed, one, scratch)).toMatchFileSnapshot(reportPath(packed.folder, door));
    },
  );
});
