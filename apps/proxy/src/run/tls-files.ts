import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { allOrMistakes, ConfigError } from '../config/config-error.ts';
import type { Listener, ProxyConfig } from '../config/config.ts';
import { placeOf } from '../config/mistakes.ts';
import { whyUnreadable } from '../config/why-unreadable.ts';
import { messageOf } from '../message-of.ts';

/** A file that is named in the configuration, read now. */
interface NamedFile {
  readonly pem: Buffer;
  /** Where and how it is named, as the beginning of a sentence. */
  readonly named: string;
}

/**
 * The keys and the certificates of listeners, read now; `undefined` for those without.
 *
 * @throws ConfigError One sentence for each file that is none.
 */
export function loadCertificates(
  listeners: readonly Listener[],
  { baseDirectory }: ProxyConfig,
): Promise<(SecureContextOptions | undefined)[]> {
  return allOrMistakes(listeners.map((listener) => certificateOf(listener, baseDirectory)));
}

async function certificateOf(
  { place, tls }: Listener,
  baseDirectory: string,
): Promise<SecureContextOptions | undefined> {
  if (tls === undefined) return undefined;
  const [cert, key] = (await allOrMistakes([
    read(`${place}.tls.certFile`, tls.certFile, baseDirectory),
    read(`${place}.tls.keyFile`, tls.keyFile, baseDirectory),
  ])) as [NamedFile, NamedFile];
  const [certificate, privateKey] = [certificateIn(cert), keyIn(key)];
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigError(
      `${key.named}; it is not the key of the certificate in ${JSON.stringify(tls.certFile)}.`,
    );
  }
  const context = { cert: cert.pem, key: key.pem };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new ConfigError(`${place}.tls cannot be listened with: ${messageOf(cause)}.`, { cause });
  }
  return context;
}

/** The first one. Others behind it, and a key beside them, are passed over as TLS does. */
function certificateIn({ pem, named }: NamedFile): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ConfigError(`${named}; it holds no certificate in PEM.`, { cause });
  }
}

function keyIn({ pem, named }: NamedFile): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new ConfigError(`${named}; it holds no key in PEM that can be read: ${messageOf(cause)}.`, {
      cause,
    });
  }
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
  const load = async (name: string, caFile: string): Promise<void> => {
    const place = placeOf(['upstreams', name, 'tls', 'caFile']);
    authorities.set(name, certificatesIn(await read(place, caFile, baseDirectory)));
  };
  await allOrMistakes(
    Array.from(upstreams, async ([name, { tls }]) => {
      if (tls?.caFile !== undefined) await load(name, tls.caFile);
    }),
  );
  return authorities;
}

/** TLS passes over what it cannot read in a list of authorities, and every handshake would fail without a word why. */
function certificatesIn({ pem, named }: NamedFile): string[] {
  const blocks = String(pem)
    .split(/^(?=-----BEGIN )/m)
    .filter((block) => block.startsWith('-----BEGIN '));
  if (blocks.length === 0) throw new ConfigError(`${named}; it holds no certificate in PEM.`);
  for (const [at, block] of blocks.entries()) {
    try {
      void new X509Certificate(block);
    } catch (cause) {
      const why = messageOf(cause);
      throw new ConfigError(`${named}; block ${at + 1} of it is no certificate in PEM: ${why}.`, { cause });
    }
  }
  return blocks;
}

async function read(place: string, file: string, baseDirectory: string): Promise<NamedFile> {
  const named = `${place} is ${JSON.stringify(file)}`;
  try {
    return { pem: await readFile(resolve(baseDirectory, file)), named };
  } catch (cause) {
    throw new ConfigError(`${named}; ${whyUnreadable(cause as NodeJS.ErrnoException)}.`, { cause });
  }
}
