import { describe, PipeError } from './errors.ts';
import { CONTRACT_VERSION, type BufferStrategy } from './strategy.ts';

/**
 * What is wrong with a value that should be a strategy, as the end of a sentence that starts with its name;
 * `undefined` when nothing is.
 */
export function flawOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return `is ${describe(value)}, not a strategy object`;
  const { name, contract, traits, createStore } = value as Partial<Record<keyof BufferStrategy, unknown>>;
  if (contract === undefined) return `is ${describe(value)}, no strategy${remedyFor(value)}`;
  if (contract !== CONTRACT_VERSION) {
    return `is written for contract ${describe(contract)}; this is contract ${CONTRACT_VERSION}`;
  }
  if (typeof name !== 'string' || name === '')
    return `has the name ${describe(name)}; it must be its package name`;
  if (typeof createStore !== 'function') return 'has no createStore function';
  return flawOfTraits(traits);
}

/** Of the two that are near a strategy: what it is imported in, and what it is loaded with. */
function remedyFor(value: object): string {
  if ('then' in value) return ': await it first';
  return 'default' in value ? ': take its default export' : '';
}

function flawOfTraits(traits: unknown): string | undefined {
  if (typeof traits !== 'object' || traits === null) return 'declares no traits';
  const { put, take, fixed, amplification } = traits as Record<string, unknown>;
  if (put !== 'copies' && put !== 'takes')
    return `has traits.put ${describe(put)}; it must be "copies" or "takes"`;
  if (take !== 'copies' && take !== 'gives')
    return `has traits.take ${describe(take)}; it must be "copies" or "gives"`;
  if (typeof fixed !== 'boolean') return `has traits.fixed ${describe(fixed)}; it must be true or false`;
  if (typeof amplification !== 'number' || !(amplification >= 1)) {
    return `has traits.amplification ${describe(amplification)}; it must be a number, 1 or more`;
  }
  return undefined;
}

/** The strategy that was found sound last. */
let known: BufferStrategy | undefined;

export function requireStrategy(value: unknown, what: string): asserts value is BufferStrategy {
  // Strategies do not change, and most programs have one: to look again took 17 of the 230 ns of a body of one chunk (Node 24).
  if (value === known && value !== undefined) return;
  const flaw = flawOf(value);
  if (flaw !== undefined) throw new PipeError('ERR_PIPE_STRATEGY', `${what} ${flaw}`, { value });
  known = value as BufferStrategy;
}
