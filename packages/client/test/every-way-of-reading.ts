import type { IncomingContent } from '../src/index.ts';

/** Reads a body to its end and reports each piece of bytes as it comes. */
export type WayOfReading = (content: IncomingContent, onBytes: (bytes: Uint8Array) => void) => Promise<void>;

/** The ways that hand out bytes as they come: those before a failure are delivered. */
export const everyWayOfStreaming: Readonly<Record<string, WayOfReading>> = {
  async 'stream()'(content, onBytes) {
    for await (const chunk of content.stream()) onBytes(chunk);
  },
  async 'stream(), slowly'(content, onBytes) {
    for await (const chunk of content.stream()) {
      onBytes(chunk);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    }
  },
  async 'reader.read()'({ reader }, onBytes) {
    for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) onBytes(chunk);
  },
  async 'reader.read({ min })'({ reader }, onBytes) {
    for (let chunk = await reader.read({ min: 7 }); chunk !== null; chunk = await reader.read({ min: 7 }))
      onBytes(chunk);
  },
  async 'reader.readInto()'({ reader }, onBytes) {
    const target = new Uint8Array(1000);
    for (let count = await reader.readInto(target); count > 0; count = await reader.readInto(target)) {
      onBytes(target.slice(0, count));
    }
  },
  async 'reader.peek()'({ reader }, onBytes) {
    for (let lent = await reader.peek(); lent !== null; lent = await reader.peek()) {
      const { length } = lent;
      onBytes(lent.slice());
      reader.consume(length);
    }
  },
  async 'reader.views()'({ reader }, onBytes) {
    for await (const view of reader.views()) onBytes(view.slice());
  },
};

/** The ways that hand out nothing before the end. */
export const everyWayOfCollecting: Readonly<Record<string, WayOfReading>> = {
  async 'read()'(content, onBytes) {
    onBytes(await content.read());
  },
  async 'text()'(content, onBytes) {
    onBytes(new TextEncoder().encode(await content.text()));
  },
  async 'json()'(content, onBytes) {
    onBytes(new TextEncoder().encode(JSON.stringify(await content.json())));
  },
};
