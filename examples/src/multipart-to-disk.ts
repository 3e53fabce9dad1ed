import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readUntil } from '@millrace/core';
import type { PipeReader } from '@millrace/core';

export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
}

/** Saves the files of a `multipart/form-data` body, none of which is ever whole in memory, under numbered names. */
export async function saveFiles(body: PipeReader, boundary: string, folder: string): Promise<SavedFile[]> {
  const saved: SavedFile[] = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  await readUntil(body, `--${boundary}`);
  while ((await nextLine(body)) !== '--') {
    const headers = await readUntil(body, '\r\n\r\n', { maxBytes: 16_384 });
    const isFile = /filename="/i.test(new TextDecoder().decode(headers));
    const part = partIn(body, delimiter);
    if (isFile) saved.push(await saveAs(join(folder, `upload-${saved.length}`), part));
    else for await (const _ of part); // A field of the form, which this recipe has no use for.
  }
  return saved;
}

async function saveAs(path: string, part: AsyncIterable<Uint8Array>): Promise<SavedFile> {
  await using file = await open(path, 'w');
  let bytes = 0;
  for await (const lent of part) {
    await file.writeFile(lent);
    bytes += lent.length;
  }
  return { path, bytes };
}

/** What stands behind a delimiter, before the headers: nothing, or the two dashes of the last one. */
async function nextLine(body: PipeReader): Promise<string> {
  const two = await body.read({ min: 2, max: 2 });
  const text = Buffer.from(two ?? []).toString('latin1');
  if (text !== '--' && text !== '\r\n') throw new Error('The multipart body is cut short');
  return text;
}

/** Lends the bytes up to the delimiter, then takes the delimiter too. */
async function* partIn(body: PipeReader, delimiter: Buffer): AsyncGenerator<Uint8Array> {
  for (;;) {
    const lent = await body.peek(delimiter.length);
    if (lent === null || lent.length < delimiter.length) throw new Error('The multipart body is cut short');
    const bytes = Buffer.from(lent.buffer, lent.byteOffset, lent.byteLength);
    const at = bytes.indexOf(delimiter);
    // Without it, the last bytes may still be its beginning.
    const length = at === -1 ? bytes.length - delimiter.length + 1 : at;
    if (length > 0) yield bytes.subarray(0, length);
    body.consume(at === -1 ? length : length + delimiter.length);
    if (at !== -1) return;
  }
}
