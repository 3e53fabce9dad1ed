import { bytes } from '@millrace/core';
import { expect, it } from 'vitest';
import { bodyOf } from '../src/push-parser.ts';
import type { PushParser } from '../src/push-parser.ts';
import { numbered } from './body.ts';

const connection = { pause: () => undefined, resume: () => undefined };

function parser(): PushParser {
  return { memory: new Uint8Array(64), onBody: () => {}, onMessageComplete: () => {}, onError: () => {} };
}

it('a body keeps what a parser showed it, though the parser uses its memory again', async () => {
  const subject = parser();
  const body = bodyOf(subject, connection);
  const sent = numbered(128);
  subject.memory.set(sent.subarray(0, 64));
  subject.onBody(0, 64);
  subject.memory.set(sent.subarray(64));
  subject.onBody(0, 64);
  subject.onMessageComplete();
  expect(await bytes(body)).toEqual(sent);
});

it('a callback after the reader has left throws nothing into the parser', () => {
  const subject = parser();
  bodyOf(subject, connection).cancel();
  expect(() => {
    subject.onBody(0, 64);
    subject.onMessageComplete();
  }).not.toThrow();
});

it('a parser whose body is not read hears that it should pause, and then that it may go on', async () => {
  const heard: string[] = [];
  const subject = parser();
  const body = bodyOf(subject, { pause: () => heard.push('pause'), resume: () => heard.push('resume') });
  for (let index = 0; index < 1024; index += 1) subject.onBody(0, 64);
  expect(heard).toEqual(['pause']);
  subject.onMessageComplete();
  expect((await bytes(body)).length).toBe(65_536);
});
