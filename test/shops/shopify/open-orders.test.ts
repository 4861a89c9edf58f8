import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJson } from '#platform/json.ts';
import type { OpenOrder } from '#shops/shop-connector.ts';
import { READ_LINE_ITEMS, READ_OPEN_ORDERS } from '#shops/shopify/admin-api/operations.ts';
import type { ShopifySettings } from '#shops/shopify/connect.ts';
import { parseOrderWebhook } from '#shops/shopify/webhooks/order.ts';
import { MAXIMUM_QUERY_COST, requestedCost } from '#test/fake-shopify/cost.ts';
import type { NewOrder, StandInOrder } from '#test/fake-shopify/orders.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { webhookBody } from '#test/fake-shopify/webhooks.ts';
import { connect, failure } from '#test/shopify-client.ts';

let standIn: ShopifyStandIn;

beforeEach(async () => {
  standIn = await startShopifyStandIn({ scopes: ['read_orders', 'read_customers'] });
});
afterEach(() => standIn.close());

function addOrder(number: number, changes: Partial<NewOrder> = {}): StandInOrder {
  const createdAt = new Date(Date.UTC(2026, 10, 20) + number * 1000);
  return standIn.addOrder({ id: number, name: `#${number}`, currency: 'USD', price: '12.50', createdAt, ...changes });
}

async function read(settings: Partial<ShopifySettings> = {}, signal?: AbortSignal): Promise<OpenOrder[]> {
  const { connector } = connect(standIn, { accessToken: STAND_IN_TOKEN, ...settings });
  const found: OpenOrder[] = [];
  for await (const order of connector.openOrders?.(signal) ?? []) found.push(order);
  return found;
}

describe('the open orders', () => {
  it.each(['total', 'subtotal', 'line_items'] as const)(
    'are as their webhooks tell of them, with the price of %s',
    async (priceField) => {
      const fields = { orderIdField: 'id' as const, priceField };
      const added = [
        addOrder(1, { id: '820982911946154508', note: 'For Anna', customerId: null }),
        addOrder(2, {
          noteAttributes: [
            { name: 'gift', value: 'yes' },
            { name: 'claim', value: '{"a":1}' },
          ],
        }),
        addOrder(3, { presentment: { currency: 'CAD', price: '17.01' } }),
      ];
      const found = await read({ fields });
      const told = added.map((order) => parseOrderWebhook(parseJson(webhookBody(order)), fields));
      for (const [index, order] of told.entries()) {
        const open = found[index];
        if (open?.kind !== 'order') throw new Error('It was not read');
        // The Admin API writes 12.50 as 12.5.
        expect(Number(open.order.price)).toBe(Number(order.price));
        expect(Number(open.order.outstanding)).toBe(Number(order.outstanding));
        const { price, outstanding } = open.order;
        expect(open).toEqual({ kind: 'order', order: { ...order, price, outstanding }, remark: null });
      }
      expect(found).toHaveLength(added.length);
    },
  );

  it('are none where there are none, and neither paid nor cancelled ones', async () => {
    expect(await read()).toEqual([]);
    addOrder(1, { financialStatus: 'PAID' });
    addOrder(2).cancelledAt = new Date();
    expect(await read()).toEqual([]);
  });

  it('are read in their order, a page at a time and only as they are taken', async () => {
    for (let number = 130; number >= 1; number -= 1) addOrder(number);
    const found = await read();
    const names = found.map((open) => (open.kind === 'order' ? open.order.altId : open.name));
    expect(names).toEqual(Array.from({ length: 130 }, (_, index) => `#${index + 1}`));
    expect(standIn.calls).toHaveLength(3);
    standIn.calls.length = 0;
    for await (const _ of connect(standIn).connector.openOrders?.() ?? []) break;
    expect(standIn.calls).toHaveLength(1);
  });

  it('end with an error after sixty pages', async () => {
    await standIn.close();
    const cost = { maximumAvailable: 100_000, restoreRate: 1000 };
    standIn = await startShopifyStandIn({ scopes: ['read_orders', 'read_customers'], cost });
    for (let number = 1; number <= 3001; number += 1) addOrder(number);
    const error = await failure(read());
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining('60 pages') as string });
  }, 60_000);

  it('stop when they are told to', async () => {
    addOrder(1);
    standIn.failNext(1, 'hang');
    expect((await failure(read({}, AbortSignal.timeout(100)))).retryable).toBe(true);
  });

  it.each(['http_500', 'not_json', 'oversized', 'graphql_INTERNAL_SERVER_ERROR'] as const)(
    'that come as %s are an error',
    async (fault) => {
      addOrder(1);
      standIn.failNext(1, fault);
      expect((await failure(read())).retryable).toBe(true);
    },
  );

  it('cannot be read without the scope read_orders', async () => {
    await standIn.close();
    standIn = await startShopifyStandIn({ scopes: [] });
    expect((await failure(read())).message).toContain('denies our app access');
    expect(standIn.calls).toHaveLength(2);
  });

  it('cost no more than one query may', () => {
    const cost = (document: string, variables: Record<string, unknown> = {}) =>
      requestedCost(parse(document), variables, 10);
    const openOrders = (variables: object) =>
      cost(READ_OPEN_ORDERS, { withCustomers: true, withSubtotals: false, withDiscounts: false, ...variables });
    // An order has itself, its price in two currencies, what is outstanding in one, its attributes and its customer.
    expect(openOrders({})).toBe(1 + 50 * 8 + 1);
    expect(openOrders({ withCustomers: false })).toBe(1 + 50 * 7 + 1);
    expect(openOrders({ withSubtotals: true })).toBe(1 + 50 * 11 + 1);
    expect(openOrders({ withDiscounts: true })).toBe(1 + 50 * 10 + 1);
    expect(cost(READ_LINE_ITEMS)).toBe(2 + 25 * 4 + 1);
    expect(MAXIMUM_QUERY_COST).toBe(1000);
  });
});

describe('the stand-in', () => {
  it('refuses a query that costs too much', async () => {
    const query = 'query Q { orders(first: 250) { nodes { customer { id } totalPriceSet { shopMoney { amount } } } } }';
    const response = await fetch(`${standIn.url}/graphql.json`, {
      method: 'POST',
      headers: { 'x-shopify-access-token': STAND_IN_TOKEN },
      body: JSON.stringify({ query, variables: {} }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'MAX_COST_EXCEEDED' } }] });
  });
});
