/** Preloaded into a proxy that soaks: on SIGUSR2 it collects its garbage and prints what memory it still has. */
process.on('SIGUSR2', () => {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('this needs --expose-gc');
  for (let times = 0; times < 3; times += 1) collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${JSON.stringify({ rss, heapUsed, external })}\n`);
});
