import { afterEach, describe, expect, it } from 'vitest';
import { eventually, startServer, type TestServer } from '#test/server.ts';

const PUBLIC = { TPG_PUBLIC_URL: 'https://pay.example.com' };
const URI = 'https://pay.example.com/shopify/webhook';

let server: TestServer;

afterEach(() => server.close());

const warningsWith = (text: string) =>
  server.logRecords.filter(({ level, msg }) => level === 'warn' && String(msg).includes(text));
const reads = () => server.shop.calls.filter(({ operation }) => operation === 'ReadSubscriptions').length;

describe('a server that knows its public address', () => {
  it('subscribes to what is missing when it starts, and says so with what to do', async () => {
    server = await startServer({ shop: true, start: true, settings: PUBLIC });
    await eventually(() => expect(server.shop.subscriptions).toHaveLength(9));
    await eventually(() => expect(warningsWith('admin orders rescan')).toHaveLength(1));
    expect(warningsWith('admin orders rescan')).toMatchObject([
      { topics: expect.arrayContaining(['ORDERS_PAID']), uri: URI },
    ]);
  });

  it('tries again, with growing pauses, while the shop is away; it has started meanwhile', async () => {
    server = await startServer({ shop: true, settings: PUBLIC });
    server.shop.failNext(1, 'http_503', 'ReadSubscriptions');
    await server.app.start();
    await eventually(() => expect(warningsWith('could not be checked')).toMatchObject([{ attempts: 1 }]));
    expect((await server.get('/health/ready')).json).toMatchObject({ ready: true });
    await eventually(() => expect(server.shop.subscriptions).toHaveLength(9));
  });

  it('neither waits for a shop that hangs when it starts, nor when it ends', async () => {
    server = await startServer({ shop: true, settings: PUBLIC });
    server.shop.failNext(1, 'hang', 'ReadSubscriptions');
    const startedAt = performance.now();
    await server.app.start();
    await eventually(() => expect(reads()).toBe(1));
    await server.closeApp();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(warningsWith('could not be checked')).toEqual([]);
  });

  it('warns once of what the app may not see, with what to do', async () => {
    const shop = { approvedForProtectedData: false };
    server = await startServer({ shop, start: true, settings: PUBLIC });
    await eventually(() => expect(warningsWith('API access requests')).toHaveLength(1));
    expect(warningsWith('API access requests')).toMatchObject([{ msg: expect.stringContaining('6 more topics') }]);
    expect(server.shop.subscriptions.map(({ topic }) => topic)).toEqual(['PRODUCTS_CREATE', 'PRODUCTS_UPDATE']);
  });

  it.each([
    ['no public address', {}],
    ['an address without https', { TPG_PUBLIC_URL: 'http://pay.example.com' }],
    ['subscriptions that are in the app’s configuration file', { ...PUBLIC, TPG_SHOPIFY_KEEP_WEBHOOKS: 'off' }],
  ])('does not look with %s', async (_, settings: Record<string, string>) => {
    server = await startServer({ shop: true, start: true, settings });
    await eventually(() => expect(server.logText).toContain('Connected to the shop'));
    expect([reads(), server.shop.subscriptions]).toEqual([0, []]);
  });
});
