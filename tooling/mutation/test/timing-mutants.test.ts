import { describe, expect, it } from 'vitest';
import { timingMutants } from '../src/timing-mutants.ts';

const kindsAndTexts = (source: string): string[] =>
  timingMutants(source, 'a.ts').map(({ kind, line, mutated }) => `${kind} ${line}: ${mutated}`);

describe('timing mutants', () => {
  it('makes a call, an assignment and a count a microtask later, each alone', () => {
    expect(kindsAndTexts('function f() { wake(); }')).toEqual([
      'later 1: function f() { queueMicrotask(() => { wake(); }); }',
    ]);
    expect(kindsAndTexts('function f() { this.x = 1; }')).toEqual([
      'later 1: function f() { queueMicrotask(() => { this.x = 1; }); }',
    ]);
    expect(kindsAndTexts('function f() { count++; }')).toEqual([
      'later 1: function f() { queueMicrotask(() => { count++; }); }',
    ]);
  });

  it('reaches the arm of an if, the body of a loop and the cases of a switch', () => {
    expect(kindsAndTexts('if (a) wake();')).toEqual(['later 1: if (a) queueMicrotask(() => { wake(); });']);
    expect(kindsAndTexts('while (a) step();')).toEqual([
      'later 1: while (a) queueMicrotask(() => { step(); });',
    ]);
    expect(kindsAndTexts('switch (a) { case 1: step(); }')).toEqual([
      'later 1: switch (a) { case 1: queueMicrotask(() => { step(); }); }',
    ]);
  });

  it('swaps neighbours when one of them calls something, and leaves declarations and plain assignments alone', () => {
    const swaps = (source: string): string[] =>
      kindsAndTexts(source).filter((text) => text.startsWith('swap'));
    expect(swaps('function f() { this.clear(); this.x = 1; }')).toEqual([
      'swap 1: function f() { this.x = 1; this.clear(); }',
    ]);
    expect(swaps('function f() { this.y = 2; this.x = 1; }')).toEqual([]);
    expect(swaps('function f() { const y = g(); this.x = y; }')).toEqual([]);
    expect(swaps('function f() { this.clear(); return 1; }')).toEqual([]);
  });

  it('waits before each statement of an async function, and of no other', () => {
    const awaits = (source: string): string[] =>
      kindsAndTexts(source).filter((text) => text.startsWith('await'));
    expect(awaits('async function f() { const a = 1; return a; }')).toEqual([
      'await 1: async function f() { await null; const a = 1; return a; }',
      'await 1: async function f() { const a = 1; await null; return a; }',
    ]);
    expect(awaits('async function f() { return () => { g(); }; }')).toEqual([
      'await 1: async function f() { await null; return () => { g(); }; }',
    ]);
  });

  it('leaves the checking of invariants alone', () => {
    expect(kindsAndTexts('class A { checkInvariants() { hold(); } clear() { drop(); } }')).toEqual([
      'later 1: class A { checkInvariants() { hold(); } clear() { queueMicrotask(() => { drop(); }); } }',
    ]);
  });

  it('says which line it changed', () => {
    expect(kindsAndTexts('\n\nwake();')).toEqual([]);
    expect(timingMutants('{\n  wake();\n}', 'a.ts').map(({ line, statement }) => [line, statement])).toEqual([
      [2, 'wake();'],
    ]);
  });

  it('refuses what does not parse, by name', () => {
    expect(() => timingMutants('function', 'broken.ts')).toThrow(/^broken\.ts does not parse/);
  });
});
