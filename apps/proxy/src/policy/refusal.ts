import type { ServerResponse } from 'node:http';

/** Why a request gets no answer from the upstream: the status for it, and one sentence for whoever sent it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 400 | 501 | 502 | 503 | 504;

  constructor(status: Refusal['status'], sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.status = status;
  }
}

const titles: Readonly<Record<Refusal['status'], string>> = {
  400: 'Bad Request',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Answers with the reason as JSON. Nothing may have been sent yet. */
export function refuse(response: ServerResponse, { status, message }: Refusal): void {
  const body = `${JSON.stringify({ status, error: titles[status], reason: message })}\n`;
  response.writeHead(status, titles[status], {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
