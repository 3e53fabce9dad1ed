import { sendRequest, type FaultExchange, type FaultRequest, type Protocol } from './fault-client.ts';

/** How a client goes about it. */
export interface ClientSetting {
  readonly proxyUrl: string;
  readonly protocol: Protocol;
  readonly isSlow: boolean;
}

/**
 * What came of it: `whole` or `broken` as the client sees the body, a status it was answered with instead, `no answer`;
 * and for what clients do, what the upstream saw: `aborted`, or `taken for whole`, or `not told`.
 */
export type FaultOutcome = string;

/** Sends a request, and reads the answer to its end. @param wholeBytes How long a body that is whole is, where that is known. */
export async function get(
  { proxyUrl, protocol, isSlow }: ClientSetting,
  path: string,
  method = 'GET',
  wholeBytes?: number,
): Promise<FaultOutcome> {
  return received(sendRequest(protocol, proxyUrl, { method, path }), isSlow, wholeBytes);
}

/** What the client sees in the end. */
async function received(
  exchange: FaultExchange,
  isSlow: boolean,
  wholeBytes?: number,
): Promise<FaultOutcome> {
  const head = await exchange.head;
  if (head === 'no answer') return head;
  const { isWhole, bytes } = await exchange.read(isSlow);
  if (!isWhole) return 'broken';
  if (head >= 400) return String(head);
  return wholeBytes === undefined || wholeBytes === bytes ? 'whole' : `whole, with ${bytes} bytes`;
}

/** An upload that goes on until nobody takes it any more. */
export async function uploadFor(
  { proxyUrl, protocol, isSlow }: ClientSetting,
  path: string,
  headers: FaultRequest['headers'] = {},
): Promise<FaultOutcome> {
  const exchange = sendRequest(protocol, proxyUrl, { method: 'POST', path, headers, hasBody: true });
  let isOver = false;
  const outcome = received(exchange, isSlow).finally(() => {
    isOver = true;
  });
  const piece = Buffer.alloc(16_384);
  while (!isOver && !exchange.upload.destroyed && !exchange.upload.closed) {
    if (!exchange.upload.writableNeedDrain) exchange.upload.write(piece, () => {});
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  const seen = await outcome;
  exchange.leave('close');
  return seen;
}
