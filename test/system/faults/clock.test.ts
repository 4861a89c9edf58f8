import { afterEach, describe, expect, it } from 'vitest';
import { differencesIn } from '#test/faults/server.ts';
import { ADMIN, eventually, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let server: TestServer;

afterEach(() => server.close());

/** An order that is claimed, paid, confirmed and told to the shop, whatever the clock shows. */
async function buy(id: string): Promise<void> {
  server.shop.addOrder({ id, name: `#${id}`, currency: 'USD', price: '1.00' });
  await server.dollarOrder({ id: BigInt(id), name: `#${id}`, customer: { id: BigInt(id) } });
  expect((await server.claim(ALICE, id)).status).toBe(200);
  await server.payConfirmed({ sender: ALICE.address, order_id: id });
  await eventually(() => expect(server.shop.effectCount(id, 'paid')).toBe(1));
}

const statusOf = (id: string) => server.rows('select status from orders where order_id = ?', id)[0]?.status;

describe('a clock that is set', () => {
  it('back and forth: orders are paid and told once, whichever way it goes', async () => {
    server = await startServer({ shop: true, start: true });
    let id = 1001;
    for (const leap of [0, -HOUR, 2 * HOUR, -30 * DAY, 40 * DAY, -10 * DAY]) {
      server.clock.advance(leap);
      await buy(String(id));
      id += 1;
    }
    expect(server.rows(`select count(*) as count from orders where status = 'Paid'`)).toEqual([{ count: 6n }]);
    expect(server.shop.effects).toHaveLength(6);
    expect(await differencesIn(server.database)).toEqual([]);
  });

  it('back: nonces still rise, tokens still hold, and nothing expires', async () => {
    server = await startServer({ shop: true });
    const token = await server.logIn(ADMIN, 'super_admin', 'read_all');
    await server.order({ id: 1001 });
    server.clock.advance(-3 * DAY);
    expect((await server.get('/api/order/id/1001', { token })).status).toBe(200);
    const login = server.loginToken(ADMIN, ['super_admin']);
    expect((await server.postAuth(login)).status).toBe(200);
    expect((await server.postAuth(login)).status).toBe(401);
    await server.app.engine.expiry.run();
    expect(statusOf('1001')).toBe('Unclaimed');
    expect((await server.claim(ALICE, '1001')).status).toBe(200);
    expect(await differencesIn(server.database)).toEqual([]);
  });

  it('forth by mistake: what is then due expires, for good, and its money stays the sender’s', async () => {
    server = await startServer({ shop: true });
    const token = await server.logIn(ADMIN, 'super_admin', 'read_all');
    await server.order({ id: 1001 });
    server.clock.advance(3 * DAY);
    expect((await server.get('/api/order/id/1001', { token })).status).toBe(401);
    await server.app.engine.expiry.run();
    expect(statusOf('1001')).toBe('Expired');
    server.clock.advance(-3 * DAY);
    expect((await server.get('/api/order/id/1001', { token })).status).toBe(200);
    await server.payConfirmed({ sender: ALICE.address, order_id: '1001' });
    expect(statusOf('1001')).toBe('Expired');
    expect(server.rows('select total_confirmed, total_paid from accounts')).toEqual([
      { total_confirmed: 100_000_000n, total_paid: 0n },
    ]);
    expect(await differencesIn(server.database)).toEqual([]);
  });

  it('back while the shop is to be told again: it is told at the latest when the clock is there again', async () => {
    server = await startServer({ shop: true, start: true });
    const { shop } = server;
    shop.addOrder({ id: '1001', name: '#1001', currency: 'USD', price: '1.00' });
    shop.down = true;
    await server.dollarOrder({ id: 1001 });
    await server.payConfirmed({ order_id: '1001' });
    await eventually(() => expect(server.logText).toContain('to shopify failed; retrying in'));
    shop.down = false;
    server.clock.advance(-HOUR);
    await server.order({ id: 1002, name: '#1002' });
    server.clock.advance(HOUR + 10_000);
    await server.order({ id: 1003, name: '#1003' });
    await eventually(() => expect(shop.effectCount('1001', 'paid')).toBe(1));
  });
});
