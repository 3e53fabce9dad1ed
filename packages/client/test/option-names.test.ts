import { PassThrough } from 'node:stream';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it } from 'vitest';
import { createClient, tunnelOver } from '../src/index.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';

/** As JavaScript has it, where no type refuses anything. */
const untyped = (options: unknown): never => options as never;
const strategy = chunkQueue;

describe('an option that there is none of', () => {
  it.each<[string, unknown, string]>([
    [
      'a part of several',
      { timeout: 5 },
      'request() has no option timeout; did you mean continueTimeoutMs, headersTimeoutMs, bodyTimeoutMs or readerTimeoutMs?',
    ],
    ['one letter short', { header: {} }, 'request() has no option header; did you mean headers?'],
    ['in another case', { maxbytes: 5 }, 'request() has no option maxbytes; did you mean maxBytes?'],
    ['one that it has with a word before it', { abortSignal: 5 }, '… abortSignal; did you mean signal?'],
    ['like none', { redirect: 'follow' }, '… redirect; it has method, headers, body, trailers,'],
  ])('of request() is refused when it is %s', async (_, options, message) => {
    const client = makeClient({ strategy });
    await expect(client.request('http://127.0.0.1/', untyped(options))).rejects.toMatchObject({
      code: 'ERR_PIPE_ARGUMENT',
      message: expect.stringContaining(message.replace(/^… /, 'request() has no option ')) as unknown,
      value: Object.values(options as object)[0],
    });
  });

  it('of upgrade() and connect() is refused, those of request() among them', async () => {
    const client = makeClient({ strategy });
    await expect(client.upgrade('http://127.0.0.1/', untyped({ body: 'x' }))).rejects.toMatchObject({
      code: 'ERR_PIPE_ARGUMENT',
      message:
        'upgrade() has no option body; it has headers, signal, onInformation, onPaused, headersTimeoutMs, path, protocol',
    });
    const options = untyped({ target: 'example.com:443', headersTimeout: 5 });
    await expect(client.connect('http://127.0.0.1/', options)).rejects.toMatchObject({
      code: 'ERR_PIPE_ARGUMENT',
      message: 'connect() has no option headersTimeout; did you mean headersTimeoutMs?',
    });
  });

  it.each<[unknown, string]>([
    [{ bodyTimeout: 5 }, 'createClient() has no option bodyTimeout; did you mean bodyTimeoutMs?'],
    [{ pipe: { highWatermark: 5, x: 1 } }, 'pipe has no option highWatermark; did you mean highWaterMark?'],
    [{ pipe: { signal: 5 } }, 'pipe has no option signal; it has highWaterMark, lowWaterMark, maxBuffered, '],
    [{ pipe: 5 }, 'the options of pipe are 5, no object'],
  ])('of createClient() is refused: %j', (options, message) => {
    const made = (): unknown => createClient(untyped({ strategy, ...(options as object) }));
    expect(made).toThrow(expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }));
    expect(made).toThrow(message);
  });

  it('of the agent is undici’s to know', () => {
    const agent = untyped({ notOfUndici: 5 });
    expect(() => makeClient({ strategy, agent })).not.toThrow();
  });

  it.each([{ onPause: () => {} }, { pipe: { maxBuffer: 5 } }])(
    'of tunnelOver() is refused: %j',
    (options) => {
      const made = (): unknown => tunnelOver(new PassThrough(), untyped({ strategy, ...options }));
      expect(made).toThrow(expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }));
      expect(made).toThrow(/did you mean (?:onPaused|maxBuffered)\?/);
    },
  );

  it('of the ways to read a body as a whole is refused, and the body is there still', async () => {
    const url = await httpServer((_, response) => response.end('12345'));
    const { content } = await makeClient({ strategy }).request(url);
    for (const call of ['read', 'text', 'json', 'blob'] as const) {
      await expect(content[call](untyped({ maxByte: 5 }))).rejects.toMatchObject({
        code: 'ERR_PIPE_ARGUMENT',
        message: `${call}() has no option maxByte; did you mean maxBytes?`,
      });
    }
    await expect(content.discard(untyped({ timeout: 5 }))).rejects.toMatchObject({
      code: 'ERR_PIPE_ARGUMENT',
      message: 'discard() has no option timeout; did you mean timeoutMs?',
    });
    expect(await content.text({ maxBytes: 5 })).toBe('12345');
  });

  it('asks for nothing, and is let be, when it is undefined', async () => {
    const url = await httpServer((_, response) => response.end('12345'));
    const { content } = await makeClient({ strategy }).request(url, untyped({ timeout: undefined }));
    expect(await content.text()).toBe('12345');
  });

  it.each([
    [null, 'null'],
    [5, '5'],
    ['GET', '"GET"'],
  ])('cannot be told where the options are no object: %j', async (options, shown) => {
    await expect(
      makeClient({ strategy }).request('http://127.0.0.1/', untyped(options)),
    ).rejects.toMatchObject({
      code: 'ERR_PIPE_ARGUMENT',
      message: `the options of request() are ${shown}, no object`,
      value: options,
    });
  });
});
