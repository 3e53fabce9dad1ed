import { arrayStrategy } from '../array-strategy.ts';

/** A strategy of a contract that this core does not know. */
export default { ...arrayStrategy, contract: 2 };
