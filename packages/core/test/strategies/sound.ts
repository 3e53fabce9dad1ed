/** A module as strategy packages are: the strategy is its default export. */
export { arrayStrategy as default } from '../array-strategy.ts';
