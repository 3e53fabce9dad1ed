import { expect, test } from 'vitest';
import { importsOf, packageOf } from '../src/source-imports.ts';

const kindsOf = (source: string) =>
  importsOf(source, 'a.ts').map(({ kind, specifier }) => `${kind} ${specifier}`);

test('what vanishes with the types is told from what still loads a module', () => {
  expect(
    kindsOf(
      `import type { A } from 'a'; let t: import('b').T; export type { C } from 'c'; export type * from 'd';`,
    ),
  ).toEqual(expect.arrayContaining(['type a', 'type b', 'type c', 'type d']));
  expect(
    kindsOf(`import { type A } from 'a'; import 'b'; export { c } from 'c'; export * from 'd';`),
  ).toEqual(expect.arrayContaining(['static a', 'static b', 'static c', 'static d']));
});

test('import() of a literal is named, import() of anything else is seen without a name', () => {
  expect(kindsOf(`await import('a'); await import(name);`)).toEqual(['dynamic a', 'dynamic undefined']);
});

test('imports in comments and strings are none', () => {
  expect(kindsOf(`// import 'a'\nconst text = "import 'b'";`)).toEqual([]);
});

test('a door belongs to its package', () => {
  expect(packageOf('@millrace/core/web')).toBe('@millrace/core');
  expect(packageOf('undici/types')).toBe('undici');
});
