import type { HeaderRecord } from './header-record.ts';
import type { IncomingContent } from './incoming-content.ts';

/** A response whose headers have come and whose body is arriving. */
export interface IncomingResponse {
  readonly status: number;
  /** The reason phrase; empty over HTTP/2. */
  readonly statusText: string;
  readonly headers: HeaderRecord;
  /** `[name, value, name, value, …]` as they came: order, spelling and repeats kept, one character per byte. */
  readonly rawHeaders: readonly string[];
  /** Empty until `content.complete`; then this same object holds what came behind a chunked body. */
  readonly trailers: HeaderRecord;
  /** As `rawHeaders`, for the trailers. */
  readonly rawTrailers: readonly string[];
  readonly content: IncomingContent;
  /** None; so `tunnel` tells the two kinds of a `TunnelResponse` apart. */
  readonly tunnel?: undefined;
}
