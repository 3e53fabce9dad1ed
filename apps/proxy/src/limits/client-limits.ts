import { PipeError, withIdleTimeout, type PipeReader } from '@millrace/core';
import { withLeastRate } from './least-rate.ts';
import { Refusal } from '../policy/refusal.ts';

/** What a client may ask of the proxy. */
export interface ClientLimits {
  /** Most bytes of a request's body; no limit when left out. */
  readonly maxRequestBytes?: number | undefined;
  /** How long a client may neither send nor take a byte while it is its turn; 0: for ever. */
  readonly idleTimeoutMs: number;
  /** How long a tunnel may carry nothing in either direction; 0 or left out: for ever. */
  readonly tunnelIdleTimeoutMs?: number;
  /** The least rate at which a request's body has to come while it is waited for; 0 or left out: any. */
  readonly minBytesPerSecond?: number;
  /** How far it may fall behind that rate, in milliseconds. */
  readonly minRateGraceMs?: number;
}

/** @throws Refusal 413 for a body that is declared too long. One that becomes so fails with `tooLarge` later. */
export function checkDeclaredLength(
  declared: string | undefined,
  { maxRequestBytes = Infinity }: ClientLimits,
): void {
  if (declared !== undefined && Number(declared) > maxRequestBytes) throw tooLarge(maxRequestBytes);
}

/**
 * A request's body, given up when the client does not send it on, or does so too slowly.
 *
 * @param closed Settles when its pipe is over, as `PipeWriter.closed`.
 */
export function withUploadLimits(
  reader: PipeReader,
  closed: Promise<unknown>,
  limits: ClientLimits,
): PipeReader {
  const { idleTimeoutMs, minBytesPerSecond = 0, minRateGraceMs: graceMs = 0 } = limits;
  const rated =
    minBytesPerSecond === 0 ? reader : withLeastRate(reader, closed, { minBytesPerSecond, graceMs });
  return idleTimeoutMs === 0 ? rated : withIdleTimeout(rated, { idleTimeoutMs, side: 'producer' });
}

/** What a body that went past a limit is refused with; `undefined` for other reasons. */
export function limitRefusal(reason: unknown): Refusal | undefined {
  if (!(reason instanceof PipeError)) return undefined;
  if (reason.code === 'ERR_PIPE_TOO_LARGE') return tooLarge(reason.limit ?? 0, reason);
  if (reason.code !== 'ERR_PIPE_TIMEOUT' || reason.side !== 'producer') return undefined;
  return new Refusal(408, `The client did not send its body on in time: ${reason.message}.`, {
    cause: reason,
  });
}

function tooLarge(limit: number, cause?: unknown): Refusal {
  return new Refusal(413, `The body of the request is too large; it may have ${limit} bytes.`, { cause });
}
