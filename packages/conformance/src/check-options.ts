import { isLawId } from './laws.ts';
import { isPipeFeature } from './pipe-laws/pipe-features.ts';
import { isProfileName } from './profile.ts';

/** What the value of an option has to be, in words, and whether a value is. */
type Demand = readonly [words: string, isMet: (value: unknown) => boolean];

const isListOf =
  (isOne: (name: string) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && isOne(one));

const listOfLaws: Demand = ['a list of laws, S1 to S10 and P1 to P18', isListOf(isLawId)];
const object: Demand = ['an object', (value) => typeof value === 'object' && value !== null];

/** Every option of every function of this package. */
type OptionName =
  'createPipe' | 'profile' | 'seed' | 'laws' | 'claims' | 'supports' | 'knownFailures' | 'bail' | 'host';

const demands: Readonly<Record<OptionName, Demand>> = {
  createPipe: ['a function', (value) => typeof value === 'function'],
  profile: ["'quick', 'ci' or 'deep'", (value) => typeof value === 'string' && isProfileName(value)],
  seed: [
    'a whole number from 0 to 4294967295',
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xff_ff_ff_ff,
  ],
  laws: listOfLaws,
  claims: listOfLaws,
  supports: ['a list of what a pipe may have (PipeFeature)', isListOf(isPipeFeature)],
  knownFailures: [
    'a reason for each of some laws',
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(([law, reason]) => isLawId(law) && typeof reason === 'string'),
  ],
  bail: ['true or false', (value) => typeof value === 'boolean'],
  host: object,
};

/** The names of all options in `Options`: the compiler holds the list to the type. */
export type OptionNames<Options> = Readonly<Record<keyof Options & OptionName, true>> &
  Readonly<Record<Exclude<keyof Options, OptionName>, never>>;

/**
 * Refuses options that there are none of and values that mean nothing: ignored, a misspelt law would leave nothing to grade, and
 * nothing is easily passed. What is `undefined` asks for nothing.
 *
 * @param of What has the options, as its caller writes it: `conformance()`.
 * @throws TypeError that names the option.
 */
export function checkOptions<Options extends object>(
  of: string,
  options: Options,
  names: OptionNames<Options>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`the options of ${of} are ${String(options)}, no object`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(names, name)) {
      throw new TypeError(`${of} has no option ${name}; it has ${Object.keys(names).join(', ')}`);
    }
    const [words, isMet] = demands[name as OptionName];
    if (!isMet(value)) throw new TypeError(`${name} of ${of} is ${shown(value)}; it must be ${words}`);
  }
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
