#!/usr/bin/env node
/** What is started: the command, in a process with a small nursery. */
import { restartWithSmallNursery } from './run/small-nursery.ts';

restartWithSmallNursery();
await import('./command.ts');
