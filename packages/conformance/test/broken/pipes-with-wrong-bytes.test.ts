import { expectKills } from './expect-kills.ts';
import { pipesWithWrongBytes } from './pipes-with-wrong-bytes.ts';

expectKills('pipes with wrong bytes', pipesWithWrongBytes);
