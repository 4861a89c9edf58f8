import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leavesOutBrowser, startChromium } from '../checkout/chromium.ts';
import { pagesSeen } from './pages-seen.ts';
import { STAGED, type Stage, setStage } from './stage.ts';
import { visitorCookie } from './stand-in-visitors.ts';

/** The console in a real browser: everybody can see, read, hear and use everything on it. */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

const VIEWS: readonly [name: string, options: BrowserContextOptions][] = [
  ['light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['on 320 pixels', { viewport: { width: 320, height: 640 } }],
  ['at 200 %', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, colorScheme: 'dark' }],
];

describe.skipIf(leavesOutBrowser())('the console in a browser', { timeout: 240_000 }, () => {
  let browser: Browser;
  let stage: Stage;
  let pages: Record<string, string>;

  beforeAll(async () => {
    [browser, stage] = await Promise.all([startChromium(), setStage()]);
    pages = await pagesSeen(stage);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** A page, with what its console says and what its policy refused. */
  async function visit(options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'UTC',
      ...options,
    });
    const [name = '', value = ''] = visitorCookie('Ana', 'support', 'write').split('=');
    await context.addCookies([{ name, value, url: stage.console.url }]);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    return {
      page,
      complaints,
      open: (path: string) => page.goto(stage.console.url + path),
      close: () => context.close(),
    };
  }

  async function findings(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    const found = await page.evaluate(
      (tags) =>
        // biome-ignore lint/suspicious/noExplicitAny: axe stands in the page alone.
        (globalThis as any).axe.run({ runOnly: { type: 'tag', values: tags } }).then((result: any) =>
          // biome-ignore lint/suspicious/noExplicitAny: the same.
          result.violations.map((one: any) => `${one.id}: ${one.nodes.map((node: any) => node.html).join(' ')}`),
        ),
      WCAG,
    );
    return found as string[];
  }

  it.each(VIEWS)('has no finding of axe, no complaint, and nothing wider than the screen: %s', async (_, options) => {
    const { page, complaints, open, close } = await visit(options);
    const found: Record<string, unknown> = {};
    for (const [name, path] of Object.entries(pages)) {
      const answer = await open(path);
      expect(answer?.status(), name).toBe(200);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      const axe = await findings(page);
      if (axe.length > 0 || Number(overflow) > 0) found[name] = { axe, overflow };
    }
    expect(found).toEqual({});
    expect(complaints).toEqual([]);
    await close();
  });

  it('is searched by keyboard: a slash, the number, Enter', async () => {
    const { page, open, close } = await visit();
    await open('');
    await page.keyboard.press('/');
    await page.keyboard.type('#1002');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/orders/${STAGED.paid}`);
    expect(await page.locator('h1').textContent()).toBe('Order #1002');
    await close();
  });

  it('has a note written by keyboard alone, and says that it was', async () => {
    const { page, open, close } = await visit();
    await open(`/orders/${STAGED.waiting}`);
    await page.getByLabel('Add a note').focus();
    await page.keyboard.type('Called back.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('The note was added.').waitFor();
    expect(await page.locator('[role=status]').textContent()).toContain('The note was added.');
    expect(await page.locator('.story').textContent()).toContain('Called back.');
    await page.reload();
    expect(await page.locator('[role=status]').textContent()).not.toContain('The note was added.');
    await close();
  });

  it('says how much is new without moving anything, and shows it when asked', async () => {
    const { page, open, close } = await visit();
    await open('/orders');
    const before = await page.locator('tbody tr').count();
    await page.waitForTimeout(500);
    await stage.server.order({ id: 8997470739999n, name: '#1999', customer: { id: 7099 } });
    await page.getByText('1 new').first().waitFor();
    expect(await page.locator('tbody tr').count()).toBe(before);
    await page.locator('#news').click();
    await page.getByText('#1999').waitFor();
    await close();
  });

  it('copies an address, and says so', async () => {
    const { page, open, close } = await visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    await open(`/orders/${STAGED.short}`);
    await page.getByLabel('Copy the confirmation number').click();
    await page.waitForFunction('document.querySelector("#said").textContent === "Copied"');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('XPAV28004');
    await close();
  });

  it('shows times in the visitor’s own zone', async () => {
    const { page, open, close } = await visit({ timezoneId: 'Asia/Tokyo' });
    await open('/orders');
    expect(await page.locator('tbody time').first().textContent()).not.toContain('UTC');
    await close();
  });

  it('has a menu on a phone, that works without a script', async () => {
    const { page, open, close } = await visit({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
    await open('');
    await page.locator('summary', { hasText: 'Menu' }).click();
    await page.locator('.menu').getByRole('link', { name: 'Held money' }).click();
    expect(await page.locator('h1').textContent()).toBe('Held money');
    await close();
  });

  it('loads little: style and script within their budgets', async () => {
    const text = await (
      await fetch(stage.console.url, { headers: { cookie: visitorCookie('Ana', 'support') } })
    ).text();
    const sizeOf = async (ending: string, encoding: string) => {
      const path = new RegExp(`/console(/assets/console-[0-9a-f]+\\.${ending})`).exec(text)?.[1] ?? '';
      const answer = await fetch(stage.console.url + path, { headers: { 'accept-encoding': encoding } });
      const length = Number(answer.headers.get('content-length'));
      await answer.arrayBuffer();
      return length;
    };
    expect(await sizeOf('css', 'identity')).toBeLessThanOrEqual(8 * 1024);
    expect(await sizeOf('js', 'gzip')).toBeLessThanOrEqual(3 * 1024);
  });
});
