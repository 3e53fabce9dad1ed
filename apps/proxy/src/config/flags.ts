import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.ts';
import { didYouMean } from './did-you-mean.ts';
import { settingNames, settings, type SettingName } from './settings.ts';

/** What the command line says: the settings in it, as text, or that it asks for the help or the version. */
export type Flags =
  | { readonly kind: 'settings'; readonly values: ReadonlyMap<SettingName, string> }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/**
 * Not in parseArgs' strict mode, whose messages are several sentences.
 *
 * @throws ConfigError One sentence for each flag that is none.
 */
export function readFlags(argv: readonly string[]): Flags {
  // pnpm passes on the `--` of `pnpm start -- --listen …`.
  const args = argv[0] === '--' ? argv.slice(1) : [...argv];
  const { tokens } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(settingNames.map((name) => [name, { type: 'string' as const }])),
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
    strict: false,
    tokens: true,
  });
  const values = new Map<SettingName, string>();
  const mistakes: string[] = [];
  let isUnknown = false;
  for (const token of tokens) {
    // What follows a flag that is not known may be its value.
    const isValue = isUnknown && token.kind === 'positional';
    isUnknown = false;
    if (isValue) continue;
    if (token.kind !== 'option') {
      const what = token.kind === 'positional' ? token.value : '--';
      mistakes.push(`${JSON.stringify(what)} is no option; options start with --, see --help.`);
    } else if (token.name === 'help' || token.name === 'version') {
      return { kind: token.name };
    } else if (!isSetting(token.name)) {
      mistakes.push(
        `${token.rawName} is not known; ${didYouMean(token.name, settingNames, '--') ?? 'see --help.'}`,
      );
      isUnknown = token.inlineValue !== true;
    } else if (
      token.value === undefined ||
      token.value === '' ||
      (!token.inlineValue && token.value.startsWith('-') && token.value !== '-')
    ) {
      mistakes.push(`--${token.name} needs a value, ${settings[token.name].placeholder}.`);
    } else {
      values.set(token.name, token.value);
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { kind: 'settings', values };
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}
