/**
 * What a newcomer does first: picks a strategy by package name and streams a body through a pipe over it. Prints one line of
 * JSON. Runs on every runtime.
 */
import { createPipe, loadStrategy } from '@millrace/core';

const [name, size] = process.argv.slice(2);
const strategy = await loadStrategy(name, { import: (specifier) => import(specifier) });
const { writer, reader } = createPipe(strategy, { expectedBytes: Number(size) });

async function produce() {
  for (let written = 0; written < Number(size);) {
    const length = Math.min(10_007, Number(size) - written);
    const chunk = Uint8Array.from({ length }, (_, index) => ((written + index) * 31) & 255);
    written += length;
    if (!writer.write(chunk) && !(await writer.ready())) return;
  }
  writer.end();
}

const producing = produce();
const body = new Uint8Array(Number(size));
let received = 0;
for await (const chunk of reader) {
  body.set(chunk, received);
  received += chunk.length;
}
await producing;
const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
console.log(JSON.stringify({ strategy: strategy.name, received, sha256 }));
