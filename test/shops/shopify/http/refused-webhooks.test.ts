import { afterEach, describe, expect, it } from 'vitest';
import { errorOf, HMAC_SECRET, hmacOf, orderBody, startServer, type TestServer } from '#test/server.ts';

const APP_SECRET = 'shpss_the-secret-of-the-app-9876543210';

let server: TestServer;

afterEach(() => server.close());

const start = async (settings: Record<string, string> = {}) => {
  server = await startServer({ settings: { TPG_METRICS: 'on', ...settings } });
  server.secrets.add(APP_SECRET);
};
const warnings = () => server.logRecords.filter(({ level, reason }) => level === 'warn' && reason !== undefined);
const refusedBy = async (reason: string) => {
  const { text } = await server.get('/metrics');
  return Number(new RegExp(`tpg_webhooks_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1]);
};

describe('a webhook whose HMAC is wrong', () => {
  const body = orderBody();

  it.each([
    ['unknown', 'compare TPG_SHOPIFY_HMAC_SECRET', { body, hmac: hmacOf(body, 'somebody-elses') }, {}],
    ['altered_body', 'a proxy adds or removes', { body: `${body}\n`, hmac: hmacOf(body, HMAC_SECRET) }, {}],
    ['malformed', 'not from Shopify', { body, hmac: 'x' }, {}],
    ['other_secret', 'TPG_SHOPIFY_API_SECRET', { body, hmac: hmacOf(body, APP_SECRET) }, {}],
    [
      'no_secret',
      'No secret is configured',
      { body, hmac: hmacOf(body, HMAC_SECRET) },
      { TPG_SHOPIFY_HMAC_SECRET: '' },
    ],
  ] as [string, string, { body: string; hmac: string }, Record<string, string>][])(
    'is a warning with the reason %s, and counted',
    async (reason, sentence, sent, settings) => {
      const withApp = reason === 'no_secret' ? {} : { TPG_SHOPIFY_API_SECRET: APP_SECRET };
      await start({ ...withApp, ...settings });
      expect(await refusedBy(reason)).toBe(0);
      const answer = await server.webhook(sent.body, {
        hmac: sent.hmac,
        headers: { 'x-shopify-shop-domain': 'a.myshopify.com' },
      });
      expect(errorOf(answer)).toEqual({ status: 403, code: 'hmac_invalid', error: 'Invalid HMAC signature.' });
      expect(warnings()).toMatchObject([
        { reason, topic: 'orders/create', shopDomain: 'a.myshopify.com', msg: expect.stringContaining(sentence) },
      ]);
      expect(await refusedBy(reason)).toBe(1);
      expect(server.rows('select * from webhooks')).toEqual([]);
    },
  );

  it('is counted without a warning where no signature came', async () => {
    await start();
    await server.webhook(body, { secret: null });
    expect([warnings(), await refusedBy('missing')]).toEqual([[], 1]);
  });

  it('fills no log past the limit for strangers, though all are counted', async () => {
    await start({ TPG_RATE_LIMIT: '3' });
    for (let sent = 0; sent < 10; sent += 1) await server.webhook(body, { secret: 'wrong', topic: 'a b' });
    expect(warnings()).toHaveLength(3);
    expect(warnings()[0]).toMatchObject({ topic: null });
    expect(await refusedBy('unknown')).toBe(10);
  });
});
