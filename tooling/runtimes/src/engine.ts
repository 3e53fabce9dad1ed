import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Consumer } from './consumer.ts';
import type { Fetched, RegistryProgram } from './fetch-package.ts';
import type { Grading } from './grading.ts';
import { gradeInBrowser } from './in-browser.ts';
import type { BrowserName } from './in-browser.ts';
import { gradeInProcess } from './in-process.ts';
import { gradeInWorkerd } from './in-workerd.ts';
import { runtimes } from './runtime.ts';

/** How a program is got hold of: fetched when it is missing, or only looked for. */
export type Obtain = (program: RegistryProgram) => Fetched;

export type Grade = (consumer: Consumer, strategy: string, mode: string) => Promise<Grading>;

/** Something that runs JavaScript, wherever it comes from. */
export interface Engine {
  /** As a column reads: `Node 20`. */
  readonly label: string;
  readonly id: string;
  /** How to grade on it, and at which version; or why that is not possible here. */
  readonly open: (
    this: void,
    obtain: Obtain,
  ) => { readonly version: string; readonly grade: Grade } | { readonly missing: string };
}

const { platform, arch } = process;

const workerd: RegistryProgram = {
  id: 'workerd',
  packageName: `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}`,
  version: '1.20261117.1',
  executable: 'bin/workerd',
};

/** Every engine, in the order of the report. */
export const engines: readonly Engine[] = [
  ...runtimes.map((runtime): Engine => ({
    label: runtime.label,
    id: runtime.id,
    open: (obtain) =>
      fromRegistry(
        obtain,
        runtime,
        (executable) => (consumer, strategy, mode) =>
          gradeInProcess({ executable, args: runtime.args }, consumer, strategy, mode),
      ),
  })),
  {
    label: 'workerd',
    id: 'workerd',
    open: (obtain) =>
      fromRegistry(
        obtain,
        workerd,
        (executable) => (consumer, strategy, mode) => gradeInWorkerd(executable, consumer, strategy, mode),
      ),
  },
  browser('Chromium', 'chromium', ['chromium', 'chromium-browser', 'google-chrome']),
  // The oldest that was tried. Of 140 Playwright asks for what its WebDriver does not know.
  browser('Firefox', 'firefox', ['firefox-esr', 'firefox'], 153),
];

function fromRegistry(
  obtain: Obtain,
  program: RegistryProgram,
  gradeWith: (executable: string) => Grade,
): ReturnType<Engine['open']> {
  const found = obtain(program);
  return 'missing' in found ? found : { version: program.version, grade: gradeWith(found.executable) };
}

/** A browser of the machine: no registry package brings one. */
function browser(label: string, id: BrowserName, commands: readonly string[], leastMajor = 0): Engine {
  return {
    label,
    id,
    open() {
      const executable = commands.map(inPath).find((path) => path !== undefined);
      if (executable === undefined) return { missing: `none of ${commands.join(', ')} is in PATH` };
      const printed = execFileSync(executable, ['--version'], { encoding: 'utf8' });
      const [version = 'unknown'] = /[\d.]+\w*/.exec(printed) ?? [];
      if (Number.parseInt(version, 10) < leastMajor) {
        return { missing: `${executable} is ${version}; it takes ${leastMajor} or later` };
      }
      return {
        version,
        grade: (consumer, strategy, mode) => gradeInBrowser(id, executable, consumer, strategy, mode),
      };
    },
  };
}

function inPath(command: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path));
}
