import { expect, it } from 'vitest';
import { mistakeOfNode } from '../src/run/least-node.ts';

it.each(['22.19.0', '22.20.1', '23.0.0', '24.1.0', '100.0.0'])('runs on Node %s', (version) => {
  expect(mistakeOfNode(version)).toBeUndefined();
});

it.each(['22.18.9', '22.2.0', '20.20.2', '9.99.0'])('refuses Node %s in a sentence', (version) => {
  expect(mistakeOfNode(version)).toBe(`it needs Node 22.19 or later, and this is ${version}.`);
});
