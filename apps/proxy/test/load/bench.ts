/**
 * The command: puts load on every proxy in turn and writes down how fast each was and what it took.
 *
 * `--quick`: one short round. `--only TEXT`: the proxies that have it in their names. Both are printed and not written down.
 * `--rounds N`: other than 5.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contenders, versionOf, type Contender } from './contenders.ts';
import { loadPage } from './load-page.ts';
import { medianFigures, type Figures, type Measured } from './measured.ts';
import type { PinnedProcess } from './pinned-process.ts';
import { startOrigin, workloads, type Workload } from './workloads.ts';
import { load } from './wrk.ts';

/** The proxy has a core to itself, and shares none with those that load it and answer it. */
const PROXY_CORE = 0;
const OTHERS_CORE = 1;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
  },
});
const { rounds, seconds, warmUpSeconds } = values.quick
  ? { rounds: 1, seconds: 1, warmUpSeconds: 1 }
  : { rounds: Number(values.rounds), seconds: 3, warmUpSeconds: 2 };

/** What is heard while a proxy is warmed up, and forgotten. */
async function warmUp(url: URL, workload: Workload): Promise<void> {
  const response = await fetch(new URL(workload.path, url));
  const { byteLength } = await response.arrayBuffer();
  if (response.status !== 200 || byteLength !== workload.bodyBytes) {
    throw new Error(`${url.href} answers with ${response.status} and ${byteLength} bytes`);
  }
  await load(url, workload, warmUpSeconds, OTHERS_CORE);
}

async function round(process: PinnedProcess, url: URL, workload: Workload): Promise<Figures> {
  const before = process.cpuSeconds;
  const { requests, bytes, seconds: took } = await load(url, workload, seconds, OTHERS_CORE);
  const cpuSeconds = process.cpuSeconds - before;
  const count = workload.unit === 'requests' ? requests : bytes / 1024 / 1024;
  return { perSecond: count / took, cpuMicrosecondsEach: (cpuSeconds * 1e6) / count };
}

async function measure(
  chosen: readonly Contender[],
  workload: Workload,
  upstream: URL,
  folder: string,
): Promise<Measured[]> {
  const setting = { upstream, core: PROXY_CORE, folder };
  const running = [];
  for (const contender of chosen) {
    const { name, kind } = contender;
    // Once before, so that what is measured finds its code compiled.
    await (await contender.start(setting)).process.stop();
    const { process, url } = await contender.start(setting);
    await warmUp(url, workload);
    running.push({ name, kind, process, url, figures: [] as Figures[] });
  }
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const { process: proxy, url, figures } of running) figures.push(await round(proxy, url, workload));
    process.stderr.write(`${workload.name}: round ${turn + 1} of ${rounds}\n`);
  }
  const measured = running.map(({ name, kind, process: { peakResidentBytes }, figures }) => ({
    name,
    kind,
    peakResidentBytes,
    ...medianFigures(figures),
  }));
  for (const { process } of running) await process.stop();
  return measured;
}

const [loadBefore = 0] = os.loadavg();
const folder = mkdtempSync(join(os.tmpdir(), 'millrace-load-'));
const origin = await startOrigin(folder, OTHERS_CORE);
const chosen = contenders.filter(({ name }) => name.includes(values.only));
const results: { workload: Workload; measured: Measured[] }[] = [];
try {
  for (const workload of workloads) {
    results.push({ workload, measured: await measure(chosen, workload, origin.url, folder) });
  }
} finally {
  await origin.process.stop();
  rmSync(folder, { recursive: true });
}

const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
const page = loadPage({
  date: new Date().toISOString().slice(0, 10),
  cpu: `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores`,
  kernel: `${os.type()} ${os.release().split('-', 1)[0]}`,
  node: process.version,
  wrk: versionOf('wrk', '-v', /wrk (?:debian\/)?([\d.]+)/),
  commit: git('rev-parse', '--short', 'HEAD'),
  loadBefore,
  rounds,
  seconds,
  results,
});
if (values.quick || values.only !== '') {
  process.stdout.write(`${page.markdown}\n`);
} else {
  const output = fileURLToPath(new URL('../../../../docs/load', import.meta.url));
  writeFileSync(`${output}.md`, page.markdown);
  writeFileSync(`${output}.json`, JSON.stringify(page.data));
  execFileSync('prettier', ['--write', `${output}.md`, `${output}.json`]);
  process.stdout.write(`${page.goals}\n`);
}
