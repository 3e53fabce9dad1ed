import { expectKills } from './expect-kills.ts';
import { pipesThatRefuseWrongly } from './pipes-that-refuse-wrongly.ts';

expectKills('pipes that refuse wrongly', pipesThatRefuseWrongly);
