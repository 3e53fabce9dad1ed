import { expect, test } from 'vitest';
import { json } from '../../src/consume/json.ts';
import { text } from '../../src/consume/text.ts';
import { endedBody, openPipe, outcomeOf, quiet, utf8 } from './bodies.ts';

const sample = 'aé€😀\u{10FFFF}z';

// D56: chunks decoded one by one split a character.
test('text is the same wherever its bytes are cut, in two or into single bytes', async () => {
  const encoded = utf8(sample);
  for (let at = 0; at <= encoded.length; at += 1) {
    expect(await text(endedBody(encoded.slice(0, at), encoded.slice(at)))).toBe(sample);
  }
  expect(await text(endedBody(...Array.from(encoded, (byte) => Uint8Array.of(byte))))).toBe(sample);
});

test('text that arrives in pieces, each waited for, is the same too', async () => {
  const encoded = utf8(sample);
  for (let at = 1; at < encoded.length; at += 1) {
    const { writer, reader } = openPipe();
    const decoded = text(reader);
    for (const piece of [encoded.slice(0, at), encoded.slice(at)]) {
      await quiet();
      writer.write(piece);
    }
    await quiet();
    writer.end();
    expect(await decoded).toBe(sample);
  }
});

test('long text is the same wherever its bytes are cut, before or behind the first pages', async () => {
  const long = sample.repeat(700);
  const encoded = utf8(long);
  for (const at of [3, 6, 4_094, 4_095, 4_096, 4_097, 4_098, encoded.length - 1]) {
    expect(await text(endedBody(encoded.slice(0, at), encoded.slice(at)))).toBe(long);
    expect(await text(endedBody(encoded.slice(0, 2), encoded.slice(2, at), encoded.slice(at)))).toBe(long);
  }
});

test('a character that the end cuts off becomes U+FFFD, as in Response.text()', async () => {
  const cutOff = utf8('a€').slice(0, -1);
  expect(await text(endedBody(cutOff))).toBe('a\uFFFD');
  expect(await text(endedBody(cutOff))).toBe(await new Response(cutOff).text());
});

test('every kind of broken UTF-8 reads as Response.text() reads it', async () => {
  for (const broken of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80, 0x61]]) {
    const body = Uint8Array.from([0x61, ...broken, 0x62]);
    const expected = await new Response(body).text();
    for (let at = 0; at <= body.length; at += 1) {
      expect(await text(endedBody(body.slice(0, at), body.slice(at)))).toBe(expected);
    }
  }
});

test('a byte order mark at the front is dropped, cut or whole, and one further on is kept', async () => {
  const marked = Uint8Array.from([0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf]);
  for (let at = 0; at <= marked.length; at += 1) {
    expect(await text(endedBody(marked.slice(0, at), marked.slice(at)))).toBe('a\uFEFF');
  }
});

test('with fatal, broken bytes reject with a TypeError and cancel the source with it', async () => {
  const told: unknown[] = [];
  const { writer, reader } = openPipe({ source: { cancel: (reason) => told.push(reason) } });
  writer.write(Uint8Array.of(0x61, 0xff));
  const { reason } = (await outcomeOf(text(reader, { fatal: true }))) as { reason: unknown };
  expect(reason).toBeInstanceOf(TypeError);
  expect(told).toEqual([reason]);
});

test('with fatal, a character that the end cuts off rejects', async () => {
  const outcome = await outcomeOf(text(endedBody(utf8('a€').slice(0, -1)), { fatal: true }));
  expect((outcome as { reason: unknown }).reason).toBeInstanceOf(TypeError);
});

test('with fatal, sound text is sound wherever it is cut', async () => {
  const encoded = utf8(sample);
  for (let at = 0; at <= encoded.length; at += 1) {
    expect(await text(endedBody(encoded.slice(0, at), encoded.slice(at)), { fatal: true })).toBe(sample);
  }
});

test('JSON is parsed, a byte order mark in front of it included', async () => {
  expect(await json(endedBody('\uFEFF{"a":', '[1,2]}'))).toEqual({ a: [1, 2] });
});

test('what is no JSON rejects with a SyntaxError', async () => {
  const outcome = await outcomeOf(json(endedBody('{"a":')));
  expect((outcome as { reason: unknown }).reason).toBeInstanceOf(SyntaxError);
});
