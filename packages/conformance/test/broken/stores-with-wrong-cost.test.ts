import { expectKills } from './expect-kills.ts';
import { storesWithWrongCost } from './stores-with-wrong-cost.ts';

expectKills('stores with wrong cost', storesWithWrongCost);
