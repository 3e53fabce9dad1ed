import { detectHost } from '@millrace/conformance';
import type { Host } from '@millrace/conformance';

/** Macrotasks after which nothing more is expected to happen by itself. */
const PATIENCE = 4;

/**
 * A host for libraries that do part of their work in `process.nextTick` and `setImmediate`: quiescence is several
 * macrotasks away, and no shortcut that watches microtasks alone will do.
 */
export function patientHost(): Host {
  const { watchJobs: _, onMacrotask, ...host } = detectHost();
  const wait = (times: number, callback: () => void): void =>
    onMacrotask(times === 1 ? callback : () => wait(times - 1, callback));
  return { ...host, onMacrotask: (callback) => wait(PATIENCE, callback) };
}
