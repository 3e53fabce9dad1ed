import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { argv, stdout } from 'node:process';
import { checkSites, sourceFolder, textOf } from './check-sites.ts';

/**
 * Tries the subjects that the command line names and prints, as JSON, which checks found each of them wrong. The
 * suite is loaded with a report in its two `expect` methods; the stack says where a failing one was called.
 */
const header = /(?<=\n {2})expect\(isRight: boolean[^{]*\{/;
const reported = new Set<string>();
Object.assign(globalThis, { millraceCheckFailed: (stack: string) => reported.add(callerIn(stack)) });
registerHooks({
  load(url, context, next) {
    const result = next(url, context);
    if (!/\/(?:findings|store-run)\.ts$/.test(url)) return result;
    const report = (text: string): string =>
      `${text} if (!isRight) globalThis.millraceCheckFailed(new Error().stack);`;
    return { ...result, source: textOf(result.source).replace(header, report) };
  },
});

/** The caller of `expect`, as `file:line`. */
function callerIn(stack: string): string {
  const [, , frame = ''] = stack.split('\n');
  const [, file = '', line = ''] = /src\/([\w/-]+\.ts):(\d+):\d+/.exec(frame) ?? [];
  return `${file}:${line}`;
}

const idAt = new Map(
  checkSites().map(({ id, file, from }) => {
    const line = readFileSync(`${sourceFolder}${file}`, 'utf8').slice(0, from).split('\n').length;
    return [`${file}:${line}`, id];
  }),
);

const { brokenPipes, brokenStores } = await import('../broken/broken-subjects.ts');
const { tryOut } = await import('../broken/kill-matrix.ts');
const fired: Record<string, readonly string[]> = {};
for (const subject of [...brokenStores, ...brokenPipes]) {
  if (!argv.includes(subject.name)) continue;
  reported.clear();
  await tryOut(subject);
  fired[subject.name] = [...reported].map((place) => idAt.get(place) ?? place);
}
stdout.write(JSON.stringify(fired));
