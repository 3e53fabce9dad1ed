import { registerHooks } from 'node:module';
import { env } from 'node:process';
import { checkSites, sourceFolder, textOf, withoutCheck } from './check-sites.ts';

/** Loaded before everything else: the suite comes without the check that the environment names. */
const site = checkSites().find(({ id }) => id === env['MILLRACE_CHECK_OFF']);
if (site === undefined) throw new Error(`There is no check ${String(env['MILLRACE_CHECK_OFF'])}`);

const url = new URL(site.file, `file://${sourceFolder}`).href;
registerHooks({
  load(loaded, context, next) {
    const result = next(loaded, context);
    if (loaded !== url) return result;
    return { ...result, source: withoutCheck(textOf(result.source), site) };
  },
});
