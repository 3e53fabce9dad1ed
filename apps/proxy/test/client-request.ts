import type { ClientRequest } from '../src/listener/client-request.ts';

/** The head of a GET for `/` at public.example, over HTTP/1.1 from 192.0.2.7, unless told otherwise. */
export function clientRequest(facts: Partial<ClientRequest> = {}): ClientRequest {
  return {
    method: 'GET',
    target: '/',
    authority: undefined,
    rawHeaders: ['Host', 'public.example'],
    httpVersion: '1.1',
    peerAddress: '192.0.2.7',
    isEncrypted: false,
    ...facts,
  };
}
