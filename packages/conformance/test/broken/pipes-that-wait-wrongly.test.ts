import { expectKills } from './expect-kills.ts';
import { pipesThatWaitWrongly } from './pipes-that-wait-wrongly.ts';

expectKills('pipes that wait wrongly', pipesThatWaitWrongly);
