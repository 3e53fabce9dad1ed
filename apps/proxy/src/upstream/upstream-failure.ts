import { requestFailureOf } from '@millrace/client';
import { PipeError } from '@millrace/core';
import { messageOf } from '../message-of.ts';
import { Refusal } from '../policy/refusal.ts';

/** Why a request that was sent on got no answer. */
export interface UpstreamFailure {
  /**
   * `connect`: never sent. `refused`: the server has not looked at it. `reset`: the connection broke before a byte of an answer came.
   * `slow`: no answer in time. `request`: cannot be sent.
   */
  readonly kind: 'connect' | 'refused' | 'reset' | 'slow' | 'request' | 'other';
  readonly refusal: Refusal;
}

/** What a server has failed to do in time, by undici's and the system's codes. */
const timeouts: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  ETIMEDOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
};

const connecting: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const breaking: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** @param origin Names the server in the answer. */
export function upstreamFailure(cause: unknown, origin: string): UpstreamFailure {
  const reason = messageOf(cause);
  if (cause instanceof PipeError && cause.code === 'ERR_PIPE_ARGUMENT') {
    return {
      kind: 'request',
      refusal: new Refusal(400, `The request cannot be sent on: ${reason}`, { cause }),
    };
  }
  const code = codeOf(cause) ?? '';
  const timeout = timeouts[code];
  const refusal =
    timeout === undefined
      ? new Refusal(502, `The upstream ${origin} failed: ${reason}`, { cause })
      : new Refusal(504, `The upstream ${origin} ${timeout}.`, { cause });
  if (connecting.has(code)) return { kind: 'connect', refusal };
  const failure = requestFailureOf(cause);
  if (failure?.wasRefused === true) return { kind: 'refused', refusal };
  if (breaking.has(code) && failure?.wasAnswered !== true) return { kind: 'reset', refusal };
  return { kind: timeout === undefined ? 'other' : 'slow', refusal };
}

function codeOf(reason: unknown): string | undefined {
  if (typeof reason !== 'object' || reason === null || !('code' in reason)) return undefined;
  return typeof reason.code === 'string' ? reason.code : undefined;
}
