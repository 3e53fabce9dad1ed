import { expectKills } from './expect-kills.ts';
import { pipesWithWrongHooks } from './pipes-with-wrong-hooks.ts';

expectKills('pipes with wrong hooks', pipesWithWrongHooks);
