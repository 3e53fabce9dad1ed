import { expectKills } from './expect-kills.ts';
import { storesWithWrongContent } from './stores-with-wrong-content.ts';

expectKills('stores with wrong content', storesWithWrongContent);
