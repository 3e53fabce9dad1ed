import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** One place where a source file names another module. */
export interface SourceImport {
  /** Path of the importing file within its package, with `/`. */
  readonly file: string;
  /** What is imported, as written; `undefined` for an `import()` of something computed. */
  readonly specifier: string | undefined;
  /**
   * `type` leaves nothing behind once types are stripped: `import type`, `export type … from`, `import('x').T`.
   * `import { type T }` is not one: it still loads the module.
   */
  readonly kind: 'type' | 'static' | 'dynamic';
}

/** Every import in the TypeScript files of one folder of a package, subfolders included. */
export function importsIn(packagePath: string, folder: string): SourceImport[] {
  return sourceFiles(join(packagePath, folder)).flatMap((path) =>
    importsOf(readFileSync(path, 'utf8'), relative(packagePath, path)),
  );
}

/** Every import in one source text. */
export function importsOf(source: string, file: string): SourceImport[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const found: SourceImport[] = [];
  const add = (kind: SourceImport['kind'], specifier: string | undefined): void => {
    found.push({ file: file.replaceAll('\\', '/'), specifier, kind });
  };
  new Visitor({
    ImportDeclaration: ({ importKind, source: from }) =>
      add(importKind === 'type' ? 'type' : 'static', from.value),
    ExportNamedDeclaration: ({ exportKind, source: from }) => {
      if (from !== null) add(exportKind === 'type' ? 'type' : 'static', from.value);
    },
    ExportAllDeclaration: ({ exportKind, source: from }) =>
      add(exportKind === 'type' ? 'type' : 'static', from.value),
    TSImportType: ({ source: from }) => add('type', from.value),
    ImportExpression: ({ source: from }) =>
      add('dynamic', from.type === 'Literal' && typeof from.value === 'string' ? from.value : undefined),
  }).visit(program);
  return found;
}

/** The TypeScript files under a folder, or none when there is no such folder. */
export function sourceFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(folder, name))
    .toSorted();
}

/** The package that a bare specifier names, without its door: `@millrace/core/web` → `@millrace/core`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
