import { afterEach, describe, expect, it } from 'vitest';
import { errorOf, orderBody, startServer, type TestServer } from '#test/server.ts';
import { HOT_WALLET } from '#test/test-wallets.ts';

/** An address that anybody can write into a header counts only from a proxy that is trusted. */

const ALLOWED = '203.0.113.7';

let server: TestServer;

afterEach(() => server.close());

const SPOOFED: Record<string, string>[] = [
  { 'x-forwarded-for': ALLOWED },
  { 'x-forwarded-for': `${ALLOWED}, ${ALLOWED}` },
  { 'x-forwarded-for': `127.0.0.1, ${ALLOWED}` },
  { forwarded: `for=${ALLOWED}` },
  { forwarded: `for="${ALLOWED}:80";by=127.0.0.1` },
  { 'x-forwarded-for': ALLOWED, forwarded: `for=${ALLOWED}` },
  { 'x-real-ip': ALLOWED, 'client-ip': ALLOWED, 'true-client-ip': ALLOWED, 'cf-connecting-ip': ALLOWED },
];

const UNTRUSTING = {
  TPG_USE_X_FORWARDED_FOR: 'on',
  TPG_USE_FORWARDED: 'on',
  // The tests come from 127.0.0.1, which is none of these.
  TPG_TRUSTED_PROXIES: '10.0.0.0/8',
  TPG_SHOPIFY_IP_WHITELIST: ALLOWED,
  TPG_METRICS: 'on',
};

describe.each([
  ['that is on, from an untrusted peer', UNTRUSTING],
  [
    'that is off',
    { ...UNTRUSTING, TPG_USE_X_FORWARDED_FOR: 'off', TPG_USE_FORWARDED: 'off', TPG_TRUSTED_PROXIES: '127.0.0.1' },
  ],
])('a forwarded header %s', (_, settings) => {
  it.each(SPOOFED)('opens neither the shop’s routes nor the wallets’: %j', async (headers) => {
    server = await startServer({ settings, hotWallet: false });
    await server.registerWallet(HOT_WALLET, ALLOWED);
    const before = server.everything();
    expect(errorOf(await server.webhook(orderBody(), { headers })).code).toBe('forbidden_peer');
    expect(errorOf(await server.get('/shopify/health', { headers })).code).toBe('forbidden_peer');
    const payment = await server.post('/wallet/incoming_payment', server.paymentBody(), { headers });
    expect(errorOf(payment).code).toBe('wallet_not_authorized');
    const confirmation = await server.post('/wallet/tx_confirmation', server.confirmationBody('1'), { headers });
    expect(errorOf(confirmation).code).toBe('wallet_not_authorized');
    expect(server.everything()).toEqual(before);
  });

  it.each(SPOOFED)('is counted as its peer by the rate limit: %j', async (headers) => {
    server = await startServer({ settings: { ...settings, TPG_RATE_LIMIT: '3' } });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const changing = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, value.replaceAll(ALLOWED, `203.0.113.${index}`)]),
      );
      statuses.push((await server.post('/auth', undefined, { headers: changing })).status);
    }
    expect(statuses).toEqual([400, 400, 400, 429, 429]);
  });
});
