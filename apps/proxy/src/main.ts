#!/usr/bin/env node
/** What is started: the command, in a process that takes little memory. */
import { mistakeOfNode } from './run/least-node.ts';
import { restartLean } from './run/lean-start.ts';

// Before anything is loaded that fails on an older one, in words that say nothing to whoever started it.
const mistake = mistakeOfNode(process.versions.node);
if (mistake !== undefined) {
  process.stderr.write(`millrace-proxy: ${mistake}\n`);
  process.exit(1);
}
restartLean();
await import('./command.ts');
