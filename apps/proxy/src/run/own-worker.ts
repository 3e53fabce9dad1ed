import cluster, { type Worker } from 'node:cluster';

/** Tells the workers that this proxy has started from those of somebody's cluster that it may itself be in, as PM2 makes them. */
const MARK = 'MILLRACE_IS_WORKER';

export function startWorker(): Worker {
  return cluster.fork({ [MARK]: 'true' });
}

/** Whether this process does what a primary of ours says. In another's cluster nobody would ever say anything. */
export function isOwnWorker(): boolean {
  return cluster.isWorker && process.env[MARK] === 'true';
}
