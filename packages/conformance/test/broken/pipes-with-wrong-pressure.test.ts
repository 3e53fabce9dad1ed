import { expectKills } from './expect-kills.ts';
import { pipesWithWrongPressure } from './pipes-with-wrong-pressure.ts';

expectKills('pipes with wrong pressure', pipesWithWrongPressure);
