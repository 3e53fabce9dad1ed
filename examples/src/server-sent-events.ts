import { readUntil } from '@millrace/core';
import type { PipeReader } from '@millrace/core';

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

const decoder = new TextDecoder();

/** The events of an event stream with `\n` for line ends, wherever the bytes were cut. */
export async function* eventsIn(body: PipeReader): AsyncGenerator<ServerSentEvent> {
  // An event that the end cuts short is no event, so only what ends in an empty line is read.
  while ((await body.peek()) !== null) {
    const lines = decoder.decode(await readUntil(body, '\n\n', { maxBytes: 1_000_000 })).split('\n');
    const valuesOf = (field: string): string[] =>
      lines
        .filter((line) => line.startsWith(`${field}:`))
        .map((line) => line.slice(field.length + 1).trimStart());
    const data = valuesOf('data');
    if (data.length > 0) yield { event: valuesOf('event').at(-1) ?? 'message', data: data.join('\n') };
  }
}
