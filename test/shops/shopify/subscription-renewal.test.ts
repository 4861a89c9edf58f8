import { afterEach, describe, expect, it } from 'vitest';
import { NEEDED_TOPICS } from '#shops/shopify/subscriptions/subscriptions.ts';
import { type ShopifyStandIn, type StandInOptions, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { connect, failure } from '#test/shopify-client.ts';

const SERVER = 'https://pay.example.com';
const URI = `${SERVER}/shopify/webhook`;

let shop: ShopifyStandIn;

afterEach(() => shop.close());

const start = async (options: StandInOptions = {}) => {
  shop = await startShopifyStandIn(options);
  return connect(shop);
};
const topicsAt = (uri: string) => shop.subscriptions.filter((one) => one.uri === uri).map(({ topic }) => topic);
const callsOf = (operation: string) => shop.calls.filter((call) => call.operation === operation).length;

describe('renewing the webhook subscriptions', () => {
  it('makes all that are missing, and none a second time', async () => {
    const { connector } = await start();
    expect(await connector.renewSubscriptions(SERVER)).toEqual({
      uri: URI,
      created: [...NEEDED_TOPICS],
      moved: [],
      refused: [],
      failure: undefined,
    });
    expect(topicsAt(URI)).toEqual([...NEEDED_TOPICS]);
    expect(await connector.renewSubscriptions(`${SERVER}/`)).toMatchObject({ created: [], moved: [], refused: [] });
    expect(callsOf('CreateSubscription')).toBe(NEEDED_TOPICS.length);
  });

  it('makes the one that the shop has removed, beside those of other addresses and other kinds', async () => {
    const { connector } = await start();
    const others = [
      shop.addSubscription('ORDERS_CREATE', 'https://staging.example.com/shopify/webhook'),
      shop.addSubscription('ORDERS_CREATE', 'https://pay.example.com.evil.example/shopify/webhook'),
      shop.addSubscription('ORDERS_CREATE', `${SERVER}/other/shopify/webhook`),
      shop.addSubscription('ORDERS_CREATE', `${SERVER}/shopify/webhook/no_op`),
      shop.addSubscription('ORDERS_CREATE', 'pubsub://project:topic'),
      shop.addSubscription('ORDERS_CREATE', 'arn:aws:events:us-east-1::event-source/aws.partner/shopify.com/1/x'),
      shop.addSubscription('APP_UNINSTALLED', URI),
      shop.addSubscription('CUSTOMERS_UPDATE', `${SERVER}/shopify/webhook/checkout_create`),
    ];
    const before = structuredClone(others);
    await connector.renewSubscriptions(SERVER);
    shop.subscriptions.splice(
      shop.subscriptions.findIndex(({ topic, uri }) => topic === 'ORDERS_PAID' && uri === URI),
      1,
    );
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({ created: ['ORDERS_PAID'], moved: [] });
    expect(shop.subscriptions.filter((one) => others.some(({ id }) => id === one.id))).toEqual(before);
    expect([callsOf('UpdateSubscription'), callsOf('DeleteSubscription')]).toEqual([0, 0]);
  });

  it('moves what goes to an older path of ours, or as XML, with its filter and fields', async () => {
    const { connector } = await start();
    const filter = 'total_price:>100';
    const fields = { filter, includeFields: ['id', 'updated_at'], metafieldNamespaces: ['custom'] };
    const old = shop.addSubscription('ORDERS_CREATE', `${URI}/checkout_create`, fields);
    const xml = shop.addSubscription('PRODUCTS_UPDATE', URI, { format: 'XML' });
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({ moved: ['ORDERS_CREATE', 'PRODUCTS_UPDATE'] });
    expect(shop.subscriptions.find(({ id }) => id === old.id)).toMatchObject({ uri: URI, format: 'JSON', ...fields });
    expect(shop.subscriptions.find(({ id }) => id === xml.id)).toMatchObject({ uri: URI, format: 'JSON' });
    expect(topicsAt(URI).sort()).toEqual([...NEEDED_TOPICS].sort());
  });

  it('reads a long list in pages, and takes addresses that differ in spelling only for one', async () => {
    const { connector } = await start();
    for (let index = 0; index < 260; index += 1) {
      shop.addSubscription('ORDERS_CREATE', `https://app${index}.example.com/shopify/webhook`);
    }
    for (const topic of NEEDED_TOPICS) shop.addSubscription(topic, 'https://PAY.example.com:443/shopify/webhook');
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({ created: [] });
    expect(callsOf('ReadSubscriptions')).toBe(6);
  });

  it('gives up on a list that does not end', async () => {
    const { connector } = await start({ cost: { maximumAvailable: 1_000_000 } });
    for (let index = 0; index < 1_001; index += 1)
      shop.addSubscription('ORDERS_CREATE', `https://a${index}.example.com`);
    expect(await failure(connector.renewSubscriptions(SERVER))).toMatchObject({ retryable: false });
    expect([callsOf('ReadSubscriptions'), callsOf('CreateSubscription')]).toEqual([20, 0]);
  });

  it('says what it made before the shop fell away, and makes the rest the next time', async () => {
    const { connector } = await start();
    shop.beforeNext('CreateSubscription', () => shop.failNext(1, 'http_503', 'CreateSubscription'));
    const renewal = await connector.renewSubscriptions(SERVER);
    expect(renewal).toMatchObject({ created: ['ORDERS_CREATE'], failure: { retryable: true } });
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({
      created: NEEDED_TOPICS.slice(1),
      failure: undefined,
    });
  });

  it('makes one whose answer was lost only once', async () => {
    const { connector } = await start();
    shop.failNext(1, 'drop_after_acting', 'CreateSubscription');
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({ failure: { retryable: true } });
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({ created: NEEDED_TOPICS.slice(1) });
    expect(topicsAt(URI)).toHaveLength(NEEDED_TOPICS.length);
  });

  it('is content when another has just made the same', async () => {
    const { connector } = await start();
    shop.beforeNext('CreateSubscription', () => shop.addSubscription('ORDERS_CREATE', URI));
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({ refused: [], failure: undefined });
    expect(topicsAt(URI)).toHaveLength(NEEDED_TOPICS.length);
  });

  it('waits for a shop that throttles', async () => {
    const { connector, pauses } = await start();
    shop.failNext(2, 'throttled', 'CreateSubscription');
    expect(await connector.renewSubscriptions(SERVER)).toMatchObject({ created: [...NEEDED_TOPICS] });
    expect(pauses.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['scope', { scopes: ['write_products'] }, 7],
    ['protected_data', { approvedForProtectedData: false }, 7],
  ] satisfies [string, StandInOptions, number][])(
    'tells what is refused for %s, and makes the others',
    async (reason, options, count) => {
      const { connector } = await start(options);
      const { created, refused } = await connector.renewSubscriptions(SERVER);
      expect(created).toEqual(['PRODUCTS_CREATE', 'PRODUCTS_UPDATE']);
      expect(refused.map((refusal) => refusal.reason)).toEqual(Array.from({ length: count }, () => reason));
    },
  );

  it('tells that the shop sends nothing to such an address', async () => {
    const { connector } = await start();
    const { refused } = await connector.renewSubscriptions('https://127.0.0.1');
    expect(refused).toHaveLength(NEEDED_TOPICS.length);
    expect(refused[0]).toMatchObject({ reason: 'other', message: expect.stringContaining('internal domain') });
  });

  it.each(['not_json', 'oversized', 'http_500', 'http_302'] as const)(
    'throws where the shop answers %s',
    async (kind) => {
      const { connector } = await start();
      shop.failNext(1, kind, 'ReadSubscriptions');
      expect(await failure(connector.renewSubscriptions(SERVER))).toMatchObject({ retryable: true });
      expect(shop.subscriptions).toEqual([]);
    },
  );
});
