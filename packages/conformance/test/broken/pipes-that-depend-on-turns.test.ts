import { expectKills } from './expect-kills.ts';
import { pipesThatDependOnTurns } from './pipes-that-depend-on-turns.ts';

expectKills('pipes that depend on turns', pipesThatDependOnTurns);
