import { parseArgs } from 'node:util';
import { isLawId } from '../laws.ts';
import type { LawId } from '../laws.ts';
import { isProfileName } from '../profile.ts';
import type { ProfileName } from '../profile.ts';
import { UsageError } from './usage-error.ts';

export type ReporterName = 'pretty' | 'tap' | 'junit' | 'json' | 'markdown' | 'html';

export interface ReporterChoice {
  readonly name: ReporterName;
  /** Where to; `undefined`: standard output. */
  readonly file: string | undefined;
}

/** What the command line asks for. */
export type Invocation =
  { readonly kind: 'help' | 'version' | 'list' } | { readonly kind: 'run'; readonly run: RunRequest };

export interface RunRequest {
  readonly subjects: readonly string[];
  readonly profile: ProfileName;
  readonly seed: number;
  readonly laws: readonly LawId[] | undefined;
  readonly reporters: readonly ReporterChoice[];
  readonly replay: string | undefined;
  /** Folder for regression tests. */
  readonly emitTest: string | undefined;
  readonly knownFailures: string | undefined;
  readonly bail: boolean;
  /** How long nothing may come back from a subject; 0: for ever. */
  readonly hangLimitSeconds: number;
}

const reporterNames: readonly ReporterName[] = ['pretty', 'tap', 'junit', 'json', 'markdown', 'html'];

/** @throws UsageError with one sentence that names the value and what is allowed. */
export function readInvocation(argv: readonly string[]): Invocation {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  if (values.list === true) return { kind: 'list' };
  const unused = ['profile', 'seed', 'law', 'reporter', 'emit-test', 'known-failures', 'bail'] as const;
  const beside = values.replay === undefined ? [] : unused.filter((name) => values[name] !== undefined);
  if (beside.length > 0) {
    throw new UsageError(
      `--replay runs one code again and prints it, so --${beside.join(' and --')} would change nothing`,
    );
  }
  if (positionals.length === 0) {
    throw new UsageError('Name at least one strategy: a package, or a file such as ./my-store.js');
  }
  return {
    kind: 'run',
    run: {
      subjects: positionals,
      profile: profileFrom(values.profile ?? 'quick'),
      seed: seedFrom(values.seed ?? '1'),
      laws: values.law?.flatMap((list) => list.split(',')).map(lawFrom),
      reporters: reportersFrom(values.reporter ?? []),
      replay: values.replay,
      emitTest: values['emit-test'],
      knownFailures: values['known-failures'],
      bail: values.bail ?? false,
      hangLimitSeconds: hangLimitFrom(values['hang-limit-seconds'] ?? '120'),
    },
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        profile: { type: 'string' },
        seed: { type: 'string' },
        law: { type: 'string', multiple: true },
        reporter: { type: 'string', multiple: true },
        replay: { type: 'string' },
        'emit-test': { type: 'string' },
        'known-failures': { type: 'string' },
        bail: { type: 'boolean' },
        'hang-limit-seconds': { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/(?<=\.) |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, '')} (see --help)`);
  }
}

function profileFrom(text: string): ProfileName {
  if (isProfileName(text)) return text;
  throw new UsageError(`--profile is ${JSON.stringify(text)}; it must be quick, ci or deep`);
}

function seedFrom(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= 0xff_ff_ff_ff) return seed;
  throw new UsageError(`--seed is ${JSON.stringify(text)}; it must be a whole number from 0 to 4294967295`);
}

const DAY_SECONDS = 86_400;

function hangLimitFrom(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds <= DAY_SECONDS) return seconds;
  throw new UsageError(
    `--hang-limit-seconds is ${JSON.stringify(text)}; it must be a whole number from 1 to ${DAY_SECONDS}, or 0 for no limit`,
  );
}

function lawFrom(text: string): LawId {
  const id = text.trim().toUpperCase();
  if (isLawId(id)) return id;
  throw new UsageError(`--law is ${JSON.stringify(text)}; laws are S1 to S10 and P1 to P18 (see --list)`);
}

/** What is asked for; and where that leaves standard output free, the verdict for whoever looks. */
function reportersFrom(texts: readonly string[]): readonly ReporterChoice[] {
  const choices = texts.map((text): ReporterChoice => {
    const [word = '', ...rest] = text.split('=');
    const name = reporterNames.find((known) => known === word);
    const file = rest.length > 0 ? rest.join('=') : undefined;
    if (name === undefined) {
      throw new UsageError(
        `--reporter is ${JSON.stringify(text)}; it must be one of ${reporterNames.join(', ')}, each with =FILE if you like`,
      );
    }
    if (file === '') throw new UsageError(`--reporter ${name}= names no file`);
    return { name, file };
  });
  const toOutput = choices.filter(({ file }) => file === undefined);
  if (toOutput.length > 1) {
    throw new UsageError(
      `--reporter ${toOutput.map(({ name }) => name).join(' and ')} would both write to standard output; give all but one a =FILE`,
    );
  }
  return toOutput.length > 0 ? choices : [{ name: 'pretty', file: undefined }, ...choices];
}
