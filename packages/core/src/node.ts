export { failOnReset } from './node/fail-on-reset.ts';
export { failWhenLost } from './node/fail-when-lost.ts';
export { fromNodeReadable } from './node/from-node-readable.ts';
export type { FromNodeReadableOptions } from './node/from-node-readable.ts';
export { sendBody } from './node/send-body.ts';
export type { SendBodyOptions, SendSummary } from './node/send-body.ts';
export { toNodeReadable } from './node/to-node-readable.ts';
export { toNodeWritable } from './node/to-node-writable.ts';
export type { ToNodeWritableOptions } from './node/to-node-writable.ts';
