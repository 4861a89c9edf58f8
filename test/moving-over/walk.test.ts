import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { newDatabase, newFolder } from '#test/database/database.ts';
import { auditOf, importFile } from '#test/importing.ts';
import { ADMIN, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/** From an old database through the import to a new order that is paid, with the wallets and tools of before. */

const [alice] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

it('goes on where the old server ended', async () => {
  const database = await newDatabase();
  const old = new TpsDatabase(join(newFolder(), 'tari_store.db'));
  old.add('wallet_auth', { address: HOT_WALLET.address, ip_address: '127.0.0.1', last_nonce: 500 });
  old.add('auth_log', { address: ADMIN.address, last_nonce: 1_796_020_570 });
  for (const role_id of [1, 5]) old.add('role_assignments', { address: ADMIN.address, role_id });
  old
    .order('901', { status: 'Paid' })
    .payment('a', alice.address, { amount: 40_000_000 })
    .settlement('901', alice.address);
  old.order('902', { status: 'Paid' }).settlement('902', alice.address).settlement('902', alice.address);
  old.order('903', {
    customer_id: '7002',
    created_at: '2026-03-10 11:59:00',
    updated_at: '2026-03-10 11:59:00',
    total_price: 25_000_000,
  });
  await importFile(old.close(), database);

  server = await startServer({ settings: { TPG_DATABASE_URL: database.url }, hotWallet: false });
  // An old login token counts no more than there, and the next one does.
  expect((await server.postAuth(server.loginToken(ADMIN, ['super_admin'], 1_796_020_570n))).status).toBe(401);
  const login = await server.postAuth(server.loginToken(ADMIN, ['super_admin'], 1_796_020_571n));
  expect(login.status).toBe(200);
  const balance = await server.get(`/api/balance/${alice.address}`, { token: login.text });
  expect(balance.json).toMatchObject({ current_balance: 10_000_000 });

  // The wallet reports on, with its nonces.
  expect((await server.reportPayment({ txid: 'n' }, { nonce: 500n })).status).toBe(401);
  await server.order({ id: 1001, total_price: '30.00' });
  expect((await server.claim(alice, '1001')).json).toMatchObject({ status: 'New' });
  const paid = { sender: alice.address, txid: 'n', amount: 20_000_000n };
  expect((await server.reportPayment(paid, { nonce: 501n })).json).toMatchObject({ success: true });
  expect((await server.reportConfirmation('n', { nonce: 502n })).json).toMatchObject({ success: true });
  // 10 that were left there, and 20 that came now.
  expect(database.rows('select order_id, status from orders order by id')).toEqual([
    { order_id: '901', status: 'Paid' },
    { order_id: '902', status: 'Paid' },
    { order_id: '903', status: 'New' },
    { order_id: '1001', status: 'Paid' },
  ]);
  const events = await server.get('/api/events', { token: login.text });
  const subjects = (events.json as { type: string }[]).map(({ type }) => type);
  expect(subjects).toEqual(['NewOrder', 'OrderClaimed', 'PaymentReceived', 'PaymentConfirmed', 'OrderPaid']);
  const { differences, overcharges } = await auditOf(database);
  expect(differences).toEqual([]);
  expect(overcharges).toEqual([
    { orderId: '902', customerId: '7001', address: alice.address, amount: 10_000_000n, isReturned: false },
  ]);
});
