import { expectKills } from './expect-kills.ts';
import { storesThatKeep } from './stores-that-keep.ts';

expectKills('stores that keep', storesThatKeep);
