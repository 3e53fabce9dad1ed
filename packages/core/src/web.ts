export { fromReadableStream } from './web/from-readable-stream.ts';
export type { FromReadableStreamOptions } from './web/from-readable-stream.ts';
export { toReadableStream } from './web/to-readable-stream.ts';
export type { ToReadableStreamOptions } from './web/to-readable-stream.ts';
export { toWritableStream } from './web/to-writable-stream.ts';
export type { ToWritableStreamOptions } from './web/to-writable-stream.ts';
