import { z } from 'zod';
import { LISTEN_ADDRESS_MUST_BE, parseListenAddress } from './listen-address.ts';
import { parseServerUrl } from './server-url.ts';
import { TrustedPeers } from '../policy/trusted-peers.ts';

/** A fixed store allocates this much for every open body. */
const MOST_HIGH_WATER_MARK = 1024 ** 3;
/** The longest time a timer of JavaScript can be set to. */
const MOST_MS = 2 ** 31 - 1;
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * The configuration as a file has it, every default filled in. Messages are ends of sentences that begin with the
 * name of what is wrong; `sentenceOf` puts them together.
 */
function whole(unit: string, least: number, most: number) {
  const message = `must be a whole number of ${unit}, from ${least} to ${most}`;
  return z.int(message).min(least, message).max(most, message);
}

const milliseconds = (least = 1) => whole('milliseconds', least, MOST_MS);
const text = (what: string) => z.string(`must be ${what}`).regex(/\S/, `must be ${what}`);
const flag = () => z.boolean('must be true or false');
const oneOf = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, `must be ${values.map((value) => JSON.stringify(value)).join(' or ')}`);

const listenAddress = z.string(LISTEN_ADDRESS_MUST_BE).transform((value, context) => {
  const address = parseListenAddress(value);
  if (address !== undefined) return address;
  context.issues.push({ code: 'custom', input: value, message: LISTEN_ADDRESS_MUST_BE });
  return z.NEVER;
});

const serverUrl = z.string('must be http://HOST:PORT or https://HOST:PORT').transform((value, context) => {
  const url = parseServerUrl(value);
  if (typeof url !== 'string') return url;
  // The whole of it, since what is wrong may be a secret that no message repeats.
  context.issues.push({ code: 'custom', input: value, message: url, params: { isWhole: true } });
  return z.NEVER;
});

const addressRange = z.string('must be a range of addresses').refine(
  (value) => {
    try {
      return new TrustedPeers([value]) instanceof TrustedPeers;
    } catch {
      return false;
    }
  },
  { error: 'must be a range of addresses, as 10.0.0.0/8, fd00::/8 or 192.0.2.1' },
);

const HOST_NAME_MUST_BE = 'must be a host name, as app.internal';
/** TLS has no way to ask for an address. */
const hostName = z
  .string(HOST_NAME_MUST_BE)
  .regex(/^(?!.*\.\d+$)(?!\d+$)[a-z\d_-]+(?:\.[a-z\d_-]+)*$/i, HOST_NAME_MUST_BE);

const strategy = text('a package name or a file');
const highWaterMark = whole('bytes', 1, MOST_HIGH_WATER_MARK);
const lowWaterMark = whole('bytes below the high-water mark', 0, MOST_HIGH_WATER_MARK - 1);

const listener = z.union([
  listenAddress.transform((address) => ({ address, tls: undefined })),
  z.strictObject({
    address: listenAddress,
    tls: z
      .strictObject({
        certFile: text('the file of a certificate chain, in PEM').describe('Read again on SIGHUP.'),
        keyFile: text('the file of its private key, in PEM'),
      })
      .optional(),
  }),
]);

const server = z.union([
  serverUrl.transform((url) => ({ url, weight: 1 })),
  z.strictObject({
    url: serverUrl,
    weight: whole('shares', 1, 1000)
      .default(1)
      .describe('How many requests it gets for each one of the others.'),
  }),
]);

const healthCheck = z.strictObject({
  path: z.string('must be a path that begins with /').startsWith('/', 'must be a path that begins with /'),
  intervalMs: milliseconds().default(5000),
  timeoutMs: milliseconds().default(2000),
  rise: whole('checks', 1, 100).default(2).describe('Good ones in a row after which a server is used again.'),
  fall: whole('checks', 1, 100).default(3).describe('Bad ones in a row after which it is not used any more.'),
});

const breaker = z.strictObject({
  failures: whole('failures', 1, 1000).default(5).describe('In a row, after which a server is left alone.'),
  coolDownMs: milliseconds().default(10_000).describe('For how long; then one request tries it.'),
});

const upstream = z.strictObject({
  servers: z.array(server, 'must be a list of servers').min(1, 'must name at least one server'),
  balance: oneOf('round-robin', 'least-open').default('round-robin'),
  http2: flag().default(false).describe('Offer HTTP/2 to https servers.'),
  tls: z
    .strictObject({
      caFile: text('the file of certificates of authorities, in PEM')
        .optional()
        .describe(
          'Whose word on https servers is believed, in place of those that Node brings. Read again on SIGHUP.',
        ),
      serverName: hostName
        .optional()
        .describe('Whom https servers are asked to be, and have to be, in place of the host in their URLs.'),
    })
    .refine(({ caFile, serverName }) => caFile !== undefined || serverName !== undefined, {
      error: 'must have a caFile, a serverName or both',
    })
    .optional(),
  connections: whole('connections', 1, 100_000)
    .optional()
    .describe('To each server; no limit when left out.'),
  keepAliveMs: milliseconds().default(4000).describe('How long an idle connection is kept.'),
  connectTimeoutMs: milliseconds().default(10_000),
  headersTimeoutMs: milliseconds(0)
    .default(60_000)
    .describe('From the sent request to the head of the answer; 0: for ever.'),
  idleTimeoutMs: milliseconds(0)
    .default(60_000)
    .describe('Longest silence of a body that is not paused; 0: for ever.'),
  totalTimeoutMs: milliseconds(0).default(0).describe('For a whole exchange; 0: for ever.'),
  retries: whole('retries', 0, 10)
    .default(2)
    .describe('Of requests that got no answer and do no harm twice; once they were sent, one retry.'),
  replayWindowBytes: whole('bytes', 0, 64 * 1024 ** 2)
    .default(16_384)
    .describe(
      'Of the body of a PUT or DELETE, over HTTP/2 of any, that are held until the answer begins, to be sent again.',
    ),
  breaker: breaker.optional().describe('On by default where there is more than one server.'),
  healthCheck: healthCheck.optional(),
});

const route = z.strictObject({
  host: z
    .string('must be a host, as api.example or *.example')
    .regex(/^(?:\*\.)?[a-z\d.:[\]_-]+$/i, 'must be a host, as api.example or *.example')
    .optional(),
  path: z
    .string('must be a path that begins with /')
    .startsWith('/', 'must be a path that begins with /')
    .optional(),
  upstream: text('the name of an upstream'),
  strategy: strategy.optional(),
  highWaterMark: highWaterMark.optional(),
  lowWaterMark: lowWaterMark.optional(),
  keepsHost: flag().default(false).describe("Pass on the client's Host instead of the server's own."),
});

const limits = z.strictObject({
  headerBytes: whole('bytes', 1024, 1024 ** 2)
    .default(16_384)
    .describe('Of a request.'),
  bodyBytes: whole('bytes', 0, MOST_BYTES).optional().describe('Of a request; more is answered with 413.'),
  exchanges: whole('exchanges', 1, MOST_BYTES).optional().describe('At a time; more are answered with 503.'),
  memoryBytes: whole('bytes', 65_536, MOST_BYTES)
    .default(256 * 1024 ** 2)
    .describe('Held by all bodies together; when it is short, the largest holders are paused first.'),
  headersTimeoutMs: milliseconds().default(60_000).describe('For a client to send the head of a request.'),
  idleTimeoutMs: milliseconds(0)
    .default(60_000)
    .describe('How long a client may neither send nor take a byte while it is its turn; 0: for ever.'),
  tunnelIdleTimeoutMs: milliseconds(0)
    .default(3_600_000)
    .describe('How long a tunnel, as of a WebSocket, may carry nothing in either direction; 0: for ever.'),
  minBytesPerSecond: whole('bytes a second', 0, MOST_BYTES)
    .default(240)
    .describe('The least rate of a request body while it is waited for; slower: 408. 0: any.'),
  minRateGraceMs: milliseconds()
    .default(10_000)
    .describe('How far a request body may fall behind that rate.'),
});

const connect = z.strictObject({
  targets: z
    .array(
      z
        .string('must be a host and a port, as db.example:5432 or *.example:443')
        .regex(
          /^(?:\*\.[\w.-]+|[\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i,
          'must be a host and a port, as db.example:5432 or *.example:443',
        ),
      'must be a list of hosts with ports',
    )
    .min(1, 'must name at least one host and port')
    .describe('Where a CONNECT may lead; it is refused elsewhere.'),
  connectTimeoutMs: milliseconds().default(10_000),
});

export const configSchema = z.strictObject(
  {
    $schema: z.string().optional(),
    listen: z
      .union([z.array(listener).min(1, 'must name at least one address'), listener.transform((one) => [one])])
      .prefault('127.0.0.1:8080'),
    adminListen: listenAddress.prefault('127.0.0.1:8081'),
    strategy: strategy.default('@millrace/ring-buffer'),
    highWaterMark: highWaterMark.default(65_536),
    lowWaterMark: lowWaterMark.optional(),
    upstream: serverUrl.optional().describe('One server for all requests, in place of upstreams and routes.'),
    upstreams: z.record(z.string(), upstream, 'must be an object of upstreams by their names').default({}),
    routes: z.array(route, 'must be a list of routes').default([]),
    connect: connect
      .optional()
      .describe('Makes tunnels for CONNECT, for every client that reaches a listener. Left out: none.'),
    trustedPeers: z.array(addressRange, 'must be a list of ranges of addresses').default([]),
    forwarding: oneOf('x-forwarded', 'forwarded', 'none').default('x-forwarded'),
    limits: limits.prefault({}),
    drainTimeoutMs: milliseconds(0).default(30_000),
    workers: whole('processes', 1, 1024).default(1),
    accessLog: text('a file, or - for the standard output').optional(),
  },
  'must be an object',
);

export type ConfigInput = z.input<typeof configSchema>;
export type ParsedConfig = z.output<typeof configSchema>;
export type ListenerConfig = ParsedConfig['listen'][number];
export type UpstreamConfig = z.output<typeof upstream>;
export type ServerConfig = z.output<typeof server>;
export type BreakerConfig = z.output<typeof breaker>;
export type HealthCheckConfig = z.output<typeof healthCheck>;
export type ConnectConfig = z.output<typeof connect>;
export type LimitsConfig = z.output<typeof limits>;

/** What keeps a server that fails from being asked, unless something else is configured. */
export const defaultBreaker: BreakerConfig = breaker.parse({});

/** An upstream of one server, with every default. */
export function upstreamOf(url: URL): UpstreamConfig {
  return { ...upstream.parse({ servers: [url.origin] }), servers: [{ url, weight: 1 }] };
}

/** The JSON schema of a configuration file, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input' });
}
