import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '#shops/shopify/admin-api/cli-operations.ts';
import { Home, startToolStage } from '#test/cli/tool.ts';
import { loadAdminSchema } from '#test/fake-shopify/schema.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { plainFetch } from '#test/openapi-contract/plain-fetch.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const PUBLIC_URL = 'https://pay.example.com';

describe('the documents of the tool', () => {
  it.each(Object.entries(operations))('%s fits the real schema', (_, document) => {
    expect(validate(loadAdminSchema(), parse(document))).toEqual([]);
    // The check itself refuses what does not fit.
    expect(validate(buildSchema('type Query { nothing: Int }'), parse(document))).not.toEqual([]);
  });
});

describe('shopify', { timeout: 120_000 }, () => {
  let home: Home;
  let shop: ShopifyStandIn;
  const text = (...command: string[]) => home.text(['shopify', ...command]);
  const json = (...command: string[]) => home.json(['shopify', ...command]);

  beforeAll(async () => {
    shop = await startShopifyStandIn();
    home = new Home();
    Object.assign(home.environment, {
      TPG_SHOPIFY_SHOP: shop.shop,
      TPG_SHOPIFY_ADMIN_URL: shop.url,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
      TPG_SHOPIFY_HMAC_SECRET: 'shpss_secret',
    });
    shop.addOrder({ id: '6001', name: '#6001', currency: 'USD', price: '12.50' });
    shop.addOrder({ id: '6002', name: '#6002', currency: 'USD', price: '7.00' });
    shop.addProduct({
      id: '71',
      variants: [
        { id: '711', price: '10.00' },
        { id: '712', price: '0.99', tariPrice: '1' },
      ],
    });
  });
  afterAll(async () => {
    await shop.close();
    home.remove();
  });

  it('orders: get, open, pay, cancel', async () => {
    expect(await text('orders', 'get', '6001')).toMatch(/Order: +#6001\n[\s\S]*Outstanding: +12\.50? USD/);
    expect((await json('orders', 'open')).map(({ order }: { order: { orderId: string } }) => order.orderId)).toEqual([
      '6001',
      '6002',
    ]);
    const part = await home.run(['shopify', 'orders', 'pay', '6001', '5.00', 'USD'], { asProcess: true });
    expect(part).toMatchObject({ code: 1, stderr: expect.stringContaining('records no part of it') });
    expect(shop.effectCount('6001', 'paid')).toBe(0);
    expect(await text('orders', 'pay', '6001', '12.5', 'usd')).toMatch(/^Done: /);
    expect(await text('orders', 'pay', '6001', '12.50', 'USD')).toMatch(/^Done: /);
    expect(shop.effectCount('6001', 'paid')).toBe(1);
    const unasked = await home.run(['shopify', 'orders', 'cancel', '6002']);
    expect(unasked).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/#6002 \(6002\) will be cancelled[\s\S]*PENDING[\s\S]*--yes does it/),
    });
    expect(shop.effectCount('6002', 'cancelled')).toBe(0);
    expect(await text('orders', 'cancel', '6002', '--yes')).toMatch(/^Done: /);
    expect(await text('orders', 'cancel', '6001', '-y')).toMatch(/^Left alone: /);
    const missing = await home.run(['shopify', 'orders', 'cancel', '6999', '-y']);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('has no order') });
    expect([shop.effectCount('6002', 'cancelled'), shop.effectCount('6001', 'cancelled')]).toEqual([1, 0]);
    expect(await text('orders', 'open')).toBe('None.\n');
    const unknown = await home.run(['shopify', 'orders', 'get', '9']);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('The shop has no order') });
  });

  it('rates: get and set', async () => {
    expect(await text('rates', 'get')).toBe('None.\n');
    expect(await text('rates', 'set', 'USD=30,eur=33.5')).toMatch(/USD +30\.000000 XTM\nEUR +33\.500000 XTM/);
    expect(await json('rates', 'get')).toEqual([
      { currency: 'USD', rate: 30_000_000 },
      { currency: 'EUR', rate: 33_500_000 },
    ]);
  });

  it('products: all, get, update-price in µT a cent', async () => {
    expect(await json('products', 'all')).toMatchObject([
      { price: '10.00', currency: 'USD', tari_price: null },
      { price: '0.99', tari_price: '1' },
    ]);
    expect(await text('products', 'update-price', '300000')).toBe('2 of 2 prices are changed.\n');
    expect(Object.values(shop.tariPrices())).toEqual(['300000000', '29700000']);
    expect(await text('products', 'update-price', '300000')).toBe('0 of 2 prices are changed.\n');
    expect(await text('products', 'get', '71')).toMatch(/10\.00 USD +300\.000000 XTM/);
    expect(await home.run(['shopify', 'products', 'get', '72'])).toMatchObject({ code: 1 });
  });

  it('webhooks: install what is missing, once, and list', async () => {
    expect(await text('webhooks', 'list')).toBe('None.\n');
    const installed = await json('webhooks', 'install', PUBLIC_URL);
    expect(installed).toHaveLength(9);
    expect(new Set(installed.map(({ uri }: { uri: string }) => uri))).toEqual(
      new Set([`${PUBLIC_URL}/shopify/webhook`]),
    );
    await text('webhooks', 'install', `${PUBLIC_URL}/`);
    expect(shop.subscriptions).toHaveLength(9);
    expect(await text('webhooks', 'list')).toMatch(/ORDERS_CREATE +https:/);
    const refused = await home.run(['shopify', 'webhooks', 'install', 'http://pay.example.com']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('http:// is not supported') });
  });

  it('webhooks: remove those that are named, or that go to one server, after a yes', async () => {
    const { subscriptions } = shop;
    const count = subscriptions.length;
    const [old, xml, other] = [
      shop.addSubscription('ORDERS_CREATE', `${PUBLIC_URL}/shopify/webhook/checkout_create`),
      shop.addSubscription('ORDERS_PAID', 'https://old.example.com/shopify/webhook', { format: 'XML' }),
      shop.addSubscription('ORDERS_PAID', 'https://old.example.com/crm'),
    ].map(({ id }) => id.replace(/^.*\//, ''));
    const run = (...command: string[]) => home.run(['shopify', 'webhooks', 'remove', ...command]);
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('Say which') });
    expect(await run('99', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('no subscription 99') });
    expect(await run(old ?? '', '99', '-y')).toMatchObject({ code: 1 });
    const unasked = await run('--url', 'https://old.example.com');
    expect(unasked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ORDERS_PAID to https://old.example.com/shopify/webhook no more'),
    });
    expect(subscriptions).toHaveLength(count + 3);
    expect(await run('--url', 'https://old.example.com', '-y')).toMatchObject({ code: 0 });
    expect(subscriptions.map(({ id }) => id.replace(/^.*\//, ''))).not.toContain(xml);
    expect(await run('--url', 'https://old.example.com', '-y')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No subscription goes to'),
    });
    expect(await run(old ?? '', other ?? '', '--yes')).toMatchObject({ code: 0 });
    expect(subscriptions).toHaveLength(count);
    const own = await home.run(['shopify', 'webhooks', 'remove', '--url', PUBLIC_URL], {
      environment: { TPG_PUBLIC_URL: PUBLIC_URL },
    });
    expect(own).toMatchObject({ code: 2, stderr: expect.stringContaining('subscribes to it again') });
  });

  it('webhooks: remove none that came behind the question', async () => {
    const uri = 'https://older.example.com/shopify/webhook';
    shop.addSubscription('ORDERS_CREATE', uri);
    let isAdded = false;
    const fetch: typeof globalThis.fetch = async (...request) => {
      const answer = await plainFetch(...request);
      // Another program subscribes right behind the first look, which the shop may have put off for its rate limit.
      if (!isAdded && (await answer.clone().text()).includes('older.example.com')) {
        isAdded = true;
        shop.addSubscription('ORDERS_PAID', uri);
      }
      return answer;
    };
    const words = ['shopify', 'webhooks', 'remove', '--url', 'https://older.example.com'];
    const { code, stderr } = await home.run([...words, '--yes'], { fetch });
    expect([code, stderr]).toEqual([0, '']);
    expect(shop.subscriptions.filter((one) => one.uri === uri)).toMatchObject([{ topic: 'ORDERS_PAID' }]);
    expect((await home.run([...words, '--yes'])).code).toBe(0);
  });

  it('setup: checks, prepares the shop and writes the settings, again and again to the same end', async () => {
    const fresh = await startShopifyStandIn();
    const file = join(home.folder, '.env');
    writeFileSync(file, '# mine\nTPG_PORT=1234\nTPG_SHOPIFY_SHOP=old\n');
    const environment = { TPG_SHOPIFY_SHOP: '', TPG_SHOPIFY_ADMIN_URL: fresh.url };
    const command = ['shopify', 'setup', '--url', PUBLIC_URL, '--shop', fresh.shop, '-f', file];
    const first = await home.text(command, { environment });
    expect(first).toContain('Made the definition of the metaobject tari_price.');
    expect(first).toContain('9 of them from now on');
    expect(first).not.toContain(STAND_IN_TOKEN);
    expect([fresh.definitions.has('tari_price'), fresh.subscriptions.length]).toEqual([true, 9]);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^# mine\nTPG_PORT=1234\nTPG_SHOPIFY_SHOP=/);
    expect(text).not.toContain('=old');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await home.text(command, { environment })).toContain('0 of them from now on');
    expect([fresh.subscriptions.length, readFileSync(file, 'utf8')]).toEqual([9, text]);
    // The page is switched on by a word only.
    expect(first).toContain(`TPG_PUBLIC_URL=${PUBLIC_URL} in the settings of the server`);
    expect(text).not.toContain('TPG_PUBLIC_URL');
    expect(await home.text([...command, '--no-pay-page'], { environment })).toContain('holds all settings');
    const withPage = await home.text([...command, '--pay-page'], { environment });
    expect(withPage).not.toContain('in the settings of the server');
    expect(withPage).toContain(`"${PUBLIC_URL}/o/{{ id }}/{{ confirmation_number }}"`);
    expect(readFileSync(file, 'utf8')).toBe(`${text}TPG_PUBLIC_URL=${PUBLIC_URL}\n`);
    await fresh.close();
  });

  it('setup: names the scopes that are missing, and writes nothing then', async () => {
    const poor = await startShopifyStandIn({ scopes: ['read_orders'] });
    const file = join(home.folder, '.env.poor');
    const { code, stderr } = await home.run(['shopify', 'setup', '--url', PUBLIC_URL, '-f', file], {
      environment: { TPG_SHOPIFY_ADMIN_URL: poor.url },
    });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Grant the app .*write_orders/)]);
    expect([existsSync(file), poor.subscriptions.length]).toEqual([false, 0]);
    await poor.close();
  });

  it.each([
    [['orders', 'get', 'six'], 'in digits'],
    [['orders', 'pay', '6001', 'much', 'USD'], 'a decimal such as 12.50'],
    [['rates', 'set', 'USD'], 'written like USD=30'],
    [['products', 'update-price', '1.5'], 'whole number'],
    [['webhooks', 'install', 'pay.example.com'], 'must be an address'],
  ])('refuses %j with 2', async (command, sentence) => {
    const { code, stderr } = await home.run(['shopify', ...command]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('says which setting is missing, and shows no token', async () => {
    const none = await home.run(['shopify', 'rates', 'get'], { environment: { TPG_SHOPIFY_SHOP: '' } });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('TPG_SHOPIFY_SHOP is not set') });
    const wrong = await home.run(['shopify', 'rates', 'get'], {
      environment: { TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: 'shpat_wrong' },
    });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout + wrong.stderr).not.toContain('shpat_wrong');
  });
});

describe('shopify doctor', { timeout: 240_000 }, () => {
  it('finds what is wrong, says what to do, and mends what it can', async () => {
    const stage = await startToolStage({ TPG_PAYMENT_WALLET_ADDRESS: HOT_WALLET.address });
    const environment = { ...stage.stage.settings, TPG_PAYMENT_WALLET_ADDRESS: HOT_WALLET.address };
    // The public address is a proxy before the server.
    const fetch: typeof globalThis.fetch = (input, init) =>
      plainFetch(String(input).replace(PUBLIC_URL, stage.server.url), init);
    const doctor = async (more: string[], changed: Record<string, string> = {}) => {
      const command = ['shopify', 'doctor', '-p', 'boss', '--json', ...more];
      const { code, stdout } = await stage.home.run(command, { environment: { ...environment, ...changed }, fetch });
      const findings = JSON.parse(stdout) as { check: string; state: string; detail: string; advice: string | null }[];
      return { code, states: Object.fromEntries(findings.map(({ check, state }) => [check, state])), findings };
    };
    const well = {
      token: 'ok',
      scopes: 'ok',
      'API version': 'ok',
      'protected data': 'ok',
      signature: 'ok',
      clock: 'ok',
      'hot wallet': 'ok',
      'public address': 'ok',
      'public signature': 'ok',
      'public login': 'ok',
      server: 'ok',
      'last webhook': 'ok',
      'rejected webhooks': 'ok',
    };

    const first = await doctor(['--url', PUBLIC_URL]);
    expect(first.states).toEqual({ ...well, webhooks: 'failed', rate: 'failed' });
    expect(first.code).toBe(1);
    expect(first.findings.slice(0, 3).map(({ check, state }) => [check, state])).toEqual([
      ['webhooks', 'failed'],
      ['rate', 'failed'],
      ['clock', 'ok'],
    ]);
    for (const { state, advice } of first.findings) expect(advice === null).toBe(state === 'ok');
    await stage.home.text(['admin', 'rates', 'set', 'USD', '30']);
    const { standIn } = stage.stage;
    standIn.addSubscription('ORDERS_CREATE', `${PUBLIC_URL}/shopify/webhook/checkout_create`);
    standIn.addSubscription('ORDERS_PAID', `${PUBLIC_URL}/shopify/webhook`, {
      apiVersion: { handle: '2023-10', displayName: '', supported: false },
    });
    standIn.addSubscription('CHECKOUTS_CREATE', `${PUBLIC_URL}/shopify/webhook`);
    standIn.addSubscription('ORDERS_CREATE', 'https://staging.example.com/shopify/webhook');
    const old = await doctor([], { TPG_PUBLIC_URL: PUBLIC_URL });
    expect(old.states).toMatchObject({ webhooks: 'failed', 'old webhooks': 'failed', 'webhook version': 'failed' });
    const details = old.findings.map(({ detail }) => detail).join('\n');
    for (const text of ['2023-10', 'checkout_create', 'CHECKOUTS_CREATE', 'staging.example.com'])
      expect(details).toContain(text);
    standIn.subscriptions.splice(1);
    expect(await doctor(['--url', PUBLIC_URL, '--fix'])).toMatchObject({
      code: 0,
      states: { ...well, webhooks: 'ok', rate: 'ok' },
    });
    expect(standIn.subscriptions.map(({ uri }) => uri)).toEqual(
      Array.from({ length: 9 }, () => `${PUBLIC_URL}/shopify/webhook`),
    );

    const [person] = ACCOUNTS;
    const sick = await doctor(['--url', PUBLIC_URL], {
      TPG_SHOPIFY_HMAC_SECRET: 'another-secret',
      TPG_PAYMENT_WALLET_ADDRESS: person.address,
      TPG_SHOPIFY_API_VERSION: '2024-01',
    });
    expect(sick.states).toMatchObject({
      signature: 'failed',
      'public signature': 'failed',
      'public login': 'skipped',
      'hot wallet': 'failed',
      'API version': 'failed',
    });
    // The cause first: the server takes another secret, and so it is seen from outside as well.
    const failing = sick.findings.filter(({ state }) => state === 'failed').map(({ check }) => check);
    expect(failing.indexOf('signature')).toBeLessThan(failing.indexOf('public signature'));
    const locked = await doctor([], { TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: 'shpat_wrong' });
    expect(locked).toMatchObject({
      code: 1,
      states: { token: 'failed', webhooks: 'skipped', 'protected data': 'skipped' },
    });
    expect(locked.findings[0]).toMatchObject({ check: 'token' });
    await stage.close();
  });

  it('says which access to protected customer data is missing', async () => {
    const shop = await startShopifyStandIn({ approvedForProtectedData: false });
    const home = new Home();
    const environment = {
      TPG_SHOPIFY_SHOP: shop.shop,
      TPG_SHOPIFY_ADMIN_URL: shop.url,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
      TPG_SHOPIFY_HMAC_SECRET: 'shpss_secret',
      TPG_PUBLIC_URL: PUBLIC_URL,
    };
    const fetch: typeof globalThis.fetch = (input, init) =>
      String(input).startsWith(shop.url) ? plainFetch(input, init) : Promise.reject(new Error('no network'));
    const { stdout } = await home.run(['shopify', 'doctor', '--json', '--fix'], { environment, fetch });
    const findings = JSON.parse(stdout) as { check: string; state: string; advice: string }[];
    expect(findings[0]).toMatchObject({ check: 'protected data', state: 'failed' });
    expect(findings[0]?.advice).toMatch(
      /API access requests[\s\S]*Names, e-mails, phones and addresses are not needed/,
    );
    expect(findings.find(({ check }) => check === 'webhooks')).toMatchObject({
      state: 'failed',
      advice: findings[0]?.advice,
    });
    await shop.close();
    home.remove();
  });
});
