import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, firefox } from 'playwright-core';
import type { Browser } from 'playwright-core';
import type { Consumer } from './consumer.ts';
import type { Grading } from './grading.ts';

export type BrowserName = 'chromium' | 'firefox';

const launchers: Readonly<Record<BrowserName, (executablePath: string) => Promise<Browser>>> = {
  chromium: (executablePath) =>
    chromium.launch({
      executablePath,
      // Root, as whoever runs this in a container is, has no sandbox. `gc` lets the suite see what memory is let go.
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'],
    }),
  // Firefox as it is released, over WebDriver BiDi: Playwright's own build is not needed.
  firefox: (executablePath) => firefox.launch({ executablePath, channel: 'moz-firefox' }),
};

const document = '<!doctype html><meta charset="utf-8"><script type="module" src="/bundle.js"></script>';

/** Grades one strategy in a page. */
export async function gradeInBrowser(
  name: BrowserName,
  executable: string,
  { bundle }: Consumer,
  strategy: string,
  mode: string,
): Promise<Grading> {
  const code = readFileSync(bundle, 'utf8');
  const server = createServer(({ url }, response) => {
    const isScript = url === '/bundle.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? code : document);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await launchers[name](executable);
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) =>
      page.on('crash', () => reject(new Error('The page crashed'))),
    );
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'gradeNamed' in globalThis);
    const grading = page.evaluate(
      ([named, as]) => {
        const page = globalThis as unknown as { gradeNamed(name: string, mode: string): Promise<Grading> };
        return page.gradeNamed(String(named), String(as));
      },
      [strategy, mode],
    );
    return await Promise.race([grading, failed]);
  } finally {
    await browser.close();
    server.close();
  }
}
