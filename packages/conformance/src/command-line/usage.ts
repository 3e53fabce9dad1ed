import { laws } from '../laws.ts';

export const usage = `Usage: millrace-conformance <package or file>... [options]

Puts every law of the contract to the test, on each strategy named. A package is looked up from the folder
you are in, then beside this one: npx -p @millrace/conformance -p NAME millrace-conformance NAME.
A module's default export is a BufferStrategy; or it exports createPipe(strategy, options), and claims (the
ids of the laws it claims) and supports (the calls it has) if it likes: then that pipe is graded.

  --profile NAME        quick (seconds, the default), ci (a minute) or deep (everything)
  --law ID[,ID]         only these laws
  --seed N              where random scripts start; equal seeds give equal runs (1)
  --reporter NAME[=FILE]  pretty, tap, junit, json, markdown or html; may be given again with a FILE.
                        pretty is printed unless another one is
  --bail                stop at the first law of each strategy that is broken
  --replay CODE         run one counterexample again, step by step
  --emit-test DIR       write a regression test for each counterexample, for node:test
  --known-failures FILE JSON: { "P7": "why, and where it is tracked" }; a law that is kept after all fails the run
  --hang-limit-seconds N  give up when a module has not come back from a call for so long (120); 0: never
  --list                the laws
  --help, --version

Exit codes: 0 conformant; 1 a law is broken; 2 a mistake in the command, or a module that does not load;
3 something could not be judged. Of several, 2 comes before 1, and 1 before 3. A module that does not come back
ends the command at once: with 2 while it is loaded, with 3 while it is graded.
`;

export function lawList(): string {
  return laws.map(({ id, title }) => `${id.padEnd(4)}${title}\n`).join('');
}
