import { argv, stdout } from 'node:process';
import { brokenPipes, brokenStores } from '../broken/broken-subjects.ts';
import { killersIn, tryOut } from '../broken/kill-matrix.ts';

/** Tries the subject that the command line names, and prints its name when its laws are not those it names. */
const [, , name] = argv;
const subject = [...brokenStores, ...brokenPipes].find((candidate) => candidate.name === name);
if (subject === undefined) throw new Error(`There is no subject ${String(name)}`);
const killers = killersIn(await tryOut(subject));
if (killers.join() !== subject.breaks.join()) stdout.write(subject.name);
