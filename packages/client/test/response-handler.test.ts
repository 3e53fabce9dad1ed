import { Dispatcher } from 'undici';
import chunkQueue from '@millrace/chunk-queue';
import ringBuffer from '@millrace/ring-buffer';
import { describe, expect, it } from 'vitest';
import type { IncomingResponse, RequestOptions } from '../src/index.ts';
import { makeClient } from './make-client.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** A dispatcher whose one request the test answers itself, in whatever order. */
class ScriptedDispatcher extends Dispatcher {
  readonly calls: string[] = [];
  handler: Dispatcher.DispatchHandler = {};
  readonly controller: Dispatcher.DispatchController = {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: null,
    rawTrailers: null,
    pause: () => void this.calls.push('pause'),
    resume: () => void this.calls.push('resume'),
    abort: (reason) =>
      void this.calls.push(
        `abort ${reason.name} ${reason.cause === undefined ? reason.message : JSON.stringify(reason.cause)}`,
      ),
  };

  override dispatch(_: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.handler = handler;
    return true;
  }

  start(): void {
    this.handler.onRequestStart?.(this.controller, null);
  }

  headers(status: number, headers: Record<string, string | string[]> = {}): void {
    this.handler.onResponseStart?.(this.controller, status, headers, '');
  }

  data(text: string): void {
    this.handler.onResponseData?.(this.controller, bytes(text));
  }

  end(trailers = {}): void {
    this.handler.onResponseEnd?.(this.controller, trailers);
  }

  error(error: Error): void {
    this.handler.onResponseError?.(this.controller, error);
  }
}

async function responding(
  headers: Record<string, string | string[]> = {},
  highWaterMark = 8,
  options: RequestOptions = {},
  rawHeaders: Buffer[] | null = null,
): Promise<{ dispatcher: ScriptedDispatcher; response: IncomingResponse }> {
  const dispatcher = new ScriptedDispatcher();
  const requested = makeClient({ strategy: ringBuffer, dispatcher, pipe: { highWaterMark } }).request(
    'http://a.example/',
    options,
  );
  dispatcher.controller.rawHeaders = rawHeaders;
  dispatcher.start();
  dispatcher.headers(200, headers);
  return { dispatcher, response: await requested };
}

describe('an exchange', () => {
  it.each([
    ['differ', ['5', '6']],
    ['differ on one line', '5, 6'],
    ['are no number', 'five'],
  ])('fails when the lengths it declares %s, and is aborted', async (_, length) => {
    const dispatcher = new ScriptedDispatcher();
    const requested = makeClient({ strategy: chunkQueue, dispatcher }).request('http://a.example/');
    dispatcher.start();
    dispatcher.headers(200, { 'content-length': length });
    await expect(requested).rejects.toMatchObject({ code: 'ERR_PIPE_LENGTH_MISMATCH' });
    expect(dispatcher.calls).toEqual([expect.stringMatching(/^abort PipeError/)]);
    dispatcher.data('late');
    dispatcher.end();
  });

  it('fails short of its length even where undici reports an end [P15]', async () => {
    const { dispatcher, response } = await responding({ 'content-length': '5' });
    dispatcher.data('four');
    dispatcher.end();
    await expect(response.content.text()).rejects.toMatchObject({
      code: 'ERR_PIPE_LENGTH_MISMATCH',
      expected: 5,
      received: 4,
    });
    expect(response.content.complete).toBe(false);
  });

  it('fails at the first byte over its length, and is aborted [P15]', async () => {
    const { dispatcher, response } = await responding({ 'content-length': '5' });
    dispatcher.data('five.');
    dispatcher.data('!');
    expect(dispatcher.calls.at(-1)).toMatch(/^abort PipeError/);
    dispatcher.end();
    await expect(response.content.text()).rejects.toMatchObject({ code: 'ERR_PIPE_LENGTH_MISMATCH' });
    expect(response.content.complete).toBe(false);
  });

  it('that has ended is not changed by an error [P4]', async () => {
    const { dispatcher, response } = await responding();
    dispatcher.data('all');
    dispatcher.end();
    dispatcher.error(new Error('late'));
    dispatcher.data('late');
    dispatcher.end();
    expect(await response.content.text()).toBe('all');
    expect(response.content.complete).toBe(true);
    expect(await response.content.closed).toMatchObject({ outcome: 'ended', written: 3 });
  });

  it('that has failed is not ended by an end [P2]', async () => {
    const { dispatcher, response } = await responding();
    const error = new Error('broken');
    dispatcher.data('some');
    dispatcher.error(error);
    dispatcher.end();
    await expect(response.content.read()).rejects.toBe(error);
    await expect(response.content.json()).rejects.toBe(error);
    expect(response.content.complete).toBe(false);
  });

  it('is complete as soon as its end has come, read or not', async () => {
    const { dispatcher, response } = await responding();
    dispatcher.data('all');
    expect(response.content.complete).toBe(false);
    dispatcher.end({ 'x-sum': '1' });
    expect(response.content.complete).toBe(true);
    expect({ ...response.trailers }).toEqual({ 'x-sum': '1' });
    expect(response.rawTrailers).toEqual(['x-sum', '1']);
  });

  it('is not complete when its reader had left before the end', async () => {
    const { dispatcher, response } = await responding();
    dispatcher.data('some');
    response.content.cancel('enough');
    expect(dispatcher.calls).toEqual(['abort PipeError "enough"']);
    dispatcher.data('late');
    dispatcher.end();
    expect(response.content.complete).toBe(false);
  });

  it('keeps none of the memory that its head was read into', async () => {
    const { dispatcher, response } = await responding({ 'content-length': '10' }, 8, {}, [
      bytes('Content-Length'),
      bytes('10'),
    ]);
    expect(response.rawHeaders).toEqual(['Content-Length', '10']);
    expect(dispatcher.controller.rawHeaders).toEqual(['Content-Length', '10']);
  });

  it('pauses at the high-water mark and resumes when read [P11]', async () => {
    const { dispatcher, response } = await responding({}, 8);
    dispatcher.data('1234');
    expect(dispatcher.calls).toEqual([]);
    dispatcher.data('5678');
    expect(dispatcher.calls).toEqual(['pause']);
    await response.content.reader.read({ min: 8 });
    await Promise.resolve();
    expect(dispatcher.calls).toEqual(['pause', 'resume']);
  });

  it('is not resumed by a reader that the next chunk has overtaken', async () => {
    const { dispatcher, response } = await responding({}, 8);
    dispatcher.data('12345678');
    response.content.reader.tryRead();
    dispatcher.data('12345678');
    await Promise.resolve();
    expect(dispatcher.calls).toEqual(['pause', 'pause']);
  });

  it('can be paused between any two chunks that a resume brings [P11]', async () => {
    const { dispatcher, response } = await responding({}, 8);
    // As undici does it: what the parser has comes out of `resume` itself, until a pause.
    dispatcher.controller.resume = () => {
      let isPaused = false;
      dispatcher.controller.pause = () => {
        isPaused = true;
      };
      for (let chunk = 0; chunk < 8 && !isPaused; chunk++) dispatcher.data('12345678');
      dispatcher.calls.push('resumed');
    };
    dispatcher.data('12345678');
    const { reader } = response.content;
    reader.tryRead();
    expect(dispatcher.calls).toEqual(['pause']);
    await Promise.resolve();
    expect(dispatcher.calls).toEqual(['pause', 'resumed']);
    expect(reader.size).toBe(8);
  });

  it('is not paused behind the last byte of a declared length, where only the end can follow', async () => {
    const { dispatcher, response } = await responding({ 'content-length': '10' }, 8);
    dispatcher.data('123456789');
    expect(dispatcher.calls).toEqual(['pause']);
    dispatcher.data('0');
    dispatcher.end();
    expect(response.content.complete).toBe(true);

    const whole = await responding({ 'content-length': '10' }, 8);
    whole.dispatcher.data('1234567890');
    expect(whole.dispatcher.calls).toEqual([]);
  });

  it('never touches the controller once it is over: the connection is of the next request', async () => {
    const { dispatcher, response } = await responding({}, 8);
    dispatcher.data('123456789');
    dispatcher.end();
    const calls = [...dispatcher.calls];
    await response.content.text();
    response.content.cancel();
    expect(dispatcher.calls).toEqual(calls);
  });

  it('is aborted as soon as undici starts it, when it was given up in a queue', async () => {
    const dispatcher = new ScriptedDispatcher();
    const signal = new AbortController();
    const requested = makeClient({ strategy: chunkQueue, dispatcher }).request('http://a.example/', {
      signal: signal.signal,
    });
    signal.abort('gone');
    await expect(requested).rejects.toBe('gone');
    expect(dispatcher.calls).toEqual([]);
    dispatcher.start();
    expect(dispatcher.calls).toEqual(['abort PipeError "gone"']);
  });

  it('fails with what a strategy throws when it is asked for a store', async () => {
    const dispatcher = new ScriptedDispatcher();
    const broken = new Error('no store');
    let stores = 0;
    const strategy = {
      ...chunkQueue,
      createStore: () => {
        if (stores++ > 0) throw broken;
        return chunkQueue.createStore();
      },
    };
    const requested = makeClient({ strategy, dispatcher }).request('http://a.example/');
    dispatcher.start();
    dispatcher.headers(200);
    await expect(requested).rejects.toBe(broken);
    expect(dispatcher.calls).toEqual(['abort Error no store']);
  });

  it('fails with what an interceptor throws, and leaves the client able to close', async () => {
    const dispatcher = new ScriptedDispatcher();
    const mistake = new Error('a mistake in an interceptor');
    dispatcher.dispatch = () => {
      throw mistake;
    };
    const client = makeClient({ strategy: chunkQueue, dispatcher });
    await expect(client.request('http://a.example/')).rejects.toBe(mistake);
    await client.close();
  });

  it.each<[string, (to: ScriptedDispatcher, response: IncomingResponse) => void]>([
    ['is read', (_, { content }) => void content.reader.tryRead()],
    ['fails', (dispatcher) => dispatcher.error(new Error('broken'))],
    ['is cancelled', (_, { content }) => content.cancel()],
    ['ends', (dispatcher) => dispatcher.end()],
  ])('tells onPaused that the server is paused, and no longer when the body %s', async (_, happens) => {
    const seen: boolean[] = [];
    const onPaused = (isPaused: boolean): void => void seen.push(isPaused);
    const { dispatcher, response } = await responding({}, 8, { onPaused });
    dispatcher.data('12345678');
    // Outside of the parser, which other bodies may enter.
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual([true]);
    happens(dispatcher, response);
    await Promise.resolve();
    expect(seen).toEqual([true, false]);
    response.content.cancel();
    await Promise.resolve();
    expect(seen).toEqual([true, false]);
  });

  it('tells onPaused nothing of a body that is never paused, or whole before it would be', async () => {
    const seen: boolean[] = [];
    const onPaused = (isPaused: boolean): void => void seen.push(isPaused);
    const { dispatcher, response } = await responding({ 'content-length': '9' }, 8, { onPaused });
    dispatcher.data('123456789');
    dispatcher.end();
    await response.content.text();
    expect(seen).toEqual([]);
  });

  it('fails with what onPaused throws', async () => {
    const mistake = new Error('a mistake in a callback');
    const { dispatcher, response } = await responding({}, 8, {
      onPaused: () => {
        throw mistake;
      },
    });
    dispatcher.data('12345678');
    await Promise.resolve();
    response.content.reader.tryRead();
    await expect(response.content.reader.read()).rejects.toBe(mistake);
    expect(dispatcher.calls).toEqual(['pause', 'abort Error a mistake in a callback']);
  });

  it('calls onInformation outside of the parser, which other bodies may enter', async () => {
    const dispatcher = new ScriptedDispatcher();
    const seen: number[] = [];
    const requested = makeClient({ strategy: chunkQueue, dispatcher }).request('http://a.example/', {
      onInformation: ({ status }) => void seen.push(status),
    });
    dispatcher.start();
    dispatcher.headers(103);
    expect(seen).toEqual([]);
    dispatcher.headers(200);
    seen.push((await requested).status);
    expect(seen).toEqual([103, 200]);
  });
});
