import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { Protocol } from '../../faults/fault-client.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../seeded-random.ts';
import { fault } from './judge.ts';
import { memoryFaults } from './memory-faults.ts';
import { HTTP2_PREFIX, pathOf, planOf, type Plan } from './plan.ts';
import { exchange, type Progress, type Seen } from './soak-client.ts';
import { SoakHttp2Client } from './soak-http2-client.ts';
import { SoakOrigin } from './soak-origin.ts';
import { SoakSubject, type Memory, type SubjectName } from './soak-subject.ts';

const MIB = 1024 * 1024;
/** Exchanges at a time. */
const CLIENTS = 24;
/** An exchange in which no byte moves for so long, or twice that, hangs. */
const PATIENCE_MS = 60_000;
/** Drain included, which may take 30 s. */
const EXIT_PATIENCE_MS = 60_000;
const ACCESS_LOG = 'access.log';
const strategies = ['@millrace/chunk-queue', '@millrace/ring-buffer', '@millrace/copy-on-yield'];

export interface SoakOptions {
  readonly subject: SubjectName;
  readonly seed: number;
  /** For the configuration that is reloaded. */
  readonly folder: string;
  /** Exchanges between two quiet points. */
  readonly exchangesPerLap: number;
  /** Whether to go on with another lap. */
  readonly goesOn: (lapsDone: number) => boolean;
  readonly say?: (line: string) => void;
}

export interface SoakReport {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly memory: readonly Memory[];
}

interface Violation {
  readonly what: string;
  /** Of the exchange that it was seen at. */
  readonly plan?: Plan | undefined;
}

/** Soaks a proxy: laps of exchanges with everything that may go wrong, a quiet point behind each, and a drain. */
export class Soak {
  readonly #options: SoakOptions;
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #origin = new SoakOrigin();
  /** Lets go of most connections long before the proxy does, so that none is found dead. */
  readonly #agent = new http.Agent({ keepAlive: true, agentKeepAliveTimeoutBuffer: 4000 });
  readonly #violations: Violation[] = [];
  readonly #counts: Record<string, number> = {};
  readonly #memory: Memory[] = [];
  /** Uploads that their clients broke off. */
  readonly #brokenUploads: Plan[] = [];
  #bytes = 0;
  #lastId = 0;
  #reloads = 0;

  /** The broken ones speak no HTTP/2. */
  readonly #protocols: readonly Protocol[];

  constructor(options: SoakOptions) {
    this.#options = options;
    this.#protocols = options.subject === 'millrace' ? ['HTTP/1.1', 'HTTP/2'] : ['HTTP/1.1'];
    this.#random = seededRandom(options.seed);
  }

  async run(): Promise<SoakReport> {
    const { subject: name, folder, goesOn, say = () => {} } = this.#options;
    await this.#origin.start();
    const configFile = `${folder}/soak.json`;
    this.#configure(configFile);
    const subject = await SoakSubject.start(name, configFile, this.#origin.url);
    try {
      for (let laps = 0; goesOn(laps); laps += 1) {
        await this.#lap(subject, configFile);
        await this.#quiet(subject);
        const { heapUsed = 0, external = 0, rss = 0 } = this.#memory.at(-1) ?? {};
        const [heap, resident] = [heapUsed + external, rss].map((bytes) => Math.round(bytes / MIB));
        say(`lap ${laps + 1}: ${this.#lastId} exchanges, ${heap} MiB kept, ${resident} MiB resident`);
      }
      for (const what of memoryFaults(this.#memory)) this.#violations.push({ what });
      await this.#drain(subject);
    } finally {
      subject.kill();
      this.#agent.destroy();
      await this.#origin.stop();
    }
    return {
      violations: this.#withEntries(),
      counts: this.#counts,
      bytes: this.#bytes,
      memory: this.#memory,
    };
  }

  async #lap(subject: SoakSubject, configFile: string): Promise<void> {
    const { exchangesPerLap } = this.#options;
    const last = this.#lastId + exchangesPerLap;
    const client = async (): Promise<void> => {
      const overHttp2 = new SoakHttp2Client();
      while (this.#lastId < last) {
        this.#lastId += 1;
        const id = this.#lastId;
        if (id % 499 === 150) await this.#restart();
        if (id % 61 === 0) this.#reload(subject, configFile);
        if (id % 37 === 0) this.#retire();
        await this.#exchange(subject, planOf(id, this.#random, this.#protocols), overHttp2);
      }
      overHttp2.close();
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    // A request may cross with the end of a connection that was idle for long: Node's agent loses the timer of some.
    this.#agent.destroy();
  }

  async #exchange(
    subject: SoakSubject,
    plan: Plan,
    overHttp2: SoakHttp2Client,
    progress: Progress = { bytes: 0 },
  ): Promise<Seen> {
    const startedAtMs = performance.now();
    const seeing =
      plan.client === 'HTTP/2'
        ? overHttp2.exchange(subject.http2Url, plan, progress)
        : exchange(subject.url, plan, this.#agent, progress);
    const seen = await this.#watched(plan, progress, seeing);
    if (seen.end === 'left' && plan.direction === 'upload') this.#brokenUploads.push(plan);
    this.#bytes += seen.bytes + (seen.text === 'whole' ? plan.size : 0);
    const isExcused = this.#origin.mayHaveBroken(plan, startedAtMs);
    const wrong = fault(plan, seen, isExcused);
    if (wrong !== undefined) {
      const what = seen.why === undefined ? wrong : `${wrong} (${seen.why})`;
      this.#violations.push({ what, plan });
    } else if (fault(plan, seen, false) !== undefined) this.#count('broken by a restart');
    this.#count(`${plan.client} to ${plan.origin}`);
    this.#count(`${plan.direction}s ${seen.end === 'whole' && seen.status !== 200 ? 'refused' : seen.end}`);
    return seen;
  }

  /** @throws When nothing has moved for too long: it hangs, and would hang for ever. */
  async #watched<T>(plan: Plan, progress: Progress, promise: Promise<T>): Promise<T> {
    let before = -1;
    let fail: (reason: Error) => void = () => {};
    const stuck = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const timer = setInterval(() => {
      if (progress.bytes === before) fail(new Error(`exchange ${plan.id} hangs: ${JSON.stringify(plan)}`));
      before = progress.bytes;
    }, PATIENCE_MS);
    try {
      return await Promise.race([promise, stuck]);
    } finally {
      clearInterval(timer);
    }
  }

  async #restart(): Promise<void> {
    this.#count('restarts');
    await this.#origin.restart();
  }

  #retire(): void {
    this.#count('sessions retired');
    this.#origin.retire();
  }

  #reload(subject: SoakSubject, configFile: string): void {
    this.#count('reloads');
    this.#reloads += 1;
    this.#configure(configFile);
    subject.reload();
  }

  /** Each reload puts other strategies and marks in place. */
  #configure(configFile: string): void {
    const strategy = strategies[this.#reloads % strategies.length];
    const highWaterMark = [16_384, 65_536, 262_144][Math.floor(this.#reloads / 3) % 3];
    const { folder } = this.#options;
    const accessLog = `${folder}/${ACCESS_LOG}`;
    const files = { certFile: `${folder}/cert.pem`, keyFile: `${folder}/key.pem` };
    writeFileSync(files.certFile, tlsCertificate.cert);
    writeFileSync(files.keyFile, tlsCertificate.key);
    const listen = ['127.0.0.1:0', { address: '127.0.0.1:0', tls: files }];
    const tls = { caFile: files.certFile };
    const upstreams = {
      origin: { servers: [this.#origin.url] },
      http2: { servers: [this.#origin.http2Url], tls, http2: true },
    };
    const pipe = { strategy, highWaterMark };
    const routes = [
      { upstream: 'origin', ...pipe },
      { path: HTTP2_PREFIX, upstream: 'http2', ...pipe },
    ];
    const config = { listen, adminListen: '127.0.0.1:0', upstreams, routes, accessLog };
    writeFileSync(configFile, JSON.stringify(config));
  }

  /** Nothing is under way: nothing may be held, and no upload that was broken off may look whole to the origin. */
  async #quiet(subject: SoakSubject): Promise<void> {
    for (const metric of ['millrace_open_bodies', 'millrace_held_bytes']) {
      let left = await subject.metric(metric);
      for (let looks = 0; left !== 0 && looks < 100; looks += 1) {
        await delay(100);
        left = await subject.metric(metric);
      }
      if (left !== 0) this.#violations.push({ what: `${metric} is ${left} when nothing is under way` });
    }
    for (const plan of this.#brokenUploads) {
      const state = this.#origin.uploads.get(plan.id);
      if (state === 'whole' || state === 'wrong')
        this.#violations.push({ what: `broken off, and ${state} for the origin`, plan });
    }
    this.#brokenUploads.length = 0;
    this.#memory.push(await subject.memory());
  }

  /** SIGTERM while bodies are open, some of them slow: they finish whole, and the process exits by itself. */
  async #drain(subject: SoakSubject): Promise<void> {
    const plans = Array.from({ length: 12 }, (_, index): Plan => {
      this.#lastId += 1;
      const direction = index % 3 === 0 ? 'upload' : 'download';
      const [first = 'HTTP/1.1', other = first] = this.#protocols;
      const client = index % 2 === 0 ? first : other;
      return {
        id: this.#lastId,
        direction,
        client,
        origin: index % 4 < 2 ? first : other,
        size: 32 * MIB,
        framing: 'length',
        // What is not read when a server tells it to go, Node's own client drops.
        slowTurns: client === 'HTTP/2' ? 0 : index,
        break: undefined,
      };
    });
    const progress = plans.map((): Progress => ({ bytes: 0 }));
    const under = plans.map((plan, at) => this.#exchange(subject, plan, new SoakHttp2Client(), progress[at]));
    while (progress.some(({ bytes }) => bytes === 0)) await delay(5);
    subject.drain();
    for (const [at, { end, status }] of (await Promise.all(under)).entries()) {
      if (end !== 'whole' || status !== 200)
        this.#violations.push({ plan: plans[at], what: `a body that was open when it drained: ${end}` });
    }
    this.#agent.destroy();
    const code = await Promise.race([subject.exited, delay(EXIT_PATIENCE_MS, 'none', { ref: false })]);
    if (code !== 0) this.#violations.push({ what: `exit code ${String(code)} after the drain` });
    this.#count('drains');
  }

  /** Each with what the proxy has said of the exchange. */
  #withEntries(): string[] {
    const file = `${this.#options.folder}/${ACCESS_LOG}`;
    const entries = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    return this.#violations.map(({ what, plan }) => {
      if (plan === undefined) return what;
      const target = JSON.stringify(pathOf(plan));
      const entry = entries.find((line) => line.includes(target)) ?? 'no entry';
      return `${what}: ${JSON.stringify(plan)}; the access log: ${entry}`;
    });
  }

  #count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }
}
