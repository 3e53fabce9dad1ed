import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const door = new URL('../src/index.ts', import.meta.url).href;
const manifest = new URL('../package.json', import.meta.url);

it('is named when undici cannot be loaded on this one', async () => {
  // As in every Node before 22.15.
  const older = 'import zlib from "node:zlib"; delete zlib.createZstdDecompress;';
  const load = ['--import', `data:text/javascript,${encodeURIComponent(older)}`, '--input-type=module', '-e'];
  const loading = promisify(execFile)(process.execPath, [...load, `import ${JSON.stringify(door)}`]);
  const { node } = (JSON.parse(await readFile(manifest, 'utf8')) as { engines: { node: string } }).engines;
  await expect(loading).rejects.toMatchObject({
    stderr: expect.stringContaining(
      `Error: @millrace/client needs Node ${node.replace('>=', '')} or later, and this is ${process.versions.node}.\n`,
    ),
  });
});
