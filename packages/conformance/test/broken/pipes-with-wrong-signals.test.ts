import { expectKills } from './expect-kills.ts';
import { pipesWithWrongSignals } from './pipes-with-wrong-signals.ts';

expectKills('pipes with wrong signals', pipesWithWrongSignals);
