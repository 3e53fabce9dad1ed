import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { saveFiles } from '../src/multipart-to-disk.ts';
import { eventsIn } from '../src/server-sent-events.ts';
import type { ServerSentEvent } from '../src/server-sent-events.ts';
import { bodyIn, bodyOfText, numbered } from './body.ts';

describe('server-sent events', () => {
  const stream = ': hello\n\nevent: tick\ndata: 1\n\ndata: two\ndata: lines\n\n';

  it.each([1, 2, 3, 1000])('are the same when bytes come %s at a time', async (piece) => {
    const events: ServerSentEvent[] = [];
    for await (const event of eventsIn(bodyIn(Buffer.from(stream), piece))) events.push(event);
    expect(events).toEqual([
      { event: 'tick', data: '1' },
      { event: 'message', data: 'two\nlines' },
    ]);
  });

  it('make a stream that is cut in an event an error', async () => {
    const events = eventsIn(bodyOfText('data: one\n\ndata: tw'));
    expect((await events.next()).value).toEqual({ event: 'message', data: 'one' });
    await expect(events.next()).rejects.toMatchObject({ code: 'ERR_PIPE_UNEXPECTED_END' });
  });
});

describe('a multipart upload', () => {
  /** With beginnings of the delimiter in the middle of the file. */
  const file = Buffer.concat([numbered(5_000), Buffer.from('\r\n--bound\r\n--'), numbered(5_000)]);
  const form = Buffer.concat([
    Buffer.from('--boundary\r\ncontent-disposition: form-data; name="note"\r\n\r\nhello'),
    Buffer.from('\r\n--boundary\r\ncontent-disposition: form-data; name="f"; filename="a"\r\n\r\n'),
    file,
    Buffer.from('\r\n--boundary\r\ncontent-disposition: form-data; name="g"; filename="b"\r\n\r\n'),
    Buffer.from('\r\n--boundary--\r\n'),
  ]);

  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'millrace-upload-'));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  }

  it.each([1, 13, 977, 100_000])('is saved byte for byte when it comes %s bytes at a time', async (piece) => {
    const saved = await saveFiles(bodyIn(form, piece), 'boundary', folder());
    expect(saved.map(({ bytes }) => bytes)).toEqual([file.length, 0]);
    expect(Buffer.compare(readFileSync(saved[0]?.path ?? ''), file)).toBe(0);
  });

  it('is an error when it is cut anywhere', async () => {
    for (const length of [0, 5, 30, 90, 4_000, form.length - 10]) {
      await expect(saveFiles(bodyIn(form.subarray(0, length), 977), 'boundary', folder())).rejects.toThrow(
        /cut short|ended/,
      );
    }
  });
});
