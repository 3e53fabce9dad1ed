import { describe, expect, test } from 'vitest';
import { goals } from '../src/speed/goals.ts';
import { renderAdvice } from '../src/speed/report/render-advice.ts';
import type { Results } from '../src/speed/results.ts';
import { fastMachine } from './fast-machine.ts';

const figures: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'for-await/given/lock-step/64B': { 'chunk-queue': 20, 'node-readable': 40, 'web-readable': 30 },
  'for-await/given/lock-step/1KiB': { 'chunk-queue': 100, 'node-readable': 80, 'web-readable': 120 },
  'for-await/given/bursts-8/1KiB': { 'chunk-queue': 999.7, 'node-readable': 2000 },
  'for-await/given/bursts-64/16KiB': { 'chunk-queue': 1690, 'node-readable': 676 },
  'for-await/given/bursts-64/1MiB': { 'chunk-queue': 81_000 },
  creation: { 'chunk-queue': 150, 'copy-on-yield': 150.4, 'ring-buffer': 165 },
  'memory/idle': { 'chunk-queue': 272, 'copy-on-yield': 268 },
  'one-byte-writes': { 'chunk-queue': 1_234_800, 'web-readable': 168_900_000, 'node-readable': 221_300_000 },
  latency: { 'chunk-queue': 0, 'web-readable': 0 },
};

const results: Results = {
  machine: fastMachine,
  profile: 'full',
  tookSeconds: 810,
  versions: {},
  cells: Object.entries(figures).flatMap(([workload, row]) =>
    Object.entries(row).map(([contender, median]) => ({
      workload,
      contender,
      median,
      low: median * 0.9,
      high: median * (contender === 'chunk-queue' ? 1.1 : 1.5),
      runs: [median * 0.9, median],
      gc: undefined,
    })),
  ),
  problems: [],
};

function rendered(template: string): string {
  return renderAdvice(template, results, goals).text;
}

function untrue(template: string): readonly string[] {
  return renderAdvice(template, results, goals).untrue;
}

describe('a placeholder', () => {
  test.each([
    ['range chunk-queue creation', '150 ns'],
    ['range chunk-queue for-await/given/lock-step/*', '20 to 100 ns'],
    ['range chunk-queue for-await/given/lock-step/64B..16KiB', '20 to 100 ns'],
    ['range chunk-queue for-await/given/*/1KiB..16KiB', '100 ns to 1.7 µs'],
    ['range chunk-queue for-await/given/bursts-*/16KiB+', '1.7 to 81 µs'],
    ['range chunk-queue for-await/given/bursts-8/1KiB', '1.0 µs'],
    [
      'range chunk-queue for-await/given/lock-step/64B and web-readable for-await/given/*/1KiB',
      '20 to 120 ns',
    ],
    ['range ours creation', '150 to 165 ns'],
    ['range chunk-queue,copy-on-yield creation', '150 ns'],
    ['range chunk-queue,copy-on-yield memory/idle', '268 to 272 bytes'],
    ['range chunk-queue one-byte-writes', '1.2 MiB'],
    ['least peers one-byte-writes', '161 MiB'],
    ['most peers one-byte-writes', '211 MiB'],
    ['times chunk-queue node-readable for-await/given/bursts-64/16KiB', '2.5'],
    ['times chunk-queue node-readable for-await/given/lock-step/*', '0.5 to 1.3'],
    ['percent chunk-queue peers for-await/given/lock-step/*', '67 to 125 %'],
    ['percent chunk-queue web-readable for-await/given/lock-step/64B', '67 %'],
    ['difference node-readable chunk-queue for-await/given/lock-step/*', '-20 to 20 ns'],
    ['apart ours creation', '10 %'],
    ['apart chunk-queue,node-readable for-await/given/lock-step/*', '100 %'],
    ['spread chunk-queue creation', '±10 %'],
    ['spread ours creation', '±30 %'],
    ['goals all', '26'],
    ['goals reached', '0'],
    ['runs', '2'],
    ['took', '14 minutes'],
  ])('%s reads %s', (placeholder, text) => {
    expect(rendered(`a {{${placeholder}}} b`)).toBe(`a ${text} b`);
  });

  test('may be wrapped', () => {
    expect(rendered('{{ range\n  chunk-queue\n  creation }}')).toBe('150 ns');
  });

  test.each([
    ['range chunk-quue creation', 'no figure of chunk-quue on creation'],
    ['range chunk-queue,chunk-quue creation', 'no figure of chunk-quue on creation'],
    [
      'range chunk-queue for-await/given/lockstep/*',
      'no figure of chunk-queue on for-await/given/lockstep/*',
    ],
    ['range chunk-queue for-await/given/*/64KiB', 'no figure of chunk-queue on for-await/given/*/64KiB'],
    ['range chunk-queue for-await/given/*/2KiB+', 'no figure of chunk-queue on for-await/given/*/2KiB+'],
    ['range chunk-queue for-await/given', 'no figure of chunk-queue on for-await/given'],
    [
      'range chunk-queue for-await/given/lock-step,bursts-64/1KiB,16KiB',
      'no figure of chunk-queue on for-await/given/lock-step/16KiB',
    ],
    ['range ours memory/idle', 'no figure of ring-buffer on memory/idle'],
    ['times chunk-queue web-readable for-await/given/bursts-8/*', 'no figure of web-readable on'],
    ['range chunk-queue creation,memory/idle', 'no figure of chunk-queue on creation/idle'],
    ['range chunk-queue creation and chunk-queue memory/idle', 'not all times, nor all memory'],
    ['times chunk-queue web-readable latency', 'no number in the record'],
    ['range chunk-queue', '"chunk-queue" is not CONTENDERS WORKLOADS'],
    ['times chunk-queue creation', 'is not OURS THEIRS WORKLOADS'],
    ['range chunk-queue creation latency', 'is not CONTENDERS WORKLOADS'],
    ['goals lost', '"lost" is none of all, reached, within-noise, beyond'],
    ['rage chunk-queue creation', '"rage" is none of range, '],
    ['claim "less" if chunk-queue < web-readable creation', 'is not OURS <|>|within FACTOR THEIRS WORKLOADS'],
    ['claim "less" if chunk-queue < 1 web-readable creation', 'no figure of web-readable on creation'],
    ['claim less if chunk-queue < 1 ring-buffer creation', '"claim" is none of'],
  ])('%s is an error that names it: %s', (placeholder, message) => {
    expect(() => rendered(`It takes {{${placeholder}}}.`)).toThrow(`{{${placeholder}}}: `);
    expect(() => rendered(`It takes {{${placeholder}}}.`)).toThrow(message);
  });

  test('is named beside all others that nothing answers', () => {
    expect(() => rendered('{{range a creation}} {{range ours creation}} {{range b creation}}')).toThrow(
      /\{\{range a creation\}\}.*\n.*\{\{range b creation\}\}/,
    );
  });

  test('has to be closed', () => {
    expect(() => rendered('It takes {{range ours creation.')).toThrow('{{ without }}');
  });

  test('of the time that an old record does not tell is an error', () => {
    const { tookSeconds: _, ...old } = results;
    expect(() => renderAdvice('{{took}}', old, goals)).toThrow('how long it took');
  });
});

describe('a claim', () => {
  test.each([
    'chunk-queue < 0.51 node-readable for-await/given/lock-step/64B',
    'chunk-queue > 2.4 node-readable for-await/given/bursts-64/16KiB',
    'chunk-queue within 2 node-readable for-await/given/lock-step/*',
    'chunk-queue < 1 peers for-await/given/lock-step/64B and chunk-queue > 1 peers for-await/given/lock-step/1KiB',
  ])('that holds is its words: %s', (conditions) => {
    const template = `It takes {{claim "much less" if ${conditions}}} there.`;
    expect(rendered(template)).toBe('It takes much less there.');
    expect(untrue(template)).toEqual([]);
  });

  test.each([
    ['chunk-queue < 0.5 node-readable for-await/given/lock-step/64B', ['0.50']],
    ['chunk-queue > 2.5 node-readable for-await/given/bursts-64/16KiB', ['2.50']],
    ['chunk-queue within 1.9 node-readable for-await/given/lock-step/*', ['0.50']],
    ['chunk-queue within 1.2 node-readable for-await/given/lock-step/*', ['0.50', '1.25']],
  ])('that does not is told with what the record says: %s', (condition, found) => {
    const [only = '', ...more] = untrue(`It takes {{claim "less" if ${condition}}} there.`);
    expect(more).toEqual([]);
    expect(only.startsWith(`"less", if ${condition}: chunk-queue takes `)).toBe(true);
    expect([...only.matchAll(/takes ([\d.]+) times what node-readable/g)].map(([, times]) => times)).toEqual(
      found,
    );
  });

  test('is told for each condition that does not hold', () => {
    const both =
      'chunk-queue < 1 ring-buffer creation and chunk-queue > 1 copy-on-yield creation and ring-buffer < 1 chunk-queue creation';
    expect(untrue(`{{claim "x" if ${both}}}`)).toHaveLength(2);
  });
});
