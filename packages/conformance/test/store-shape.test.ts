import type { BufferStrategy, ByteStore } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { conformance } from '../src/index.ts';
import { growingStrategy } from './stores/growing-store.ts';

const whole: ByteStore = {
  size: 0,
  cost: 0,
  put: () => 0,
  peek: () => new Uint8Array(0),
  take: () => new Uint8Array(0),
  takeInto: () => 0,
  drop: () => {},
  clear: () => {},
};

function making(store: unknown): BufferStrategy {
  return { ...growingStrategy, createStore: () => store as ByteStore };
}

describe('a strategy is refused before it is graded', () => {
  it.each([
    [{ ...whole, drop: undefined }, 'its stores have no function drop'],
    [{ ...whole, size: () => 0 }, 'its stores have no number size'],
    [
      {
        put: () => 0,
        peek: () => new Uint8Array(0),
        get length() {
          return 0;
        },
      },
      'its stores have no number size, no number cost, no function take, no function takeInto, no function drop, no function clear; it has length, which stores need not have',
    ],
    [Promise.resolve(whole), 'createStore() gives a promise; stores are made at once'],
    [undefined, 'createStore() gives undefined, and no store'],
  ])('for what a store lacks: %#', (store, problem) => {
    expect(() => conformance(making(store))).toThrow(
      expect.objectContaining({
        code: 'ERR_PIPE_STRATEGY',
        message: `This is no buffer strategy: ${problem}`,
      }),
    );
  });

  it('with the names that it has in their place, those of its class too', () => {
    class Misspelt {
      dropp(): void {}
    }
    const store: unknown = Object.assign(new Misspelt(), whole, { drop: undefined });
    expect(() => conformance(making(store))).toThrow(
      'its stores have no function drop; it has dropp, which stores need not have',
    );
  });

  it('but not for a store that cannot be made, of which the laws say more', () => {
    const createStore = (): never => {
      throw new Error('not today');
    };
    expect(conformance({ ...growingStrategy, createStore })).not.toHaveLength(0);
  });
});
