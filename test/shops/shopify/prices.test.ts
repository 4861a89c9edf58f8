import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJson } from '#platform/json.ts';
import type { ShopPrices } from '#shops/shop-connector.ts';
import { parseProductWebhook } from '#shops/shopify/webhooks/product.ts';
import type { StandInVariant } from '#test/fake-shopify/products.ts';
import { type ShopifyStandIn, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { connect, failure } from '#test/shopify-client.ts';

let standIn: ShopifyStandIn;
let prices: ShopPrices;

beforeEach(async () => {
  standIn = await startShopifyStandIn();
  const { connector } = connect(standIn);
  if (connector.prices === undefined) throw new Error('The shop has no prices');
  prices = connector.prices;
});
afterEach(() => standIn.close());

const gid = (number: number | bigint) => `gid://shopify/ProductVariant/${number}`;
const ALL = { after: null, upTo: null, withTotal: false };

function addVariants(count: number): StandInVariant[] {
  const variants = Array.from({ length: count }, (_, index) => ({ id: index + 1, price: '1.00' }));
  return standIn.addProduct({ id: 1, variants });
}

describe('variants', () => {
  it('come with their price, the price in Tari that they show, and the shop’s currency', async () => {
    standIn.options.currency = 'EUR';
    standIn.addProduct({
      id: 1,
      variants: [
        { id: 1, price: '12.50', tariPrice: '375000000' },
        { id: 2, price: '0.00' },
      ],
    });
    expect(await prices.variants({ ...ALL, withTotal: true })).toEqual({
      currency: 'EUR',
      variants: [
        { variantId: gid(1), price: '12.50', tariPrice: '375000000' },
        { variantId: gid(2), price: '0.00', tariPrice: null },
      ],
      next: null,
      total: 2,
    });
  });

  it('come page by page, from any position and up to any, however large their ids are', async () => {
    const first = 9_007_199_254_740_993n;
    const variants = Array.from({ length: 60 }, (_, index) => ({ id: first + BigInt(index), price: '1.00' }));
    standIn.addProduct({ id: 1, variants });
    const read: string[] = [];
    let after: string | null = null;
    do {
      const page = await prices.variants({ ...ALL, after });
      expect(page.variants.length).toBeLessThanOrEqual(25);
      expect(page.total).toBeNull();
      read.push(...page.variants.map((variant) => variant.variantId));
      after = page.next;
    } while (after !== null);
    expect(read).toEqual(variants.map(({ id }) => gid(id)));

    const some = await prices.variants({ ...ALL, after: String(first + 9n), upTo: String(first + 19n) });
    expect(some.variants.map((variant) => variant.variantId)).toEqual(variants.slice(10, 20).map(({ id }) => gid(id)));
    expect(some.next).toBeNull();
  });

  it('are read on from a variant that is gone meanwhile', async () => {
    addVariants(30);
    const page = await prices.variants(ALL);
    standIn.removeVariant(gid(25));
    const rest = await prices.variants({ ...ALL, after: page.next });
    expect(rest.variants.map((variant) => variant.variantId)).toEqual([26, 27, 28, 29, 30].map(gid));
  });

  it('are counted past ten thousand', async () => {
    addVariants(10_050);
    expect((await prices.variants({ ...ALL, withTotal: true })).total).toBe(10_050);
  });

  it('of which a metafield of another type tells the price show none of ours', async () => {
    const [variant] = addVariants(1);
    variant?.metafields.set('custom.tari_price', { type: 'single_line_text_field', value: '30000000' });
    expect((await prices.variants(ALL)).variants[0]?.tariPrice).toBeNull();
  });

  it('of one product come page by page', async () => {
    addVariants(30);
    standIn.addProduct({ id: 2, variants: [{ id: 999, price: '1.00' }] });
    const first = await prices.variantsOfProduct('1', null);
    expect(first?.variants).toHaveLength(25);
    const second = await prices.variantsOfProduct('1', first?.next ?? null);
    expect(second?.variants.map((variant) => variant.variantId)).toEqual([26, 27, 28, 29, 30].map(gid));
    expect(second?.next).toBeNull();
    expect(await prices.variantsOfProduct('3', null)).toBeUndefined();
  });

  it('cost the shop little at a time, so that nobody waits long for room', async () => {
    await standIn.close();
    standIn = await startShopifyStandIn({ cost: { maximumAvailable: 120, restoreRate: 1 } });
    addVariants(25);
    const { connector } = connect(standIn);
    await connector.prices?.variants(ALL);
    await connector.prices?.variants(ALL);
    expect(standIn.calls).toHaveLength(2);
  });
});

describe('setTariPrices', () => {
  const priceOf = (number: number, microTari = 5n) => ({ variantId: gid(number), microTari });

  it('writes 25 at once, as whole µT', async () => {
    addVariants(25);
    const wanted = Array.from({ length: 25 }, (_, index) => priceOf(index + 1, 9_007_199_254_740_991n));
    expect(await prices.setTariPrices(wanted)).toEqual([]);
    expect(new Set(Object.values(standIn.tariPrices()))).toEqual(new Set(['9007199254740991']));
    expect(standIn.calls.map((call) => call.operation)).toEqual(['SetTariPrices']);
  });

  it('answers those that the shop cannot take, and writes all others', async () => {
    addVariants(3);
    const refused = await prices.setTariPrices([priceOf(1), priceOf(77), priceOf(2, 2n ** 53n), priceOf(3)]);
    expect(refused).toEqual([
      { variantId: gid(2), reason: 'A metafield holds no number above 9007199254740991.' },
      { variantId: gid(77), reason: 'Owner does not exist.' },
    ]);
    expect(Object.values(standIn.tariPrices())).toEqual(['5', null, '5']);
  });

  it('ends where the shop can take none of them', async () => {
    expect(await prices.setTariPrices([priceOf(1), priceOf(2)])).toHaveLength(2);
    expect(standIn.calls).toHaveLength(1);
  });

  it('fails for good where the shop refuses them as a whole', async () => {
    addVariants(26);
    const error = await failure(prices.setTariPrices(Array.from({ length: 26 }, (_, index) => priceOf(index + 1))));
    expect(error.retryable).toBe(false);
    expect(error.message).toBe(
      'The shop refuses the Tari prices of its variants: Exceeded the maximum metafields input limit of 25 (LESS_THAN_OR_EQUAL_TO).',
    );
    expect(standIn.priceWrites).toEqual([]);
  });

  it.each(['http_500', 'throttled', 'drop_after_acting', 'not_json'] as const)(
    'may be repeated after %s',
    async (kind) => {
      addVariants(1);
      standIn.failNext(kind === 'throttled' ? 4 : 1, kind);
      expect((await failure(prices.setTariPrices([priceOf(1)]))).retryable).toBe(true);
      expect(await prices.setTariPrices([priceOf(1)])).toEqual([]);
    },
  );
});

describe('access that our app lacks', () => {
  it.each([
    ['write_products', (shop: ShopPrices) => shop.variants(ALL)],
    ['write_products', (shop: ShopPrices) => shop.variantsOfProduct('1', null)],
    ['write_products', (shop: ShopPrices) => shop.setTariPrices([{ variantId: gid(1), microTari: 1n }])],
    ['write_metaobjects and write_metaobject_definitions', (shop: ShopPrices) => shop.setGlobalRate('USD', 1n)],
  ])('is named: %s', async (scopes, call) => {
    standIn.options.scopes = ['write_orders'];
    const error = await failure(Promise.resolve(call(prices)));
    expect(error.message).toBe(`The shop denies our app access to its prices: grant it ${scopes}.`);
    expect(error.retryable).toBe(false);
  });
});

describe('parseProductWebhook', () => {
  it.each([
    ['{"id": 788032119674292922, "title": "x"}', '788032119674292922'],
    ['{"id": 7880321196742}', '7880321196742'],
    ['{"id": "7880321196742"}', '7880321196742'],
  ])('reads the product of %s without rounding', (body, id) => expect(parseProductWebhook(parseJson(body))).toBe(id));

  it.each([
    ['{}', "The product's id is missing."],
    ['{"id": null}', "The product's id is missing."],
    ['{"id": "gid://shopify/Product/1"}', "The product's id has to be a whole number."],
    ['{"id": -1}', /^The product's id has to be/],
    ['{"id": 123456789012345678901}', "The product's id has to be a whole number."],
    ['[]', "The webhook's body is not a JSON object."],
  ])('refuses %s', (body, message) => expect(() => parseProductWebhook(parseJson(body))).toThrow(message));
});
