import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderAddressAt } from '#auth/shop-address.ts';
import { addressToBase58, dualAddress, parseAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { personOf } from '#test/test-wallets.ts';
import { leavesOutBrowser, startChromium } from './chromium.ts';
import { ORDER_NAMES, ORDERS, SHOP_ADDRESS, stateOfName } from './orders.ts';
import { type PageServer, startPageServer } from './page-server.ts';

/** The pages in a real browser: everything on them can be seen, read, heard and used by everybody. */

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** On a test network. */
const TEST_SHOP = addressToBase58(
  dualAddress('esmeralda', publicKeyOf(personOf(91).secretKey), publicKeyOf(personOf(92).secretKey), 1),
);
/** With other keys. */
const OTHER_SHOP = addressToBase58(
  dualAddress('mainnet', publicKeyOf(personOf(91).secretKey), publicKeyOf(personOf(92).secretKey), 1),
);
const PHONE = { width: 390, height: 844 };

const WITHOUT_SCRIPT = 'without the script';

/** How the pages are looked at. */
const VIEWS: readonly [name: string, options: BrowserContextOptions][] = [
  ['light', { viewport: PHONE, colorScheme: 'light' }],
  ['dark', { viewport: PHONE, colorScheme: 'dark' }],
  // The browser's own switch keeps axe from running, too: its timers stand still.
  [WITHOUT_SCRIPT, { viewport: PHONE }],
  ['on 320 pixels', { viewport: { width: 320, height: 640 } }],
  // A browser that zooms to 200 % has half the room, and twice the pixels.
  ['at 200 %', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ['on a desktop', { viewport: { width: 1280, height: 800 } }],
];

const SEEN = [...ORDER_NAMES, 'unknown'] as const;

describe.skipIf(leavesOutBrowser())('the pay page in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let server: PageServer;

  beforeAll(async () => {
    [browser, server] = await Promise.all([startChromium(), startPageServer()]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page, with what its console says and what its policy refused. */
  async function visit(options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    return { page, complaints, close: () => context.close() };
  }

  const open = (page: Page, name: string, query = '') => page.goto(`${server.url}${server.pathOf(name)}${query}`);

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

  describe.each(VIEWS)('%s', (view, options) => {
    it('has no finding of axe, no complaint, and nothing wider than the screen, in any state', async () => {
      const { page, complaints, close } = await visit(options);
      if (view === WITHOUT_SCRIPT) await page.route('**/assets/*.js', (route) => route.fulfill({ body: '' }));
      for (const name of SEEN) {
        await open(page, name, view === WITHOUT_SCRIPT ? '?news=timed' : '');
        const state = await page.locator('[data-state]').getAttribute('data-state');
        expect(state, name).toBe(name === 'unknown' ? 'unknown' : stateOfName(name));
        expect(await findings(page), name).toEqual([]);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow, name).toBeLessThanOrEqual(0);
      }
      expect(complaints).toEqual([]);
      await close();
    });
  });

  it('has none with everything opened, on the page for typing numbers, and with a test network', async () => {
    const { page, complaints, close } = await visit({ viewport: PHONE });
    server.orders.test = { ...ORDERS.waiting, network: 'esmeralda', payTo: orderAddressAt(TEST_SHOP)('8997470732594') };
    for (const path of [`${server.pathOf('waiting')}?claim=wrong`, '/o', server.pathOf('test')]) {
      await page.goto(`${server.url}${path}`);
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      expect(await findings(page), path).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(['de', 'es', 'fr', 'pt-BR', 'tr', 'zh'])('fits on 320 pixels in %s', async (lang) => {
    const { page, close } = await visit({ viewport: { width: 320, height: 640 } });
    for (const name of ['waiting', 'short', 'over', 'late', 'unknown'] as const) {
      await open(page, name, `?lang=${lang}`);
      expect(await page.locator('html').getAttribute('lang')).toBe(lang);
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(320);
    }
    await close();
  });

  it('shows a QR code that a reader reads as the exact link, for the hot wallet and the order', async () => {
    const { page, close } = await visit({ viewport: PHONE, colorScheme: 'dark' });
    await open(page, 'waiting');
    const picture = await page.locator('svg.qr').screenshot();
    // biome-ignore lint/suspicious/noExplicitAny: neither library has types.
    const { PNG } = require('pngjs') as any;
    // biome-ignore lint/suspicious/noExplicitAny: the same.
    const jsQR = (require('jsqr') as any).default ?? require('jsqr');
    const { data, width, height } = PNG.sync.read(picture);
    const read = jsQR(new Uint8ClampedArray(data), width, height)?.data as string;
    expect(read).toBe(await page.locator('a.main').getAttribute('href'));
    expect(read).toBe(`tari://mainnet/transactions/send?tariAddress=${ORDERS.waiting.payTo}&amount=477000000`);
    const address = parseAddress(new URL(read).searchParams.get('tariAddress') ?? '');
    expect(address.spendKey).toEqual(parseAddress(SHOP_ADDRESS).spendKey);
    expect(new TextDecoder().decode(address.paymentId ?? undefined)).toBe('8997470732594');
    await close();
  });

  it('can be used by keyboard alone, and says what was copied', async () => {
    const { page, close } = await visit({ viewport: PHONE, permissions: ['clipboard-read', 'clipboard-write'] });
    await open(page, 'waiting');
    const focused = () =>
      page.evaluate<string>(
        '(document.activeElement.getAttribute("aria-label") || document.activeElement.textContent || "").trim().slice(0, 40)',
      );
    const reached: string[] = [];
    for (let step = 0; step < 9; step += 1) {
      await page.keyboard.press('Tab');
      const name = await focused();
      reached.push(name);
      if (name === 'Copy the amount') {
        await page.keyboard.press('Enter');
        await page.waitForFunction('document.querySelector("#said").textContent === "Copied"');
        expect(await page.evaluate('navigator.clipboard.readText()')).toBe('477');
      }
    }
    const wanted = ['Gem Street', 'Open in wallet', 'Copy the amount', 'Copy the address', 'Details', 'Help'];
    expect(reached.filter((name) => wanted.includes(name))).toEqual(wanted);
    expect(reached).toContain('Back to Gem Street');
    await page.locator('summary', { hasText: 'Details' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Signature').isVisible()).toBe(true);
    await close();
  });

  it('changes while it is open, keeps what is opened, and says so to who cannot see it', async () => {
    server.orders.live = { ...ORDERS.waiting };
    const { page, complaints, close } = await visit({ viewport: PHONE });
    await open(page, 'live');
    await page.locator('summary', { hasText: 'Help' }).click();
    await page.waitForTimeout(300);
    server.orders.live = { ...ORDERS.seen_1 };
    server.tell(['live']);
    await page.locator('[data-state=seen]').waitFor({ timeout: 5_000 });
    expect(await page.locator('#said').textContent()).toContain('Payment seen');
    expect(await page.locator('details[open] > summary').textContent()).toBe('Help');
    // Nothing is to be paid now: the address in full, beside what changes, goes as well.
    expect(await page.locator('#details').count()).toBe(0);
    server.orders.live = { ...ORDERS.paid };
    server.tell(['live']);
    await page.locator('[data-state=paid]').waitFor({ timeout: 5_000 });
    expect(await page.title()).toContain('#1001');
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });

  it('asks only for what it missed when it is looked at again', async () => {
    server.orders.again = { ...ORDERS.waiting };
    const { page, close } = await visit({ viewport: PHONE });
    const asked: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname.endsWith('/events')) asked.push(url.searchParams.get('since') ?? '');
    });
    await open(page, 'again');
    await page.waitForTimeout(300);
    server.orders.again = { ...ORDERS.seen_1 };
    server.tell(['again']);
    await page.locator('[data-state=seen]').waitFor({ timeout: 5_000 });
    for (const isHidden of [true, false]) {
      await page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`,
      );
    }
    await page.waitForTimeout(300);
    expect(asked).toHaveLength(2);
    expect(asked[0]).not.toBe(asked[1]);
    const now = await fetch(`${server.url}${server.pathOf('again')}`);
    expect(await now.text()).toContain(`since=${asked[1]}`);
    await close();
  });

  it('shows no address that is not paid to any more, also where there is no stream', async () => {
    server.orders.moved = { ...ORDERS.waiting };
    const { page, close } = await visit({ viewport: PHONE });
    await page.clock.install();
    await page.route('**/events?*', (route) => route.fulfill({ status: 503 }));
    await open(page, 'moved');
    const inFull = () => page.locator('#details code').first().textContent();
    const ask = async () => {
      const answered = page.waitForResponse((response) => response.url().includes('/o/moved/'));
      await page.clock.runFor(16_000);
      await answered;
    };
    expect(await inFull()).toBe(ORDERS.waiting.payTo);
    await page.waitForTimeout(300);
    // The shop takes another hot wallet.
    const payTo = orderAddressAt(OTHER_SHOP)(ORDERS.waiting.orderId) ?? '';
    server.orders.moved = { ...ORDERS.waiting, payTo };
    await ask();
    await page.clock.runFor(3_000);
    await page.locator(`[data-copy="${payTo}"]`).waitFor({ timeout: 5_000 });
    expect(await inFull()).toBe(payTo);
    // What is typed in stays while the same is to be paid.
    await page.locator('summary', { hasText: 'Details' }).click();
    await page.getByLabel('Signature').fill('typed');
    server.orders.moved = { ...ORDERS.short, payTo };
    await page.waitForTimeout(300);
    await ask();
    await page.locator('[data-state=short]').waitFor({ timeout: 5_000 });
    expect(await page.getByLabel('Signature').inputValue()).toBe('typed');
    await close();
  });

  it('tells every time in the visitor’s own zone, also when money was given back', async () => {
    const { page, close } = await visit({ viewport: PHONE, timezoneId: 'Asia/Tokyo' });
    for (const name of ['waiting', 'paid', 'refunded'] as const) {
      await open(page, name);
      const text = (await page.locator('#live').textContent()) ?? '';
      expect([text.includes('UTC'), /9:00 PM|8:59 PM/.test(text)], name).toEqual([false, true]);
    }
    await close();
  });

  it('counts down only in the last quarter of an hour', async () => {
    const inMinutes = (minutes: number) => ({ ...ORDERS.waiting, dueAt: new Date(Date.now() + minutes * 60_000) });
    server.orders.soon = inMinutes(10);
    server.orders.later = inMinutes(60);
    const { page, close } = await visit({ viewport: PHONE });
    await open(page, 'soon');
    expect(await page.locator('[data-until]').textContent()).toMatch(/^Time left: (?:10:00|9:\d\d)$/);
    await open(page, 'later');
    expect(await page.locator('[data-until]').isVisible()).toBe(false);
    await close();
  });

  it('refreshes itself without a script', async () => {
    server.orders.plain = { ...ORDERS.waiting };
    const { page, close } = await visit({ viewport: PHONE, javaScriptEnabled: false });
    await open(page, 'plain');
    await page.waitForURL(/news=timed/);
    expect(await page.locator('svg.qr').isVisible()).toBe(true);
    expect(await page.getByText('looks for news every 15 seconds').isVisible()).toBe(true);
    expect(await page.locator('button[data-copy]').first().isVisible()).toBe(false);
    await page.getByText('Stop this').click();
    await page.waitForURL(/news=off/);
    for (const name of SEEN) {
      await open(page, name, '?news=off');
      expect(await page.locator('h1').isVisible(), name).toBe(true);
    }
    await close();
  });

  it('loads in at most 10 KB, with style, script and QR code', async () => {
    const { page, close } = await visit({ viewport: PHONE });
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      // What comes in parts all the time belongs to no first load.
      if (!request.url().includes('/events'))
        sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    await open(page, 'waiting');
    await page.waitForLoadState('load');
    await page.waitForTimeout(300);
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(3_000);
    expect(total).toBeLessThanOrEqual(10 * 1024);
    await close();
  });
});
