import { checkOptionNames, optionNames, PipeError } from '@millrace/core';
import type { OutgoingMessage } from './outgoing-message.ts';
import { flatHeadersOf } from './request-headers.ts';
import { checkOptionValues, type RequestOptions } from './request-options.ts';
import { requestTargetOf } from './request-target.ts';

type SharedOptions = Pick<
  RequestOptions,
  'headers' | 'signal' | 'onInformation' | 'onPaused' | 'headersTimeoutMs'
>;

/** The signal ends the tunnel, too. */
export interface UpgradeOptions extends SharedOptions, Pick<RequestOptions, 'path'> {
  /** What to go on with, as in the header `Upgrade`. Default `websocket`. */
  protocol?: string;
}

/** The signal ends the tunnel, too. */
export interface ConnectOptions extends SharedOptions {
  /** Host and port that the tunnel is to lead to, such as `example.com:443`. */
  target: string;
}

const sharedNames = {
  headers: true,
  signal: true,
  onInformation: true,
  onPaused: true,
  headersTimeoutMs: true,
} as const;
const upgradeNames = optionNames<UpgradeOptions>({ ...sharedNames, path: true, protocol: true });
const connectNames = optionNames<ConnectOptions>({ ...sharedNames, target: true });

const nothingSent = {
  declaredBytes: undefined,
  payload: null,
  trailers: undefined,
  continueTimeoutMs: undefined,
};

/** @throws PipeError `ERR_PIPE_ARGUMENT` for what cannot be sent. */
export function upgradeMessageOf(url: string | URL, options: UpgradeOptions): OutgoingMessage {
  checkOptionNames('upgrade()', options, upgradeNames);
  checkOptionValues(options);
  const { protocol = 'websocket', headers, path } = options;
  if (typeof protocol !== 'string' || protocol === '') {
    throw new PipeError('ERR_PIPE_ARGUMENT', 'protocol must be the name of a protocol', { value: protocol });
  }
  return {
    ...requestTargetOf(url, path),
    ...nothingSent,
    method: 'GET',
    headers: flatHeadersOf(headers),
    upgrade: protocol,
  };
}

/** @throws PipeError `ERR_PIPE_ARGUMENT` for what cannot be sent. */
export function connectMessageOf(url: string | URL, options: ConnectOptions): OutgoingMessage {
  checkOptionNames('connect()', options, connectNames);
  checkOptionValues(options);
  const { target, headers } = options;
  if (typeof target !== 'string' || !/^[^/?#@\s]+:\d+$/.test(target)) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `target is ${JSON.stringify(target)}; it must be a host and a port`,
      {
        value: target,
      },
    );
  }
  return {
    ...requestTargetOf(url, target),
    ...nothingSent,
    method: 'CONNECT',
    // The target is what the request is for, so it is its Host (RFC 9112 §3.2.3).
    headers: withHost(flatHeadersOf(headers), target),
  };
}

function withHost(headers: string[], host: string): string[] {
  const hasHost = headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
  return hasHost ? headers : ['host', host, ...headers];
}
