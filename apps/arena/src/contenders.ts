/** A contender and what it takes to run it. */
export interface ContenderEntry {
  /** Name of its file in `contenders/` and on the command line; ours have one for each strategy. */
  readonly id: string;
  readonly title: string;
  readonly file: URL;
  /** The npm package whose version is graded; `node`: the Node it runs on. */
  readonly versionOf: string;
  /** The strategy under our pipe. Others bring their own buffer and never look at it. */
  readonly strategy?: string;
  /** Command-line flags of Node, where it needs any; then it runs on Node 26. */
  readonly flags26?: readonly string[];
}

function entry(
  id: string,
  title: string,
  versionOf: string,
  more: Partial<ContenderEntry> = {},
): ContenderEntry {
  return { id, title, versionOf, file: new URL(`contenders/${id}.ts`, import.meta.url), ...more };
}

const ourFile = { file: new URL('contenders/millrace.ts', import.meta.url) };

function ours(strategy: string): ContenderEntry {
  return entry(strategy, `millrace, ${strategy}`, '@millrace/core', {
    ...ourFile,
    strategy: `@millrace/${strategy}`,
  });
}

/** Everybody, in the order of the table. */
export const contenders: readonly ContenderEntry[] = [
  ours('chunk-queue'),
  ours('copy-on-yield'),
  ours('ring-buffer'),
  entry('node-passthrough', 'Node PassThrough', 'node'),
  entry('web-readable', 'ReadableStream', 'node'),
  entry('web-readable-bytes', 'ReadableStream of bytes', 'node'),
  entry('web-transform', 'TransformStream', 'node'),
  entry('node-stream-iter', 'node:stream/iter', 'node', { flags26: ['--experimental-stream-iter'] }),
  entry('undici-body', 'undici, response body', 'undici'),
  entry('streamx-readable', 'streamx Readable', 'streamx'),
  entry('streamx-passthrough', 'streamx PassThrough', 'streamx'),
  entry('it-pushable', 'it-pushable', 'it-pushable'),
  entry('it-queueless-pushable', 'it-queueless-pushable', 'it-queueless-pushable'),
  entry('repeater', '@repeaterjs/repeater', '@repeaterjs/repeater'),
  entry('event-iterator', 'event-iterator', 'event-iterator'),
];
