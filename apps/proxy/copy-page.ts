/** The half of `pnpm build` that tsc does not do: what browsers load goes beside the code that serves it. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';

const page = 'watch/page';
cpSync(join(import.meta.dirname, 'src', page), join(import.meta.dirname, 'dist', page), {
  recursive: true,
  filter: (source) => !source.endsWith('.ts'),
});
