/** Imported before undici, which fails on an older Node in words that say nothing of it. */
import zlib from 'node:zlib';

// What undici takes from Node as soon as it is loaded, and the newest of that. Asked for by itself, since a version says
// little in other runtimes that call themselves Node.
if (typeof zlib.createZstdDecompress !== 'function') {
  throw new Error(`@millrace/client needs Node 22.19 or later, and this is ${process.versions.node}.`);
}
