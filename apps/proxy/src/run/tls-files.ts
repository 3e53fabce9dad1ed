import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';
import { whyUnreadable } from '../config/why-unreadable.ts';
import type { ListenerConfig } from '../config/config-schema.ts';
import type { ProxyConfig } from '../config/config.ts';

/** The key and the certificate of a listener, read now. @throws ConfigError That names the file. */
export async function certificateOf(
  { tls }: ListenerConfig,
  { baseDirectory }: ProxyConfig,
): Promise<SecureContextOptions | undefined> {
  if (tls === undefined) return undefined;
  const context = {
    cert: await read(tls.certFile, baseDirectory),
    key: await read(tls.keyFile, baseDirectory),
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    const message = `${tls.certFile} and ${tls.keyFile} are no certificate and key: ${(cause as Error).message}.`;
    throw new ConfigError(message, { cause });
  }
  return context;
}

/**
 * The authorities that upstreams name for their https servers, read now: certificates in PEM by the upstream's name.
 *
 * @throws ConfigError One sentence for each file that is none.
 */
export async function loadAuthorities({
  upstreams,
  baseDirectory,
}: ProxyConfig): Promise<Map<string, string[]>> {
  const authorities = new Map<string, string[]>();
  const mistakes = new Set<string>();
  for (const [name, { tls }] of upstreams) {
    if (tls?.caFile === undefined) continue;
    try {
      authorities.set(name, certificatesIn(await read(tls.caFile, baseDirectory), tls.caFile));
    } catch (reason) {
      if (!(reason instanceof ConfigError)) throw reason;
      for (const sentence of reason.sentences) mistakes.add(sentence);
    }
  }
  if (mistakes.size > 0) throw new ConfigError([...mistakes]);
  return authorities;
}

/** TLS passes over what it cannot read in a list of authorities, and every handshake would fail without a word why. */
function certificatesIn(pem: Buffer, name: string): string[] {
  const blocks = String(pem)
    .split(/^(?=-----BEGIN )/m)
    .filter((block) => block.startsWith('-----BEGIN '));
  if (blocks.length === 0)
    throw new ConfigError(`The file ${JSON.stringify(name)} holds no certificate in PEM.`);
  for (const [at, block] of blocks.entries()) {
    try {
      void new X509Certificate(block);
    } catch (cause) {
      const message = `Block ${at + 1} of the file ${JSON.stringify(name)} is no certificate in PEM: ${(cause as Error).message}.`;
      throw new ConfigError(message, { cause });
    }
  }
  return blocks;
}

async function read(name: string, baseDirectory: string): Promise<Buffer> {
  try {
    return await readFile(resolve(baseDirectory, name));
  } catch (cause) {
    const why = whyUnreadable(cause as NodeJS.ErrnoException);
    throw new ConfigError(`The file ${JSON.stringify(name)} cannot be read: ${why}.`, { cause });
  }
}
