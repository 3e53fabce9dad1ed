import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Refusal } from '../policy/refusal.ts';

/** Why Node's parser reads a connection no further. */
export interface ParseError extends Error {
  readonly code?: string;
  /** What is wrong with what came, in a few words. */
  readonly reason?: string;
}

export interface HeadLimits {
  readonly maxHeaderBytes: number;
  readonly headersTimeoutMs: number;
}

/** What is answered where a head cannot be read to its end. */
export function headRefusal(cause: ParseError, { maxHeaderBytes, headersTimeoutMs }: HeadLimits): Refusal {
  if (cause.code === 'HPE_HEADER_OVERFLOW') {
    return new Refusal(431, `The headers of the request are larger than ${maxHeaderBytes} bytes.`, { cause });
  }
  if (cause.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const sentence = `The headers of the request did not come within ${headersTimeoutMs} ms.`;
    return new Refusal(408, sentence, { cause });
  }
  return new Refusal(400, `The request is no HTTP: ${whatOf(cause)}.`, { cause });
}

/** What is answered to versions that Node's parser lets through and that no client speaks this way. */
export function versionRefusal({ httpVersion }: IncomingMessage): Refusal | undefined {
  if (httpVersion === '1.1' || httpVersion === '1.0') return undefined;
  return new Refusal(400, `The request says that it is of HTTP/${httpVersion}; it must be of 1.0 or 1.1.`);
}

/** What a body fails with that cannot be read to its end. */
export function bodyRefusal(cause: ParseError): Refusal {
  return new Refusal(400, `The body of the request is no HTTP: ${whatOf(cause)}.`, { cause });
}

/** A request of which nothing is known but where it came from, and what answers it: the last answer of its connection. */
export function unreadRequest(socket: Socket): { message: IncomingMessage; response: ServerResponse } {
  const message = new IncomingMessage(socket);
  message.method = '';
  message.url = '';
  // What is left of it is waited for by nobody.
  message.complete = true;
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  return { message, response };
}

function whatOf({ reason, message }: ParseError): string {
  return reason ?? message;
}
