import { createHash } from 'node:crypto';
import http from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { turn } from './until.ts';

export interface Downloaded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly agent?: http.Agent;
  /** Turns of the event loop to let pass after each chunk: how slow this reader is. */
  readonly turnsPerChunk?: () => number;
}

/** Reads a body to its end with node:http, which rejects with what breaks it off. */
export async function download(url: string, options: DownloadOptions = {}): Promise<Downloaded> {
  const { agent, turnsPerChunk } = options;
  const response = await get(url, agent);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bytes += chunk.length;
    for (let turns = turnsPerChunk?.() ?? 0; turns > 0; turns -= 1) await turn();
  }
  if (!response.complete) throw new Error(`the body ended after ${bytes} bytes without being complete`);
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, sha256: hash.digest('hex') };
}

/** The response as soon as its headers are there. */
export function get(url: string, agent?: http.Agent): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.get(url, agent === undefined ? {} : { agent }, resolve).on('error', reject);
  });
}
