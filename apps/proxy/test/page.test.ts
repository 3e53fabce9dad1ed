import { describe, expect, it, onTestFinished } from 'vitest';
import { AdminServer } from '../src/watch/admin-server.ts';
import { servePage } from '../src/watch/page/serve-page.ts';

describe('the files of the live page', () => {
  const page = async (): Promise<string> => {
    const admin = await AdminServer.start({
      listen: { host: '127.0.0.1', port: 0 },
      subject: {
        snapshot: () => ({}),
        metrics: () => Promise.resolve(''),
        isReady: () => true,
        switchStrategy: () => Promise.resolve(),
      },
      servePage,
    });
    onTestFinished(() => admin.close());
    return `${admin.url}/`;
  };

  it('are all there, down to those that scripts import, and of types that browsers take', async () => {
    const url = await page();
    const seen = new Map<string, string>();
    const visit = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      const response = await fetch(new URL(path, url));
      seen.set(path, `${response.status} ${response.headers.get('content-type')}`);
      const text = await response.text();
      for (const [, next = ''] of text.matchAll(/(?:href|src)="([^"]+)"/g)) await visit(next);
      for (const [, next = ''] of text.matchAll(/from '\.\/([^']+)'/g)) await visit(next);
    };
    await visit('');
    expect(Object.fromEntries(seen)).toEqual({
      '': '200 text/html; charset=utf-8',
      'app.js': '200 text/javascript; charset=utf-8',
      'bodies-table.js': '200 text/javascript; charset=utf-8',
      'chart.js': '200 text/javascript; charset=utf-8',
      'format.js': '200 text/javascript; charset=utf-8',
      'history.js': '200 text/javascript; charset=utf-8',
      'icon.svg': '200 image/svg+xml',
      'strategies-table.js': '200 text/javascript; charset=utf-8',
      'strategy-switch.js': '200 text/javascript; charset=utf-8',
      'style.css': '200 text/css; charset=utf-8',
      'uplot.css': '200 text/css; charset=utf-8',
      'uplot.js': '200 text/javascript; charset=utf-8',
    });
  });

  it('may load and run only one another', async () => {
    const { headers } = await fetch(await page());
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['serve-page.ts', '../main.ts', '..%2fmain.ts', '%2e%2e/main.ts', 'index.html', 'constructor'])(
    'are no way to other files: %s',
    async (path) => {
      const response = await fetch((await page()) + path);
      const text = await response.text();
      expect(text).not.toContain('import');
      expect(response.headers.has('content-security-policy')).toBe(false);
    },
  );

  it('are answered to HEAD without their bytes', async () => {
    const response = await fetch(`${await page()}app.js`, { method: 'HEAD' });
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
    expect(await response.text()).toBe('');
  });
});
