import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folders = ['core', 'conformance', 'ring-buffer', 'chunk-queue', 'copy-on-yield'];

/** Turns over which a mutant that never ends is given up. It only decides when to stop waiting: that is a kill. */
const WATCHDOG_MS = 120_000;

/** How a mutant ended. `timeout`: it hung, which counts as noticed. */
export interface Verdict {
  readonly outcome: 'killed' | 'timeout' | 'survived';
  /** What noticed it: one line. */
  readonly by: string;
}

/** A copy of the sources, so that mutants never stand in the tree. One runs at a time in each. */
export class Sandbox {
  readonly #path = mkdtempSync(join(tmpdir(), 'millrace-mutation-'));

  constructor() {
    for (const folder of folders) this.#copy(`packages/${folder}`);
    this.#copy('tooling/mutation/src');
    this.#copy('tooling/mutation/package.json');
  }

  async grade(path: string, mutated: string, strategies: readonly string[]): Promise<Verdict> {
    writeFileSync(join(this.#path, path), mutated);
    try {
      return await this.#run(strategies);
    } finally {
      writeFileSync(join(this.#path, path), readFileSync(join(root, path)));
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true });
  }

  #run(strategies: readonly string[]): Promise<Verdict> {
    const grade = join(this.#path, 'tooling/mutation/src/grade.ts');
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [grade, ...strategies],
        { timeout: WATCHDOG_MS, killSignal: 'SIGKILL', env: { ...process.env, NO_COLOR: '1' } },
        (error, stdout, stderr) => {
          const by = (stdout.trim().split('\n').at(-1) ?? '') || (stderr.trim().split('\n').at(-1) ?? '');
          if (error === null) resolve({ outcome: 'survived', by: '' });
          else resolve({ outcome: error.killed === true ? 'timeout' : 'killed', by });
        },
      );
    });
  }

  #copy(path: string): void {
    const skipped = new Set(['node_modules', 'reports', 'dist']);
    cpSync(join(root, path), join(this.#path, path), {
      recursive: true,
      filter: (from) => !skipped.has(basename(from)),
    });
  }
}
