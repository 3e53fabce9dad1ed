/** Why a request gets no answer from the upstream: the status for it, and one sentence for whoever sent it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 400 | 403 | 404 | 405 | 408 | 413 | 417 | 431 | 501 | 502 | 503 | 504;

  /** For `Retry-After`, in whole seconds. */
  readonly retryAfterS: number | undefined;

  constructor(
    status: Refusal['status'],
    sentence: string,
    { cause, retryAfterS }: { readonly cause?: unknown; readonly retryAfterS?: number } = {},
  ) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.status = status;
    this.retryAfterS = retryAfterS;
  }

  /** Who is to blame. */
  get side(): 'client' | 'upstream' | 'proxy' {
    if (this.status === 503) return 'proxy';
    return this.status === 502 || this.status === 504 ? 'upstream' : 'client';
  }
}

const titles: Readonly<Record<Refusal['status'], string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** A whole answer, small enough to be sent at once. */
export interface RefusalAnswer {
  readonly status: number;
  readonly title: string;
  /** Flat, as `rawHeaders`. */
  readonly headers: string[];
  readonly body: string;
}

/** The answer that gives the reason as JSON. */
export function refusalAnswer({ status, message, retryAfterS }: Refusal): RefusalAnswer {
  const title = titles[status];
  const body = `${JSON.stringify({ status, error: title, reason: message })}\n`;
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
  ];
  if (retryAfterS !== undefined) headers.push('retry-after', String(retryAfterS));
  return { status, title, headers, body };
}
