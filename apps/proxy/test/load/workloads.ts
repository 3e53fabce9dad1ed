import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { configFile, freePort, PinnedProcess } from './pinned-process.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What clients ask for. */
export interface Workload {
  readonly name: string;
  readonly path: string;
  readonly bodyBytes: number;
  readonly connections: number;
  /** What counts: small bodies are about requests, large ones about bytes. */
  readonly unit: 'requests' | 'bytes';
}

export const workloads: readonly Workload[] = [
  { name: '1 KiB', path: '/1k', bodyBytes: KIB, connections: 64, unit: 'requests' },
  { name: '64 KiB', path: '/64k', bodyBytes: 64 * KIB, connections: 64, unit: 'requests' },
  { name: '10 MiB', path: '/10m', bodyBytes: 10 * MIB, connections: 16, unit: 'bytes' },
  { name: 'chunked 100 MiB', path: '/chunked/100m', bodyBytes: 100 * MIB, connections: 8, unit: 'bytes' },
];

/** nginx with these bodies, fast enough that the proxy is what is measured. */
export async function startOrigin(
  folder: string,
  core: number,
): Promise<{ process: PinnedProcess; url: URL }> {
  const root = `${folder}/root`;
  mkdirSync(root);
  for (const { path, bodyBytes } of workloads) writeZeros(`${root}/${path.split('/').at(-1)}`, bodyBytes);
  writeFileSync(`${root}/nothing`, '');
  const port = await freePort();
  const file = configFile(
    folder,
    'nginx-origin.conf',
    `daemon off; master_process off; pid ${folder}/nginx-origin.pid; error_log stderr;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    # What has something added behind it goes out without a length, in chunks as large as a buffer.
    location /chunked/ { alias ${root}/; sendfile off; output_buffers 2 64k; addition_types *; add_after_body /nothing; }
  }
}
`,
  );
  return PinnedProcess.on(port, { command: 'nginx', args: ['-e', 'stderr', '-c', file], core });
}

function writeZeros(file: string, bytes: number): void {
  const descriptor = openSync(file, 'w');
  ftruncateSync(descriptor, bytes);
  closeSync(descriptor);
}
