/** Serves one of the rivals, in a process of its own since some of them end it: `serve-rival.ts INDEX UPSTREAM`. */
import { rivals } from './rivals.ts';

const [index = '', upstream = ''] = process.argv.slice(2);
const url = await rivals[Number(index)]?.start(new URL(upstream));
process.stdout.write(`${url}\n`);
