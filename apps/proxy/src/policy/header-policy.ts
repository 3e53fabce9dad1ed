import { TrustedPeers } from './trusted-peers.ts';

/** What is said to the upstream about the client, and whose word on that is believed. */
export interface HeaderPolicyOptions {
  /**
   * How the upstream is told who asked: `X-Forwarded-For`, `-Host` and `-Proto` (the default), `Forwarded`
   * (RFC 7239), or not at all.
   */
  readonly forwarding?: 'x-forwarded' | 'forwarded' | 'none';
  /** Peers whose own headers of that kind are kept and added to: addresses, or ranges as `10.0.0.0/8`. */
  readonly trustedPeers?: readonly string[];
  /** Whether the upstream gets the `Host` that the client sent instead of its own. Default `false`. */
  readonly keepsHost?: boolean;
}

/** Those options, checked. */
export class HeaderPolicy {
  readonly forwarding: 'x-forwarded' | 'forwarded' | 'none';
  readonly trustedPeers: TrustedPeers;
  readonly keepsHost: boolean;

  /** @throws TypeError One sentence on a range that is none. */
  constructor({ forwarding = 'x-forwarded', trustedPeers, keepsHost = false }: HeaderPolicyOptions = {}) {
    this.forwarding = forwarding;
    this.trustedPeers = new TrustedPeers(trustedPeers);
    this.keepsHost = keepsHost;
  }
}
