import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '#platform/clock.ts';
import { clientCredentialsToken, staticToken } from '#shops/shopify/admin-api/tokens.ts';
import { shopifyAddresses, shopifyFromSettings } from '#shops/shopify/connect.ts';
import {
  type ShopifyStandIn,
  STAND_IN_TOKEN,
  type StandInOptions,
  startShopifyStandIn,
} from '#test/fake-shopify/server.ts';
import { connect, createTestLog, everythingIn, failure } from '#test/shopify-client.ts';

const CLIENT = { clientId: 'our-client-id', clientSecret: 'shpss_our-client-secret' };

let standIn: ShopifyStandIn;
afterEach(() => standIn?.close());

async function startWithCredentials(lifetimeSeconds = 86_399, options: StandInOptions = {}): Promise<void> {
  standIn = await startShopifyStandIn({
    ...options,
    access: { kind: 'client_credentials', lifetimeSeconds, ...CLIENT },
  });
}

function tokenSource(options: { now?: () => number; clientSecret?: string; timeoutMs?: number } = {}) {
  const log = createTestLog();
  const clock: Clock = { now: () => new Date(options.now?.() ?? Date.now()) };
  const source = clientCredentialsToken({
    tokenUrl: `${new URL(standIn.url).origin}/admin/oauth/access_token`,
    ...CLIENT,
    ...(options.clientSecret !== undefined && { clientSecret: options.clientSecret }),
    fetch,
    clock,
    log,
    timeoutMs: options.timeoutMs ?? 2000,
  });
  return { source, log };
}

describe('clientCredentialsToken', () => {
  it('asks once, however many callers wait', async () => {
    await startWithCredentials();
    const { source } = tokenSource();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => source.get()));
    expect(new Set(tokens)).toEqual(new Set(standIn.access.issued()));
    expect(standIn.access.requests()).toBe(1);
  });

  it('renews at 80 % of the life, without making anybody wait', async () => {
    await startWithCredentials(1000);
    let nowMs = 0;
    const { source } = tokenSource({ now: () => nowMs });
    const first = await source.get();
    nowMs = 799_000;
    expect(await source.get()).toBe(first);
    expect(standIn.access.requests()).toBe(1);
    nowMs = 801_000;
    expect(await source.get()).toBe(first);
    await expect.poll(() => source.get()).not.toBe(first);
    expect(standIn.access.requests()).toBe(2);
  });

  it('lives on with the old token while it is good and the renewal fails', async () => {
    await startWithCredentials(1000);
    let nowMs = 0;
    const { source, log } = tokenSource({ now: () => nowMs });
    const first = await source.get();
    nowMs = 900_000;
    standIn.failNext(1, 'http_500', 'token');
    expect(await source.get()).toBe(first);
    await expect.poll(() => log.lines.length).toBe(1);
    nowMs = 1_000_000;
    expect(await source.get()).not.toBe(first);
  });

  it('forgets only the token that was refused', async () => {
    await startWithCredentials();
    const { source } = tokenSource();
    const first = await source.get();
    expect(source.invalidate(first)).toBe(true);
    const second = await source.get();
    expect(source.invalidate(first)).toBe(true);
    expect(await source.get()).toBe(second);
  });

  it.each(['http_500', 'not_json', 'hang', 'oversized'] as const)('is retryable on %s', async (kind) => {
    await startWithCredentials();
    const { source } = tokenSource({ timeoutMs: 500 });
    standIn.failNext(1, kind, 'token');
    expect((await failure(source.get())).retryable).toBe(true);
    expect(await source.get()).toMatch(/^shpat_/);
  });

  it('says that the credentials are wrong, and never which', async () => {
    await startWithCredentials();
    const { source } = tokenSource({ clientSecret: 'shpss_wrong-secret' });
    const error = await failure(source.get());
    expect(error.retryable).toBe(true);
    expect(error.message).toMatch(/no access token \(HTTP 401, invalid_client\); check the app's client id and secret/);
    expect(everythingIn(error)).not.toContain('shpss_wrong-secret');
  });
});

describe('staticToken', () => {
  it('is used as it is and has no successor', async () => {
    const source = staticToken(` ${STAND_IN_TOKEN}\n`);
    expect(await source.get()).toBe(STAND_IN_TOKEN);
    expect(source.invalidate(STAND_IN_TOKEN)).toBe(false);
  });

  it.each(['', ' ', 'shpat_1\nshpat_2', 'shpat_é'])('refuses %j without repeating it', (token) => {
    expect(() => staticToken(token)).toThrow("The shop's access token is empty or holds unusual characters.");
  });
});

describe('a connector with client credentials', () => {
  const order = { id: '1', name: '#1001', currency: 'USD', price: '12.50' };
  const pay = (shop: ReturnType<typeof connect>) =>
    shop.connector.markPaid({ orderId: '1', altId: '#1001', price: { amount: '12.50', currency: 'USD' } }, new Date());

  it('gets its token by itself', async () => {
    await startWithCredentials();
    standIn.addOrder(order);
    expect((await pay(connect(standIn, CLIENT))).effect).toBe('done');
    expect(standIn.access.requests()).toBe(1);
  });

  it('gets another one when the shop revokes it', async () => {
    await startWithCredentials();
    standIn.addOrder(order);
    const shop = connect(standIn, CLIENT);
    await shop.connector.checkConnection();
    standIn.access.revokeAll();
    expect((await pay(shop)).effect).toBe('done');
    expect(standIn.access.requests()).toBe(2);
  });

  it('gets another one when it expired on the way', async () => {
    await startWithCredentials(1);
    standIn.addOrder(order);
    const shop = connect(standIn, CLIENT);
    await shop.connector.checkConnection();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await pay(shop)).effect).toBe('done');
    expect(standIn.effectCount('1', 'paid')).toBe(1);
  });

  it('asks for a new one only once a call', async () => {
    await startWithCredentials();
    const shop = connect(standIn, CLIENT);
    standIn.failNext(2, 'unauthorized');
    expect((await failure(pay(shop))).message).toMatch(/refuses our access token/);
    expect(standIn.calls).toHaveLength(2);
    expect(standIn.access.requests()).toBe(2);
  });

  it('shows no token and no secret in logs and errors', async () => {
    await startWithCredentials();
    const shop = connect(standIn, CLIENT, 200);
    const errors: unknown[] = [];
    for (const kind of ['http_500', 'hang', 'drop_after_acting', 'unauthorized'] as const) {
      standIn.failNext(2, kind);
      await pay(shop).catch((error: unknown) => errors.push(error));
      standIn.clearFaults();
    }
    const shown = everythingIn([errors, shop.log.lines]);
    expect(errors).toHaveLength(4);
    for (const secret of [...standIn.access.issued(), CLIENT.clientSecret]) expect(shown).not.toContain(secret);
  });
});

describe('checkConnection', () => {
  it('has no complaint when all is well', async () => {
    standIn = await startShopifyStandIn();
    expect(await connect(standIn).connector.checkConnection()).toEqual({
      shop: 'stand-in.myshopify.com',
      shopifyPlus: false,
      scopes: ['read_orders', 'write_metaobject_definitions', 'write_metaobjects', 'write_orders', 'write_products'],
      missingScopes: [],
      warnings: [],
    });
  });

  const FOR_PRICES = ['write_products', 'write_metaobjects', 'read_metaobject_definitions'];

  it.each([
    [[], ['read_orders', 'write_orders']],
    [['read_orders'], ['write_orders']],
    // Writing includes reading.
    [['write_orders'], []],
  ])('with the scopes %j for orders misses %j', async (scopes, missingScopes) => {
    standIn = await startShopifyStandIn({ scopes: [...FOR_PRICES, ...scopes] });
    const report = await connect(standIn).connector.checkConnection();
    expect(report.missingScopes).toEqual(missingScopes);
    expect(report.warnings).toHaveLength(missingScopes.length === 0 ? 0 : 1);
  });

  it.each([
    [[], FOR_PRICES],
    [['write_products'], ['write_metaobjects', 'read_metaobject_definitions']],
    // A definition that somebody has made needs no more than reading.
    [['write_products', 'write_metaobjects', 'write_metaobject_definitions'], []],
  ])('with the scopes %j for prices misses %j', async (scopes, missingScopes) => {
    standIn = await startShopifyStandIn({ scopes: ['write_orders', ...scopes] });
    const report = await connect(standIn).connector.checkConnection();
    expect(report.missingScopes).toEqual(missingScopes);
    expect(report.warnings).toEqual(
      missingScopes.length === 0
        ? []
        : [`Our app in the shop lacks ${missingScopes.join(' and ')}: the shop's prices in Tari can't be set there.`],
    );
  });

  it('warns of an API version that the shop no longer supports', async () => {
    standIn = await startShopifyStandIn({ apiVersions: ['2027-07'] });
    const { warnings } = await connect(standIn).connector.checkConnection();
    expect(warnings).toEqual([
      'The shop no longer supports API version 2026-10: set TPG_SHOPIFY_API_VERSION to a current one.',
    ]);
  });
});

describe('shopifyFromSettings', () => {
  const ports = { fetch, clock: systemClock, sleep: async () => {}, random: () => 0, log: createTestLog() };
  const settings = { shop: 'my-shop.myshopify.com', apiVersion: '2026-10' };

  it('finds the addresses', () => {
    expect(shopifyAddresses(settings)).toEqual({
      graphqlUrl: 'https://my-shop.myshopify.com/admin/api/2026-10/graphql.json',
      tokenUrl: 'https://my-shop.myshopify.com/admin/oauth/access_token',
    });
    expect(shopifyAddresses({ ...settings, adminUrl: 'http://127.0.0.1:99/admin/api/2026-10/' })).toEqual({
      graphqlUrl: 'http://127.0.0.1:99/admin/api/2026-10/graphql.json',
      tokenUrl: 'http://127.0.0.1:99/admin/oauth/access_token',
    });
  });

  it.each(['', 'evil.example/', 'a@b.com', 'my shop.com', 'https://my-shop.myshopify.com'])(
    'refuses the shop %j',
    (shop) => {
      expect(() => shopifyAddresses({ ...settings, shop })).toThrow(/not a host name/);
    },
  );

  it('refuses an address that is not for the web', () => {
    expect(() => shopifyAddresses({ ...settings, adminUrl: 'file:///etc/passwd' })).toThrow(/http or https/);
  });

  it('wants a token, or the client with its secret', () => {
    expect(() => shopifyFromSettings(settings, ports)).toThrow(/needs an access token/);
    expect(() => shopifyFromSettings({ ...settings, clientId: 'id' }, ports)).toThrow(/needs an access token/);
    expect(shopifyFromSettings({ ...settings, ...CLIENT }, ports).name).toBe('shopify');
  });
});
