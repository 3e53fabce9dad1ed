/** A request as a server reads it that forgives nothing. */
export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  /** By lower-case name; each came once. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * Reads requests off a connection by the letter of RFC 9112, and throws at the first thing that any other server might
 * read in another way: so what it takes in is unambiguous.
 *
 *     bytes ─▶ head ─▶ body of a length, or of chunks ─▶ the next head …
 */
export class StrictRequests {
  #bytes = '';

  /** Whether part of a request has come, and not all of it. */
  get isInside(): boolean {
    return this.#bytes !== '';
  }

  /** @param bytes One character per byte. @returns The requests that they complete. */
  receive(bytes: string): StrictRequest[] {
    this.#bytes += bytes;
    const requests: StrictRequest[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) requests.push(next);
    return requests;
  }

  #next(): StrictRequest | undefined {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [requestLine = '', ...lines] = this.#bytes.slice(0, end).split('\r\n');
    const [, method, target] = demand(/^([A-Z-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.1$/, requestLine);
    const headers = new Map<string, string>();
    for (const line of lines) {
      const [, name = '', value = ''] = demand(/^([!#$%&'*+.^`|~\w-]+): ([\t\x20-\x7e\x80-\xff]*)$/, line);
      const key = name.toLowerCase().replaceAll('_', '-');
      // Lists may come on several lines; what frames and routes a message may not.
      if (headers.has(key) && /^(?:host|content-length|transfer-encoding|connection)$/.test(key)) {
        throw new Error(`two ${name} headers`);
      }
      headers.set(key, value);
    }
    demand(/^[\w.:[\]-]+$/, headers.get('host') ?? '');
    const body = this.#body(headers, end + 4);
    if (body === undefined) return undefined;
    this.#bytes = this.#bytes.slice(body.end);
    return { method: method as string, target: target as string, headers, body: body.text };
  }

  #body(headers: ReadonlyMap<string, string>, start: number): { text: string; end: number } | undefined {
    const length = headers.get('content-length');
    const coding = headers.get('transfer-encoding');
    if (coding !== undefined) {
      if (length !== undefined) throw new Error('content-length and transfer-encoding');
      demand(/^chunked$/, coding);
      return this.#chunks(start);
    }
    const bytes = Number(demand(/^(?:0|[1-9]\d{0,9})$/, length ?? '0')[0]);
    if (this.#bytes.length < start + bytes) return undefined;
    return { text: this.#bytes.slice(start, start + bytes), end: start + bytes };
  }

  #chunks(start: number): { text: string; end: number } | undefined {
    let text = '';
    for (let at = start; ;) {
      const eol = this.#bytes.indexOf('\r\n', at);
      if (eol < 0) return undefined;
      const size = Number.parseInt(demand(/^[\da-f]{1,8}$/i, this.#bytes.slice(at, eol))[0], 16);
      const end = eol + 2 + size;
      if (size === 0) {
        const trailersEnd = this.#bytes.indexOf('\r\n', end);
        if (trailersEnd < 0) return undefined;
        if (trailersEnd !== end) throw new Error('trailers that nobody announced');
        return { text, end: end + 2 };
      }
      if (this.#bytes.length < end + 2) return undefined;
      demand(/^\r\n$/, this.#bytes.slice(end, end + 2));
      text += this.#bytes.slice(eol + 2, end);
      at = end + 2;
    }
  }
}

function demand(pattern: RegExp, text: string): RegExpExecArray {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`${JSON.stringify(text)} is not ${pattern}`);
  return match;
}
