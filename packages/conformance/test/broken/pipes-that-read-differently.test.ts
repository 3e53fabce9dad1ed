import { expectKills } from './expect-kills.ts';
import { pipesThatReadDifferently } from './pipes-that-read-differently.ts';

expectKills('pipes that read differently', pipesThatReadDifferently);
