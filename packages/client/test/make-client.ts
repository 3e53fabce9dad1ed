import { createClient, type Client, type ClientOptions } from '../src/index.ts';
import { onTestFinished } from 'vitest';

/** A client that is destroyed when the test ends. */
export function makeClient(options: ClientOptions): Client {
  const client = createClient(options);
  onTestFinished(() => client.destroy());
  return client;
}
