import { afterEach, expect, it } from 'vitest';
import { type ShopifyStandIn, STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { connect, failure } from '#test/shopify-client.ts';

let standIn: ShopifyStandIn;
afterEach(() => standIn.close());

async function find(email: string, shop: Parameters<typeof startShopifyStandIn>[0]) {
  standIn = await startShopifyStandIn(shop);
  standIn.customers.set('Jo@example.com', '7001').set('jo@example.com.au', '7002');
  return connect(standIn, { accessToken: STAND_IN_TOKEN }).connector.customersByEmail?.(email);
}

it('are found by exactly their e-mail address, whatever its case', async () => {
  expect(await find('jo@EXAMPLE.com', { scopes: ['read_customers'] })).toEqual(['7001']);
});

it('are none for an address that nobody has', async () => {
  expect(await find('ann@example.com', { scopes: ['read_customers'] })).toEqual([]);
});

it('are not told apart by guessing where the shop hides addresses', async () => {
  const shop = { scopes: ['read_customers'], approvedForProtectedData: false };
  expect(String(await failure(find('jo@example.com', shop)))).toContain('Several customers');
  await standIn.close();
  expect(await find('jo@example.com.au', shop)).toEqual(['7002']);
});

it('are not searched without the scope, which the error names', async () => {
  const error = await failure(find('jo@example.com', { scopes: ['read_orders'] }));
  expect(String(error)).toMatch(/scope|access/i);
  expect(String(error)).not.toContain('jo@');
});

it('are not searched by what would be another search', async () => {
  standIn = await startShopifyStandIn({ scopes: ['read_customers'] });
  const { connector } = connect(standIn, { accessToken: STAND_IN_TOKEN });
  await expect(connector.customersByEmail?.('a" OR email:"b')).rejects.toThrow('quotation mark');
});
