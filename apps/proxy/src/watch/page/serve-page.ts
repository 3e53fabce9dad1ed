import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

interface PageFile {
  readonly url: URL;
  readonly type: string;
}

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

// Through the package's main file, since its manifest exports nothing that a browser can load.
const uplot = import.meta.resolve('uplot');

/** A fixed list, so that no path of a request ever reaches the file system. */
const files: ReadonlyMap<string, PageFile> = new Map([
  ['/', own('index.html', HTML)],
  ['/app.js', own('app.js', SCRIPT)],
  ['/bodies-table.js', own('bodies-table.js', SCRIPT)],
  ['/chart.js', own('chart.js', SCRIPT)],
  ['/format.js', own('format.js', SCRIPT)],
  ['/history.js', own('history.js', SCRIPT)],
  ['/strategies-table.js', own('strategies-table.js', SCRIPT)],
  ['/strategy-switch.js', own('strategy-switch.js', SCRIPT)],
  ['/style.css', own('style.css', STYLE)],
  ['/icon.svg', own('icon.svg', 'image/svg+xml')],
  ['/uplot.js', { url: new URL('uPlot.esm.js', uplot), type: SCRIPT }],
  ['/uplot.css', { url: new URL('uPlot.min.css', uplot), type: STYLE }],
]);

/** The page shows paths that strangers chose: should one ever become markup, it could still load and run nothing. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const read = new Map<string, Buffer>();

/**
 * Answers with one of the live page's files.
 *
 * @param pathname Below the admin path, beginning with a slash.
 * @returns Whether there is a file of that name; when not, nothing was written to `response`.
 */
export function servePage(pathname: string, response: ServerResponse): boolean {
  const file = files.get(pathname);
  if (file === undefined) return false;
  const body = read.get(pathname) ?? readFileSync(file.url);
  read.set(pathname, body);
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': body.length,
    // After an update, old scripts must not meet new events.
    'cache-control': 'no-cache',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(body);
  return true;
}

function own(name: string, type: string): PageFile {
  return { url: new URL(name, import.meta.url), type };
}
