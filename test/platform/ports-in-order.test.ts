import { describe, expect, it } from 'vitest';
import type { Module, Ports, ServiceContext } from '#platform/module.ts';
import { watchPorts } from '#platform/ports-in-order.ts';
import { openServices } from '#services.ts';
import { shops } from '#shops/module.ts';
import { shopify } from '#shops/shopify/module.ts';
import { parseSettings } from '#test/settings.ts';

/** A context with a shop, as far as contexts look at it while they are opened. */
function contextWithShop(): ServiceContext {
  const parsed = parseSettings({
    TPG_SHOPIFY_SHOP: 'a.myshopify.com',
    TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: 'shpat_1',
    TPG_SHOPIFY_HMAC_SECRET: 'secret',
  });
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  const subscriptions = { onDurable: () => undefined, allDurableSubscribers: () => [] };
  return { settings: parsed.settings, ports: {}, subscriptions } as unknown as ServiceContext;
}

/** What the shop's context asks of payouts while it is opened. */
const payouts = {
  name: 'payouts',
  service: async () => ({ open: () => ({ service: { refunds: {} } }) }),
} as unknown as Module;

const open = (...contexts: Module[]) => openServices([payouts, ...contexts], contextWithShop());

describe('the order in which contexts are opened', () => {
  it('is refused where the shop is there too late to be told of a payment', async () => {
    await expect(open(shops, shopify)).rejects.toThrow(
      'shopify gives the port readContent after shops has looked for it: it must come first in the list of modules',
    );
    expect(Object.keys((await open(shopify, shops)).services)).toEqual(['payouts', 'shopify', 'shops']);
  });
});

describe('ports', () => {
  it('may be given by the context that has looked for them itself, and by the process', () => {
    const given: Ports = { shop: {} };
    const { ports, opening } = watchPorts(given);
    opening('shops');
    ports.readContent ??= () => ({ kind: 'ignored', reason: '' });
    expect([ports.shop, given.readContent]).toEqual([{}, ports.readContent]);
  });

  it('may be set later than they are looked for, where that is done only when they are needed', () => {
    const { ports, opening } = watchPorts({});
    const later = () => ports.shop;
    opening('shops');
    opening('shopify');
    ports.shop = { name: 'a' };
    opening(undefined);
    expect(later()).toEqual({ name: 'a' });
    expect(ports.chainWatch).toBeUndefined();
    ports.chainWatch = { status: () => undefined };
  });
});
