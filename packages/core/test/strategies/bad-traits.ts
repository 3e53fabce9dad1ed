import { arrayStrategy } from '../array-strategy.ts';

/** A strategy that holds less memory than it has bytes. */
export default { ...arrayStrategy, traits: { ...arrayStrategy.traits, amplification: 0.5 } };
