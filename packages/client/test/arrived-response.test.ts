import type { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { ArrivedResponse } from '../src/arrived-response.ts';

const bytes = (text: string) => Buffer.from(text);

/** A response whose handler notes what it is told, and does what the test says at each chunk. */
function responding(onChunk: (response: ArrivedResponse, text: string) => void = () => {}) {
  const told: string[] = [];
  const asked: string[] = [];
  const undici: Dispatcher.DispatchController = {
    paused: false,
    aborted: false,
    reason: null,
    pause: () => void asked.push('pause'),
    resume: () => void asked.push('resume'),
    abort: (reason) => void asked.push(`abort: ${reason.message}`),
  };
  const response = new ArrivedResponse({
    onResponseData: (controller, chunk) => {
      expect(controller).toBe(response);
      told.push(String(chunk));
      onChunk(response, String(chunk));
    },
    onResponseEnd: () => told.push('end'),
    onResponseError: (_, error) => told.push(`error: ${error.message}`),
  });
  response.onRequestStart(undici, undefined);
  const receive = (...texts: string[]) => {
    for (const text of texts) response.onResponseData(undici, bytes(text));
  };
  return { response, undici, told, asked, receive };
}

/** The same, paused, with two chunks and the end behind them. */
function waiting(onChunk?: (response: ArrivedResponse, text: string) => void) {
  const all = responding(onChunk);
  all.response.pause();
  all.response.arrive();
  all.receive('a', 'b');
  all.response.onResponseEnd(all.undici, {});
  expect(all.told).toEqual([]);
  return all;
}

describe('a response of which more is to come', () => {
  it('goes on at once, and is paused and resumed at its stream', () => {
    const { response, undici, told, asked, receive } = responding();
    receive('a');
    response.pause();
    response.resume();
    receive('b');
    response.onResponseEnd(undici, {});
    expect(told).toEqual(['a', 'b', 'end']);
    expect(asked).toEqual(['pause', 'resume']);
  });

  it('keeps what comes though it is paused, and hands it on before it asks for more', () => {
    const { response, told, asked, receive } = responding();
    response.pause();
    receive('a');
    expect(told).toEqual([]);
    response.resume();
    expect(told).toEqual(['a']);
    expect(asked).toEqual(['pause', 'resume']);
  });

  it('does not ask for more when what waited pauses it again', () => {
    const { response, asked, receive } = responding((paused) => paused.pause());
    response.pause();
    receive('a');
    response.resume();
    expect(asked).toEqual(['pause', 'pause']);
  });

  it('is aborted by undici', () => {
    const { response, told, asked } = responding();
    response.abort(new Error('enough'));
    expect([told, asked]).toEqual([[], ['abort: enough']]);
  });
});

describe('a response that has come whole', () => {
  it('waits for its reader, and ends behind the last chunk', () => {
    const { response, told, asked } = waiting((paused) => paused.pause());
    response.resume();
    expect(told).toEqual(['a']);
    response.resume();
    expect(told).toEqual(['a', 'b', 'end']);
    // Of what waits in the stream; nobody pauses that any more.
    expect(asked).toEqual(['pause', 'resume']);
  });

  it('fails behind the last chunk where that is its end [P3]', () => {
    const { response, undici, told, receive } = responding();
    response.pause();
    response.arrive();
    receive('a');
    response.onResponseError(undici, new Error('shorter than declared'));
    response.resume();
    expect(told).toEqual(['a', 'error: shorter than declared']);
  });

  it('fails once for a reader that leaves, with its reason', () => {
    const { response, told, asked } = waiting();
    response.abort(new Error('enough'));
    response.resume();
    expect(told).toEqual(['error: enough']);
    expect(response).toMatchObject({ aborted: true, reason: { message: 'enough' } });
    expect(asked).toEqual(['pause', 'resume']);
  });

  it('fails for a reader that leaves in the middle, and for one that throws', () => {
    const leaves = waiting((response) => response.abort(new Error('enough')));
    leaves.response.resume();
    expect(leaves.told).toEqual(['a', 'error: enough']);
    const throws = waiting(() => {
      throw new Error('bad chunk');
    });
    throws.response.resume();
    expect(throws.told).toEqual(['a', 'error: bad chunk']);
  });
});
