import { BlockList, isIP } from 'node:net';

/** Peers by their address, whose word on who asked is believed. */
export class TrustedPeers {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  /**
   * @param ranges Addresses, or ranges of them as `10.0.0.0/8` or `fd00::/8`.
   * @throws TypeError One sentence that names the range.
   */
  constructor(ranges: readonly string[] = []) {
    for (const range of ranges) this.#add(range);
    this.#isEmpty = ranges.length === 0;
  }

  includes(address: string | undefined): boolean {
    if (this.#isEmpty || address === undefined) return false;
    return this.#list.check(address, familyOf(address));
  }

  #add(range: string): void {
    const [address = '', prefix, ...rest] = range.split('/');
    const most = { 4: 32, 6: 128 }[isIP(address)];
    const bits = prefix === undefined ? most : Number(prefix);
    if (
      most === undefined ||
      rest.length > 0 ||
      !/^\d*$/.test(prefix ?? '') ||
      prefix === '' ||
      !isUpTo(bits, most)
    ) {
      throw new TypeError(
        `${JSON.stringify(range)} is no range of addresses; it must be as 10.0.0.0/8, fd00::/8 or 192.0.2.1.`,
      );
    }
    this.#list.addSubnet(address, bits, familyOf(address));
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function isUpTo(bits: number | undefined, most: number): bits is number {
  return bits !== undefined && bits <= most;
}
