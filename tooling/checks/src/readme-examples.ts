import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repositoryRoot, workspacePackages } from './workspace.ts';

/** One TypeScript block of a README, as a reader would paste it. */
export interface ReadmeExample {
  /** Path of the README within the repository, with `/`. */
  readonly readme: string;
  /** Line of the README on which the code starts, from 1. */
  readonly line: number;
  readonly code: string;
  /** False for a block marked `ts no-run`: its types are checked, but it needs something that is not here. */
  readonly runs: boolean;
}

/** The READMEs of the root and of every package, where there is one. */
export function readmes(): string[] {
  return [repositoryRoot, ...workspacePackages().map(({ path }) => path)].map((folder) =>
    join(folder, 'README.md'),
  );
}

/** Every TypeScript block in the text of one README. */
export function examplesIn(text: string, readme: string): ReadmeExample[] {
  const blocks = text.matchAll(
    /^(?<fence>`{3,})(?:ts|typescript)(?<marks>[ \t][^\n]*)?\n(?<code>[\s\S]*?)^\k<fence>[ \t]*$/gm,
  );
  return [...blocks].map(({ index, groups = {} }) => ({
    readme,
    line: text.slice(0, index).split('\n').length + 1,
    code: groups.code ?? '',
    runs: !(groups.marks ?? '').split(/\s+/).includes('no-run'),
  }));
}

/** Every TypeScript block of every README. */
export function readmeExamples(): ReadmeExample[] {
  return readmes().flatMap((path) => {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return [];
    }
    return examplesIn(text, relative(repositoryRoot, path).replaceAll('\\', '/'));
  });
}
