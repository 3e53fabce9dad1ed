/** The command: lets every proxy break in every way, and writes down what their clients and upstreams see. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FaultOutcome } from './fault-outcome.ts';
import { faults } from './faults.ts';
import { FaultyHttp2Upstream } from './faulty-http2-upstream.ts';
import { FaultyUpstream } from './faulty-upstream.ts';
import { http2Faults } from './http2-faults.ts';
import { rivals, type Rival } from './rivals.ts';
import { scriptsOfAll, tryFault, tryHttp2Fault } from './try-fault.ts';

const PATIENCE_MS = 3000;
const output = fileURLToPath(new URL('../../../../docs/fault-matrix.md', import.meta.url));
const serveRival = fileURLToPath(new URL('./serve-rival.ts', import.meta.url));

/** A proxy in a process of its own, begun anew when it has ended. */
class RivalProcess {
  readonly #index: number;
  readonly #upstream: URL;
  #child: ChildProcess | undefined;
  #url = '';

  constructor(rival: Rival, upstream: URL) {
    this.#index = rivals.indexOf(rival);
    this.#upstream = upstream;
  }

  get hasCrashed(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  async url(): Promise<string> {
    if (this.#child === undefined || this.hasCrashed) {
      const child = spawn(process.execPath, [serveRival, String(this.#index), this.#upstream.href], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      this.#child = child;
      const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
      if (!(line instanceof Uint8Array)) throw new Error(`${rivals[this.#index]?.name} does not start`);
      this.#url = String(line).trim();
    }
    return this.#url;
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }
}

/** What is judged of a fault, over either protocol to the upstream. */
type Judged = Pick<(typeof faults)[number] | (typeof http2Faults)[number], 'name' | 'side' | 'right'>;

/** What came of a fault, for a fast reader and a slow one; `undefined` for what the protocol, or the proxy, does not have. */
type Outcomes = readonly FaultOutcome[] | undefined;

/** Tries it with a fast reader and a slow one. */
async function twice(
  proxies: readonly RivalProcess[],
  attempt: (isSlow: boolean) => Promise<FaultOutcome>,
): Promise<Outcomes> {
  const both: FaultOutcome[] = [];
  for (const isSlow of [false, true]) {
    const outcome = await attempt(isSlow);
    both.push(proxies.some(({ hasCrashed }) => hasCrashed) ? 'crashes' : outcome);
  }
  return both;
}

async function outcomesOf(rival: Rival, dead: URL): Promise<Outcomes[]> {
  const upstream = await FaultyUpstream.start(scriptsOfAll());
  const proxy = new RivalProcess(rival, upstream.url);
  const orphan = new RivalProcess(rival, dead);
  const { protocol } = rival;
  const outcomes: Outcomes[] = [];
  for (const fault of faults) {
    const isPossible = fault.isHttp1Only !== true || protocol === 'HTTP/1.1';
    const attempt = async (isSlow: boolean): Promise<FaultOutcome> => {
      const urls = { proxyUrl: await proxy.url(), orphanUrl: await orphan.url() };
      return tryFault(fault, { ...urls, upstream, protocol, isSlow }, PATIENCE_MS);
    };
    outcomes.push(isPossible ? await twice([proxy, orphan], attempt) : undefined);
  }
  proxy.stop();
  orphan.stop();
  await upstream.close();
  return outcomes;
}

async function http2OutcomesOf(rival: Rival): Promise<Outcomes[]> {
  if (rival.speaksHttp2 !== true) return http2Faults.map(() => undefined);
  const upstream = await FaultyHttp2Upstream.start();
  const proxy = new RivalProcess(rival, upstream.url);
  const { protocol } = rival;
  const outcomes: Outcomes[] = [];
  for (const fault of http2Faults) {
    outcomes.push(
      await twice([proxy], async (isSlow) =>
        tryHttp2Fault(fault, { proxyUrl: await proxy.url(), upstream, protocol, isSlow }, PATIENCE_MS),
      ),
    );
  }
  proxy.stop();
  await upstream.close();
  return outcomes;
}

/** Any status that says that the upstream is at fault does as well as 502. */
function isRight({ right }: Judged, outcome: FaultOutcome): boolean {
  return right.includes(outcome) || (right.includes('502') && /^5\d\d$/.test(outcome));
}

function said(fault: Judged, outcome: FaultOutcome): string {
  if (isRight(fault, outcome)) return 'right';
  if (outcome === 'hangs' && fault.side === 'client') return '**upstream not told**';
  if (outcome === 'whole' || outcome.startsWith('whole,')) return '**silently cut short**';
  return `**${outcome}**`;
}

function cell(fault: Judged, outcomes: Outcomes): string {
  if (outcomes === undefined) return '–';
  const words = outcomes.map((outcome) => said(fault, outcome));
  return words[0] === words[1] ? (words[0] as string) : `${words[0]}; slow: ${words[1]}`;
}

async function deadUrl(): Promise<URL> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return new URL(`http://127.0.0.1:${port}`);
}

const dead = await deadUrl();
const judged: readonly Judged[] = [...faults, ...http2Faults];
const results: Outcomes[][] = [];
// Two at a time: what is judged is what comes of it, not when.
for (let at = 0; at < rivals.length; at += 2) {
  const pair = rivals.slice(at, at + 2);
  results.push(
    ...(await Promise.all(
      pair.map(async (rival) => [...(await outcomesOf(rival, dead)), ...(await http2OutcomesOf(rival))]),
    )),
  );
  process.stdout.write(`${pair.map(({ name, protocol }) => `${name}, ${protocol}`).join('; ')}\n`);
}

const names = rivals.map(({ name, protocol }) => `${name}, ${protocol}`);
/** One row a fault. @param of Which proxies have a column. */
const table = (side: Judged['side'], among: readonly Judged[], of = rivals): string =>
  [
    `| ${side === 'upstream' ? 'the upstream' : 'the client'} | ${of.map((rival) => names[rivals.indexOf(rival)]).join(' | ')} |`,
    `|---|${of.map(() => '---|').join('')}`,
    ...among.flatMap((fault) =>
      fault.side === side
        ? [
            `| ${fault.name} | ${of.map((rival) => cell(fault, results[rivals.indexOf(rival)]?.[judged.indexOf(fault)])).join(' | ')} |`,
          ]
        : [],
    ),
  ].join('\n');
const wrong = results.map(
  (column) =>
    column.flatMap((outcomes, row) =>
      (outcomes ?? []).filter((outcome) => !isRight(judged[row] as Judged, outcome)),
    ).length,
);
const tried = results.map((column) => column.flatMap((outcomes) => outcomes ?? []).length);
const http2Rivals = rivals.filter(({ speaksHttp2 }) => speaksHttp2 === true);

writeFileSync(
  output,
  `# The fault matrix

What clients and upstreams of a proxy see when something breaks. \`pnpm --filter @millrace/proxy fault-matrix\` writes this page;
\`apps/proxy/test/fault-matrix.e2e.ts\` holds ours to it. _Right_ is: a body that breaks off is an error for its client and never
whole, an upstream that gives no answer is a 5xx, a client that leaves is an aborted request for the upstream, and nothing hangs.
Each fault was tried with a fast and a slow reader; where they differ, both are said. _Hangs_: nothing had come of it in
${PATIENCE_MS / 1000} seconds.

Made on ${new Date().toISOString().slice(0, 10)} with Node ${process.version}, ${os.platform()} ${os.arch()}.

| | ${names.join(' | ')} |
|---|${names.map(() => '---|').join('')}
| wrong, of those tried | ${wrong.map((count, at) => `${count} of ${tried[at]}`).join(' | ')} |

## What an upstream does

${table('upstream', faults)}

## What a client does

${table('client', faults)}

## What an upstream of HTTP/2 does

The others speak HTTP/1.1 with theirs.

${table('upstream', http2Faults, http2Rivals)}

## What a client does before one

${table('client', http2Faults, http2Rivals)}
`,
);
process.stdout.write(`${output}\n`);
process.exit(0);
