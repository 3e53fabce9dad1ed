import type { IncomingResponse } from './incoming-response.ts';
import type { Tunnel } from './tunnel.ts';

/** The server has agreed: from here on the connection is a tunnel. */
export interface SwitchedResponse extends Pick<
  IncomingResponse,
  'status' | 'statusText' | 'headers' | 'rawHeaders'
> {
  readonly tunnel: Tunnel;
  readonly content?: undefined;
}

/** What comes of asking for a tunnel: one, or a response like any other, with a `content` that says why not. */
export type TunnelResponse = SwitchedResponse | IncomingResponse;
