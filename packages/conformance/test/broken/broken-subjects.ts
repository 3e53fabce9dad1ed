import { blackSheep } from './blacksheep.ts';
import type { BrokenSubject } from './broken-subject.ts';
import { pipesThatDependOnTurns } from './pipes-that-depend-on-turns.ts';
import { pipesThatOneCheckSees } from './pipes-that-one-check-sees.ts';
import { pipesThatReadDifferently } from './pipes-that-read-differently.ts';
import { pipesThatRefuseWrongly } from './pipes-that-refuse-wrongly.ts';
import { pipesThatWaitWrongly } from './pipes-that-wait-wrongly.ts';
import { pipesWithWrongBytes } from './pipes-with-wrong-bytes.ts';
import { pipesWithWrongHooks } from './pipes-with-wrong-hooks.ts';
import { pipesWithWrongPressure } from './pipes-with-wrong-pressure.ts';
import { pipesWithWrongSignals } from './pipes-with-wrong-signals.ts';
import { pipesWithWrongTerminals } from './pipes-with-wrong-terminals.ts';
import { storesThatAlias } from './stores-that-alias.ts';
import { storesThatKeep } from './stores-that-keep.ts';
import { storesThatOneCheckSees } from './stores-that-one-check-sees.ts';
import { storesWithWrongContent } from './stores-with-wrong-content.ts';
import { storesWithWrongCost } from './stores-with-wrong-cost.ts';

/** Every broken store and pipe there is, by kind. */
export const brokenStores: readonly BrokenSubject[] = [
  ...storesThatAlias,
  ...storesThatKeep,
  ...storesWithWrongContent,
  ...storesWithWrongCost,
  ...storesThatOneCheckSees,
];

export const brokenPipes: readonly BrokenSubject[] = [
  ...blackSheep,
  ...pipesWithWrongBytes,
  ...pipesWithWrongTerminals,
  ...pipesThatWaitWrongly,
  ...pipesWithWrongSignals,
  ...pipesWithWrongPressure,
  ...pipesWithWrongHooks,
  ...pipesThatDependOnTurns,
  ...pipesThatReadDifferently,
  ...pipesThatRefuseWrongly,
  ...pipesThatOneCheckSees,
];
