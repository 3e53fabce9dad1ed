import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { htmlReport } from '../../src/reporters/html.ts';
import { gradeSubject } from '../../src/run-record.ts';
import { blackSheep } from '../broken/blacksheep.ts';

const CHROMIUM = '/usr/bin/chromium';
const reports = fileURLToPath(new URL('../../reports/', import.meta.url));

it(
  'lets a browser step to the byte that BlackSheep’s original buffer loses',
  { timeout: 0 },
  async ({ skip }) => {
    if (!existsSync(CHROMIUM)) skip(`there is no ${CHROMIUM} here`);
    const [original] = blackSheep;
    if (original === undefined) throw new Error('the port has gone');
    const { name, strategy, createPipe, claims } = original;
    const subject = await gradeSubject(
      { name, specifier: name, strategy, ...(createPipe && { createPipe }), ...(claims && { claims }) },
      { profile: 'quick', seed: 1, laws: ['P1', 'P2', 'P3', 'P12'] },
    );
    mkdirSync(reports, { recursive: true });
    const file = `${reports}conformance.html`;
    writeFileSync(file, htmlReport({ contract: 1, seed: 1, profile: 'quick', subjects: [subject] }));
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) complaints.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator('.verdicts li').textContent()).toContain('violations');
    await page.getByRole('row', { name: /^P3 / }).getByRole('link', { name: 'fail' }).focus();
    await page.locator('a[href="#s0-P1"]').click();
    const player = page.locator('#s0-P1 .player');
    const output = player.locator('output');
    const [, last = ''] = /of (\d+)/.exec((await output.textContent()) ?? '') ?? [];
    expect(await output.textContent()).toBe(`step ${last} of ${last}`);
    expect(await player.locator('.timeline .now').textContent()).toContain('✗');
    expect(await player.locator('.cells .lost').allTextContents()).toEqual(['1']);
    await page.screenshot({ path: `${reports}conformance.png` });
    // Following the cell has put the focus on the player, so the keys work at once.
    const losing = player.locator('.timeline .losing');
    const isAtLoss = async (): Promise<boolean> =>
      ((await losing.getAttribute('class')) ?? '').includes('now');
    for (let step = 1; step < Number(last) && !(await isAtLoss()); step += 1)
      await page.keyboard.press('ArrowLeft');
    expect(await losing.textContent()).toBe('next() #2 bytes lost here');
    expect(await player.locator('.cells .lost').count()).toBe(1);
    await page.keyboard.press('ArrowLeft');
    expect(await player.locator('.cells .lost').count()).toBe(0);
    expect(await player.locator('.cells .held').allTextContents()).toEqual(['1']);
    await page.keyboard.press('Home');
    expect(await output.textContent()).toBe(`step 1 of ${last}`);
    expect(await player.locator('.state').textContent()).toContain(
      'must hold 0 bytes; pause at 4, resume at 2',
    );
    expect(await player.getByRole('button', { name: 'Step back' }).isDisabled()).toBe(true);
    await player.getByRole('button', { name: 'Step on' }).click();
    expect(await output.textContent()).toBe(`step 2 of ${last}`);
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `${reports}conformance-phone.png` });
    await page.getByRole('button', { name: 'not-claimed' }).first().click();
    expect(await page.locator('[popover]:popover-open').textContent()).toContain(
      'the subject does not claim it',
    );
    await page.keyboard.press('Escape');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('a[href="#s0-P2"]').click();
    await page.screenshot({ path: `${reports}conformance-dark.png` });
    expect(complaints).toEqual([]);
  },
);
