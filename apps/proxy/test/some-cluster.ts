/** A cluster of somebody else's, as PM2 makes them: one worker, told nothing but to stop. Arguments: what it runs, and its. */
import cluster from 'node:cluster';

const [exec = '', ...args] = process.argv.slice(2);
cluster.setupPrimary({ exec, args });
const worker = cluster.fork();
process.on('SIGTERM', () => worker.process.kill('SIGTERM'));
worker.on('exit', (code) => {
  process.exitCode = code;
});
