import { PipeError, withIdleTimeout, type PipeReader } from '@millrace/core';
import { Refusal } from '../policy/refusal.ts';

/** What a client may ask of the proxy. */
export interface ClientLimits {
  /** Most bytes of a request's body; no limit when left out. */
  readonly maxRequestBytes?: number | undefined;
  /** How long a client may neither send nor take a byte while it is its turn; 0: for ever. */
  readonly idleTimeoutMs: number;
}

/** @throws Refusal 413 for a body that is declared too long. One that becomes so fails with `tooLarge` later. */
export function checkDeclaredLength(
  declared: string | undefined,
  { maxRequestBytes = Infinity }: ClientLimits,
): void {
  if (declared !== undefined && Number(declared) > maxRequestBytes) throw tooLarge(maxRequestBytes);
}

/** The body, given up when the client does not send it on (`producer`) or take it (`consumer`). */
export function withClientTimeout(
  reader: PipeReader,
  { idleTimeoutMs }: ClientLimits,
  side: 'producer' | 'consumer',
): PipeReader {
  return idleTimeoutMs === 0 ? reader : withIdleTimeout(reader, { idleTimeoutMs, side });
}

/** What a body that went past a limit is refused with; `undefined` for other reasons. */
export function limitRefusal(reason: unknown): Refusal | undefined {
  if (!(reason instanceof PipeError)) return undefined;
  if (reason.code === 'ERR_PIPE_TOO_LARGE') return tooLarge(reason.limit ?? 0, reason);
  if (reason.code !== 'ERR_PIPE_TIMEOUT' || reason.side !== 'producer') return undefined;
  return new Refusal(408, 'The client did not send its body on in time.', { cause: reason });
}

function tooLarge(limit: number, cause?: unknown): Refusal {
  return new Refusal(413, `The body of the request is too large; it may have ${limit} bytes.`, { cause });
}
