import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressToBase58, dualAddress, parseAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';
import { leavesOutBrowser, startChromium } from './chromium.ts';

const [alice] = ACCOUNTS;
const SHOP = dualAddress('mainnet', publicKeyOf(personOf(91).secretKey), publicKeyOf(HOT_WALLET.secretKey), 3);

/** A buyer with nothing but a browser and a wallet, over the whole server. */
describe.skipIf(leavesOutBrowser())('from the order mail to the receipt', { timeout: 120_000 }, () => {
  let browser: Browser;
  let server: TestServer;

  beforeAll(async () => {
    browser = await startChromium();
    server = await startServer({
      settings: {
        TPG_PUBLIC_URL: 'https://pay.example.com',
        TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(SHOP),
        TPG_SHOP_NAME: 'Gem Street',
      },
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('the page appears before its order, shows where to pay, and follows the payment to the end', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    const state = (name: string) => page.locator(`[data-state=${name}]`).waitFor({ timeout: 20_000 });

    await page.goto(`${server.url}/o/1001/XPAV284CT`);
    await state('unknown');
    await server.order({ confirmation_number: 'XPAV284CT' });
    await state('waiting');
    const link = new URL((await page.locator('a.main').getAttribute('href')) ?? '');
    const address = parseAddress(link.searchParams.get('tariAddress') ?? '');
    expect([address.spendKey, link.searchParams.get('amount')]).toEqual([SHOP.spendKey, '100000000']);

    await page.locator('#details > summary').click();
    await page.getByLabel('Your Tari address').fill(alice.address);
    await page.getByLabel('Signature').fill('0'.repeat(128));
    await page.getByRole('button', { name: 'Claim the order' }).click();
    await page.getByText('This is not your address’s signature').waitFor();

    // What the hot wallet's notifier reports of a plain payment to that address: its payment id, and who sent it.
    const named = new TextDecoder().decode(address.paymentId ?? undefined);
    const payment = { sender: alice.address, amount: 60_000_000n, txid: '1', order_id: named };
    await server.reportPayment(payment);
    await state('seen');
    await server.reportConfirmation('1');
    await state('short');
    expect(await page.locator('h1').textContent()).toContain('40 XTM');
    await server.reportPayment({ ...payment, amount: 40_000_000n, txid: '2' });
    await state('seen');
    await server.reportConfirmation('2');
    await state('paid');
    expect(await page.locator('.receipt').textContent()).toContain('100 XTM');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
