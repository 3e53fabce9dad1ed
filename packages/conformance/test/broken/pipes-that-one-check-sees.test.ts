import { expectKills } from './expect-kills.ts';
import { pipesThatOneCheckSees } from './pipes-that-one-check-sees.ts';

expectKills('pipes that one check sees', pipesThatOneCheckSees);
