import { existsSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { download, get } from './download.ts';
import { runProxy, type RunningProxy } from './run-proxy.ts';
import { until } from './until.ts';

const CHROMIUM = '/usr/bin/chromium';
const DESKTOP = { width: 1280, height: 960 };
const PHONE = { width: 390, height: 844 };
const SMALL_PHONE = { width: 320, height: 640 };
const TABLET = { width: 768, height: 1024 };
/** Where the columns of the table are narrowest. */
const NARROWEST_COLUMNS = { width: 961, height: 900 };
/** What must be left of a request's path to be of use. */
const LEAST_REQUEST_WIDTH = 160;
/** As the page writes it, which never breaks between a number and its unit. */
const LONGEST_DURATION = '59\u00a0min 59\u00a0s';
/** More than the sockets of a connection hold, so that a client that does not read is felt by the proxy. */
const LARGE_BYTES = 268_435_456;

interface OpenPage {
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: string[];
}

async function openPage({ adminUrl }: RunningProxy): Promise<OpenPage> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: DESKTOP, colorScheme: 'light' });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${adminUrl}/`);
  await isLive(page);
  return { page, complaints };
}

async function isLive(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('#connection')?.textContent === 'live');
}

/** The exact number behind what the page shows. */
function shown(page: Page, id: string): Promise<number> {
  return page.locator(`data#${id}`).evaluate((element) => Number((element as HTMLDataElement).value));
}

async function waitForNumber(page: Page, id: string, number: number): Promise<void> {
  await page.waitForFunction(
    ([name, value]) => document.querySelector<HTMLDataElement>(`data#${name}`)?.value === value,
    [id, String(number)] as const,
  );
}

/** A client that takes the headers and never reads. */
async function pausedClient(url: string, path: string): Promise<http.IncomingMessage> {
  const response = await get(url + path);
  response.on('error', () => {});
  onTestFinished(() => void response.destroy());
  return response;
}

/** A download as slow as its origin, read as it comes. */
async function trickle(url: string, query: string): Promise<http.IncomingMessage> {
  const response = await pausedClient(url, `/trickle?${query}`);
  response.resume();
  return response;
}

/** An upload that goes on as fast as the download that it passes on. */
async function slowUpload(url: string, query: string): Promise<void> {
  const source = await pausedClient(url, `/trickle?${query}`);
  const upload = http.request(`${url}/upload`, { method: 'PUT' });
  upload.on('error', () => {});
  onTestFinished(() => void upload.destroy());
  source.pipe(upload);
}

/** Until every body of these paths is paused at its mark, whence its numbers stay the same. */
async function full(proxy: RunningProxy, paths: readonly string[]): Promise<void> {
  await until(async () => {
    const { bodies } = await proxy.snapshot();
    const paused = bodies.filter(({ path, producerPaused }) => producerPaused && paths.includes(path));
    return paused.length === paths.length;
  });
}

function report(name: string): string {
  return fileURLToPath(new URL(`../reports/${name}`, import.meta.url));
}

describe('the live page', () => {
  beforeEach((context) => {
    context.skip(!existsSync(CHROMIUM), `Needs a browser: ${CHROMIUM} is not on this machine.`);
  });

  it('shows what the proxy does while it does it, at any width', async () => {
    const proxy = await runProxy();
    const { url } = proxy;
    const { page, complaints } = await openPage(proxy);
    await page.locator('#no-bodies').waitFor();
    const paths = [0, 1, 2].map((number) => `/bytes/${LARGE_BYTES + number}?${'x'.repeat(1 + number * 60)}`);
    const clients = [];
    for (const path of paths) clients.push(await pausedClient(url, path));
    await trickle(url, 'chunks=100000&bytes=49152&delay-ms=20');
    await trickle(url, 'chunks=100000&bytes=1024&delay-ms=1000');
    await slowUpload(url, 'chunks=100000&bytes=16384&delay-ms=20');
    for (let finished = 0; finished < 5; finished += 1) await download(`${url}/bytes/100000`);
    await expect(download(`${url}/break?mode=chunked`)).rejects.toThrow(/aborted/);
    await full(proxy, paths);

    await waitForNumber(page, 'open-responses', 6);
    await waitForNumber(page, 'open-requests', 1);
    await waitForNumber(page, 'responses-ended', 5);
    await waitForNumber(page, 'responses-failed', 1);
    await page.waitForFunction(() => {
      const rate = (id: string): number =>
        Number(document.querySelector<HTMLDataElement>(`data#${id}`)?.value);
      return rate('responses-out-rate') > 0 && rate('requests-in-rate') > 0 && rate('producers-paused') >= 3;
    });
    const snapshot = await proxy.snapshot();
    expect(snapshot.open).toEqual({ requests: 1, responses: 6 });
    expect(await shown(page, 'high-mark')).toBe(snapshot.highWaterMark);
    expect(await shown(page, 'low-mark')).toBe(snapshot.lowWaterMark);
    expect(await shown(page, 'buffered-limit')).toBe(snapshot.bufferedLimitBytes);
    expect(await shown(page, 'resident')).toBeGreaterThan(0);
    expect(await page.locator('#strategy').textContent()).toBe(snapshot.strategy);
    expect(await page.locator('#upstream').textContent()).toBe(snapshot.upstream);
    expect(await page.locator('#bodies tr').count()).toBe(7);
    let steadyBytes = 0;
    for (const path of paths) {
      const body = snapshot.bodies.find((candidate) => candidate.path === path);
      const row = page.locator(`#bodies tr[data-path="${path}"]`);
      const value = await row.locator('data').getAttribute('value');
      expect(Number(value)).toBe(body?.bufferedBytes);
      expect(Number(value)).toBeGreaterThan(0);
      expect(await row.locator('.state').textContent()).toBe('upstream paused');
      steadyBytes += Number(value);
    }
    expect(await shown(page, 'buffered')).toBeGreaterThanOrEqual(steadyBytes);

    // New requests go through another strategy, and both are compared.
    await page.locator('#next-strategy').fill('@millrace/no-such-buffer');
    await page.locator('#strategy-switch button').click();
    await page.waitForFunction(() =>
      /is not installed/.test(document.querySelector('#strategy-switch output')?.textContent ?? ''),
    );
    complaints.length = 0; // The browser's own word on the 400.
    await page.locator('#next-strategy').fill('@millrace/chunk-queue');
    await page.locator('#strategy-switch button').click();
    await page.waitForFunction(
      () => document.querySelector('#strategy')?.textContent === '@millrace/chunk-queue',
    );
    await download(`${url}/bytes/100000`);
    await waitForNumber(page, 'responses-ended', 6);
    expect(await page.locator('#strategies tr').count()).toBe(2);
    expect(
      await page.locator('#strategies tr[data-strategy="@millrace/chunk-queue"] td').nth(2).textContent(),
    ).toBe('1');

    // Enough for lines that can be seen.
    await page.waitForFunction(
      () => Number(document.querySelector<HTMLElement>('#buffered-chart')?.dataset.samples) >= 60,
    );
    for (const { name, viewport, colorScheme } of [
      { name: 'page-desktop.png', viewport: DESKTOP, colorScheme: 'light' },
      { name: 'page-desktop-dark.png', viewport: DESKTOP, colorScheme: 'dark' },
      { name: 'page-phone.png', viewport: PHONE, colorScheme: 'light' },
      { name: 'page-small-phone.png', viewport: SMALL_PHONE, colorScheme: 'light' },
      { name: 'page-tablet.png', viewport: TABLET, colorScheme: 'light' },
      { name: 'page-narrowest-columns.png', viewport: NARROWEST_COLUMNS, colorScheme: 'light' },
    ] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction(() => {
        const chart = document.querySelector('#rates-chart');
        return chart?.clientWidth === Math.round(chart?.querySelector('.uplot')?.clientWidth ?? 0);
      });
      const { widths, requestWidths, crammed } = await page.evaluate((longest) => {
        const durations = document.querySelectorAll('#strategies td:nth-last-child(-n + 2)');
        for (const cell of durations) cell.textContent = longest;
        return {
          // A table that scrolls sideways hides what nobody looks for.
          widths: Array.from(document.querySelectorAll('html, .scroll'), (element) => element.scrollWidth),
          requestWidths: Array.from(
            document.querySelectorAll('#bodies .request'),
            (cell) => cell.clientWidth,
          ),
          crammed: Array.from(document.querySelectorAll('#strategies td, .scroll'), (element) =>
            Math.max(0, element.scrollWidth - element.clientWidth),
          ),
        };
      }, LONGEST_DURATION);
      expect(Math.max(...widths), `nothing sticks out of ${name}`).toBeLessThanOrEqual(viewport.width);
      expect(Math.min(...requestWidths), `for a path in ${name}`).toBeGreaterThanOrEqual(LEAST_REQUEST_WIDTH);
      expect(Math.max(...crammed), `each strategy's figures fit in ${name}`).toBe(0);
      await page.screenshot({ path: report(name), fullPage: true });
    }

    for (const client of clients) client.destroy();
    await waitForNumber(page, 'responses-cancelled', 3);
    await waitForNumber(page, 'open-responses', 3);
    expect(await page.locator('#bodies tr').count()).toBe(4);
    expect(await shown(page, 'buffered')).toBeLessThan(steadyBytes);
    expect(complaints).toEqual([]);
  });

  it('shows paths as text, whatever they contain', async () => {
    const proxy = await runProxy();
    const { url } = proxy;
    const { page, complaints } = await openPage(proxy);
    const path = `/bytes/${LARGE_BYTES}?<img/src=x onerror=document.title=1>`.replaceAll(' ', '%20');
    const request = http.get(url, { path });
    request.on('error', () => {});
    onTestFinished(() => void request.destroy());
    await page.waitForFunction(() => document.querySelectorAll('#bodies tr').length === 1);
    expect(await page.locator('#bodies [data-cell="path"]').textContent()).toBe(path);
    expect(await page.locator('#bodies img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('says that it is disconnected, and goes on with a proxy that comes back', async () => {
    const proxy = await runProxy();
    const { page, complaints } = await openPage(proxy);
    await download(`${proxy.url}/bytes/1000`);
    await waitForNumber(page, 'responses-ended', 1);
    expect(complaints).toEqual([]);
    proxy.process.kill('SIGKILL');
    await proxy.exited;
    await page.waitForFunction(
      () => document.querySelector('#connection')?.textContent === 'disconnected, retrying',
    );
    const again = await runProxy('--admin-listen', new URL(proxy.adminUrl).host);
    await isLive(page);
    await waitForNumber(page, 'responses-ended', 0);
    await download(`${again.url}/bytes/1000`);
    await waitForNumber(page, 'responses-ended', 1);
  });
});
