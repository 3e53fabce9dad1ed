/** A module that exports its strategy under a name only. */
export { arrayStrategy } from '../array-strategy.ts';
