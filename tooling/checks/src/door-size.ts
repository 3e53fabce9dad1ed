import { brotliCompressSync, constants } from 'node:zlib';
import { rolldown } from 'rolldown';

/** What a door weighs for who imports everything behind it, in bytes. */
export interface DoorSize {
  readonly minified: number;
  readonly brotli: number;
}

/**
 * Bundles all of a door, minifies it and compresses it. What it imports from elsewhere (the family included) is not in
 * it: each package answers for itself.
 *
 * @param entry The built file that the door leads to.
 */
export async function doorSize(entry: string): Promise<DoorSize> {
  const bundle = await rolldown({
    input: entry,
    external: (specifier) => !/^[./]/.test(specifier),
    treeshake: true,
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'es', minify: true, sourcemap: false });
  await bundle.close();
  const code = output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('');
  const compressed = brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { minified: Buffer.byteLength(code), brotli: compressed.length };
}
