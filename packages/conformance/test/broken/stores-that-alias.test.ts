import { expectKills } from './expect-kills.ts';
import { storesThatAlias } from './stores-that-alias.ts';

expectKills('stores that alias', storesThatAlias);
