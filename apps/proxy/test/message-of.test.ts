import { expect, it } from 'vitest';
import { messageOf } from '../src/message-of.ts';

it.each([
  ['the message of an error', new TypeError('no such thing'), 'no such thing'],
  ['a string as it is', 'it broke', 'it broke'],
  ['a value that is falsy', undefined, 'undefined'],
  ['what an object holds', { code: 7 }, '{ code: 7 }'],
  ['an object that no string can be made of', Object.create(null), '[Object: null prototype] {}'],
  ['a symbol', Symbol('left'), 'Symbol(left)'],
  [
    'each of the errors that are thrown together, where nobody has summed them up',
    new AggregateError([new Error('::1 refuses'), new Error('127.0.0.1 refuses')]),
    '::1 refuses; 127.0.0.1 refuses',
  ],
  ['and the sum where there is one', new AggregateError([new Error('one')], 'all of them'), 'all of them'],
])('says %s', (_, reason, message) => {
  expect(messageOf(reason)).toBe(message);
});
