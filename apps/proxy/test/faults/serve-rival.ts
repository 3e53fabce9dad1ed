/**
 * Serves one of the rivals, in a process of its own since some of them end it: `serve-rival.ts INDEX UPSTREAM`, and
 * `keep-alive` for one that is to keep its connections to the upstream.
 */
import { Agent } from 'node:http';
import { rivals } from './rivals.ts';

const [index = '', upstream = '', keeps] = process.argv.slice(2);
const agent = keeps === 'keep-alive' ? new Agent({ keepAlive: true }) : undefined;
const url = await rivals[Number(index)]?.start(new URL(upstream), agent);
process.stdout.write(`${url}\n`);
// An orderly end, at which Node writes what it has compiled to its cache, where it has one.
process.on('SIGTERM', () => process.exit());
