#!/usr/bin/env node
/** What is started: the command, in a process with a small nursery. */
import { mistakeOfNode } from './run/least-node.ts';
import { restartWithSmallNursery } from './run/small-nursery.ts';

// Before anything is loaded that fails on an older one, in words that say nothing to whoever started it.
const mistake = mistakeOfNode(process.versions.node);
if (mistake !== undefined) {
  process.stderr.write(`millrace-proxy: ${mistake}\n`);
  process.exit(1);
}
restartWithSmallNursery();
await import('./command.ts');
