import { argv, stdout } from 'node:process';
import { brokenPipes, brokenStores } from '../broken/broken-subjects.ts';
import { killersIn, tryOut } from '../broken/kill-matrix.ts';

/** Tries the subjects that the command line names, and prints the first whose laws are not those it names. */
for (const name of argv.slice(2)) {
  const subject = [...brokenStores, ...brokenPipes].find((candidate) => candidate.name === name);
  if (subject === undefined) throw new Error(`There is no subject ${name}`);
  const killers = killersIn(await tryOut(subject));
  if (killers.join() !== subject.breaks.join()) {
    stdout.write(name);
    break;
  }
}
