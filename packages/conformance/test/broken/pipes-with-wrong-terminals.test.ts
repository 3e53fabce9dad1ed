import { expectKills } from './expect-kills.ts';
import { pipesWithWrongTerminals } from './pipes-with-wrong-terminals.ts';

expectKills('pipes with wrong terminals', pipesWithWrongTerminals);
