import { describe, PipeError } from './errors.ts';
import { nearNames } from './near-names.ts';

/** The names of the options in `Options`, all of them: the compiler holds the list to the type. */
export function optionNames<Options>(names: Readonly<Record<keyof Options, true>>): ReadonlySet<string> {
  return new Set(Object.keys(names));
}

/**
 * Refuses options that there are none of, for whoever has options beside ours. Types do so too, but only for who uses them,
 * and ignored, `timeout: 5` would be a limit that somebody relies on. What is `undefined` asks for nothing.
 *
 * @param of What has the options, as its caller writes it: `createPipe()`.
 * @param known From `optionNames`.
 * @throws PipeError `ERR_PIPE_ARGUMENT` that names the option, and those it may have been meant to be.
 */
export function checkOptionNames(of: string, options: object, known: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null) {
    throw new PipeError('ERR_PIPE_ARGUMENT', `the options of ${of} are ${describe(options)}, no object`, {
      value: options,
    });
  }
  for (const name in options) {
    if (known.has(name)) continue;
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined) throw unknownOption(of, name, value, known);
  }
}

function unknownOption(of: string, name: string, value: unknown, known: ReadonlySet<string>): PipeError {
  const near = nearNames(name, known);
  const hint = near.length > 0 ? `did you mean ${listed(near)}?` : `it has ${[...known].join(', ')}`;
  return new PipeError('ERR_PIPE_ARGUMENT', `${of} has no option ${name}; ${hint}`, { value });
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? String(names[0]) : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
