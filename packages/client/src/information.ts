import type { HeaderRecord } from './header-record.ts';

/** An interim response (1xx), such as 103 Early Hints. Another one or the response itself follows. */
export interface Information {
  readonly status: number;
  readonly headers: HeaderRecord;
  /** As `IncomingResponse.rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

/** Called for each interim response, before the request settles. What it throws fails the request. */
export type InformationHandler = (information: Information) => void | Promise<void>;
