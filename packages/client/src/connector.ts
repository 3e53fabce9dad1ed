import { isIP, type OnReadOpts } from 'node:net';
import { buildConnector } from 'undici';
import type { AgentOptions } from './agent.ts';

/** Makes connections as the pools of an agent with these options do, for requests that no pool can carry. */
export type Connect = (
  origin: URL,
  hostHeader: string | undefined,
  callback: buildConnector.Callback,
) => void;

/** A connector for one connection, since `net.connect` takes `onread` for all that it makes. */
export type PlainConnector = (onread: OnReadOpts) => buildConnector.connector;

export function connectorOf(options: AgentOptions): Connect {
  const connector = typeof options.connect === 'function' ? options.connect : builtConnector(options);
  const fixedName = fixedServerName(options);
  return ({ protocol, hostname, host, port }, hostHeader, callback) => {
    const target = {
      protocol,
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      host,
      port,
      // undici checks the certificate against the Host that it sends, too.
      ...(hostHeader === undefined ? undefined : { servername: fixedName ?? serverNameOf(hostHeader) }),
    };
    connector(target, callback);
  };
}

/** Makes connections without TLS that read as they are told. `undefined` where the user makes connections. */
export function plainConnectorOf(options: AgentOptions): PlainConnector | undefined {
  if (typeof options.connect === 'function' || options.h2Options?.useH2c === true) return undefined;
  return (onread) => builtConnector(options, onread);
}

/** As `Pool` in undici's lib/dispatcher/pool.js makes one. */
function builtConnector(options: AgentOptions, onread?: OnReadOpts): buildConnector.connector {
  const { connect, tls, connectTimeout, maxCachedSessions, socketPath, allowH2 = false } = options;
  const { autoSelectFamily, autoSelectFamilyAttemptTimeout } = options;
  const settings = { allowH2, ...defined({ maxCachedSessions, socketPath, timeout: connectTimeout }) };
  const ofSocket = defined({ autoSelectFamily, autoSelectFamilyAttemptTimeout, onread });
  return buildConnector(Object.assign({}, tls, settings, ofSocket, connect) as buildConnector.BuildOptions);
}

/** The name that TLS is to ask for and to check whatever a request is for; `undefined` where the Host decides. */
export function fixedServerName({ connect, tls }: AgentOptions): string | undefined {
  if (typeof connect === 'function') return undefined;
  // As the connector takes them together.
  return (Object.assign({}, tls, connect) as { readonly servername?: string }).servername;
}

/** The name that TLS is to check; none for an address. */
function serverNameOf(hostHeader: string): string {
  const hostname = URL.parse(`https://${hostHeader}`)?.hostname ?? '';
  return hostname.startsWith('[') || isIP(hostname) !== 0 ? '' : hostname;
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
