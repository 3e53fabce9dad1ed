import { expectKills } from './expect-kills.ts';
import { storesThatOneCheckSees } from './stores-that-one-check-sees.ts';

expectKills('stores that one check sees', storesThatOneCheckSees);
