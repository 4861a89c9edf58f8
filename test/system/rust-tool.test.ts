import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientWithLogin } from '#auth/cli/login.ts';
import { addressToBase58 } from '#tari/address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { type Profile, RefusedByServer, RustTool } from '#test/rust-tool/tool.ts';
import { borrowServer, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';

/**
 * The Rust server's tool works on: every command and every entry of its menus, with the requests that it sends, in their
 * order, and answers that its types accept (`#test/rust-tool`).
 */

const [ALICE, BOB] = ACCOUNTS;
const OPERATOR: Profile = { person: BOB, roles: ['user', 'read_all', 'write', 'super_admin'] };
const CUSTOMER: Profile = { person: ALICE, roles: ['user'] };
const NEW_WALLET = personOf(60);

let server: TestServer;

afterEach(() => server.close());

async function begin(started: TestServer): Promise<void> {
  server = started;
  await server.grant(BOB, 'super_admin', 'read_all', 'write', 'user');
}

/** What the tool does, and the requests that it sent for it. */
async function doing<Result>(profile: Profile, run: (tool: RustTool) => Promise<Result>) {
  // Its nonces are seconds: two logins of one key in one second are refused by both servers.
  server.clock.advance(1_000);
  const tool = new RustTool(server, profile);
  const result = await run(tool);
  return { result, sent: tool.sent };
}

describe('its User menu', () => {
  beforeEach(async () => {
    await begin(await borrowServer());
    await server.order();
  });

  it('claims an order, and shows where to pay', async () => {
    const { result, sent } = await doing(CUSTOMER, (tool) => tool.claimOrder('1001'));
    expect(sent).toEqual(['POST /auth', 'POST /order/claim']);
    expect(result).toMatchObject({ order_id: '1001', status: 'New', total_price: 100_000_000n });
    expect(result.send_to).toHaveProperty('Single.network', 'mainnet');
  });

  it('reads the answer to a claim that the claimant’s credit pays at once, and to the same claim after that', async () => {
    await server.payConfirmed({ amount: 300_000_000n });
    const { result, sent } = await doing(CUSTOMER, async (tool) => [
      await tool.claimOrder('1001'),
      await tool.claimOrder('1001'),
    ]);
    expect(result.map(({ status }) => status)).toEqual(['Paid', 'Paid']);
    expect(sent).toEqual(['POST /auth', 'POST /order/claim', 'POST /order/claim']);
    const paid = await doing(CUSTOMER, (tool) => tool.myBalance());
    expect(paid.result).toMatchObject({ total_confirmed: 300_000_000n, total_paid: 100_000_000n });
  });

  it.each<[string, (tool: RustTool) => Promise<unknown>, string]>([
    ['My Balance', (tool: RustTool) => tool.myBalance(), '/api/balance'],
    ['My Orders', (tool: RustTool) => tool.myOrders(), '/api/orders'],
    ['My Open Orders', (tool: RustTool) => tool.myOpenOrders(), '/api/unfulfilled_orders'],
    ['My Payments', (tool: RustTool) => tool.myPayments(), '/api/payments'],
    ['Account History', (tool: RustTool) => tool.accountHistory(), '/api/history'],
  ])('%s, of a stranger, and of one who claimed, paid in part and paid', async (_name, run, path) => {
    const { sent } = await doing(CUSTOMER, run);
    expect(sent).toEqual(['POST /auth', `GET ${path}`]);
    await server.claim(ALICE, '1001');
    await server.payConfirmed({ order_id: '1001', amount: 40_000_000n, memo: 'with a "memo" 💸' });
    await server.reportPayment({ txid: 'not-yet-confirmed' });
    await doing(CUSTOMER, run);
    await server.payConfirmed({ order_id: '1001', amount: 70_000_000n });
    await doing(CUSTOMER, run);
  });

  it('lists the addresses that take payments without a login', async () => {
    const { result, sent } = await doing(CUSTOMER, (tool) => tool.paymentAddresses());
    expect(result).toEqual([HOT_WALLET.address]);
    expect(sent).toEqual(['GET /wallet/send_to']);
  });

  it('logs in again after Logout', async () => {
    const { sent } = await doing(CUSTOMER, async (tool) => {
      await tool.myBalance();
      await tool.myBalance();
      tool.logOut();
      server.clock.advance(1_000);
      await tool.myBalance();
    });
    const [login, balance] = ['POST /auth', 'GET /api/balance'];
    expect(sent).toEqual([login, balance, balance, login, balance]);
  });
});

describe('its Admin menu', () => {
  beforeEach(async () => {
    await begin(await borrowServer());
    await server.order({ total_outstanding: '100.00' });
    await server.order({ id: 1002, name: '#1002', note: 'ring twice', customer: { id: 7002 } });
    await server.order({ id: 1003, name: '#1003', customer: null });
    await server.payConfirmed({ order_id: '1001', memo: 'thanks' });
  });

  it('Order by Id: by id and by name, and one that is not there', async () => {
    const { result, sent } = await doing(OPERATOR, async (tool) => [
      await tool.orderById('1001'),
      await tool.orderById('no/such order?'),
    ]);
    expect(result).toMatchObject([{ status: 'Paid', amount_outstanding: '100.00' }, null]);
    expect(sent).toEqual(['POST /auth', 'GET /api/order/id/1001', 'GET /api/order/id/no%2Fsuch%20order%3F']);
  });

  it.each<[string, (tool: RustTool) => Promise<unknown>, string]>([
    ['Balance for Address', (tool: RustTool) => tool.balanceForAddress(ALICE.address), '/api/balance'],
    ['Orders for Address', (tool: RustTool) => tool.ordersForAddress(ALICE.address), '/api/orders'],
    ['Payments for Address', (tool: RustTool) => tool.paymentsForAddress(ALICE.address), '/api/payments'],
    ['History for Address', (tool: RustTool) => tool.historyForAddress(ALICE.address), '/api/history/address'],
  ])('%s asks for the addresses first', async (_name, run, path) => {
    const { sent } = await doing(OPERATOR, run);
    expect(sent).toEqual(['POST /auth', 'GET /api/addresses', `GET ${path}/${ALICE.address}`]);
  });

  it('shows what was paid by several addresses and by credit', async () => {
    await server.claim(ALICE, '1002');
    await server.claim(BOB, '1002');
    await server.payConfirmed({ amount: 60_000_000n });
    await server.payConfirmed({ amount: 50_000_000n, sender: BOB.address });
    await doing(OPERATOR, (tool) => tool.markOrderAsPaid('1003', 'paid in cash'));
    const made = addressToBase58(syntheticAddressOf('7002'));
    await doing(OPERATOR, async (tool) => {
      await tool.issueCredit('7002', 5_000_000n, 'for the trouble').catch(() => undefined);
      for (const address of [ALICE.address, BOB.address, made]) {
        await tool.historyForAddress(address);
        await tool.paymentsForAddress(address);
      }
      for (const customer of ['7001', '7002', 'guest:1003']) await tool.historyForCustomer(customer);
    });
  });

  it('History for Customer Id asks for the customers first, guests among them', async () => {
    const { result, sent } = await doing(OPERATOR, (tool) => tool.historyForCustomer('guest:1003'));
    expect(sent).toEqual(['POST /auth', 'GET /api/customer_ids', 'GET /api/history/customer/guest:1003']);
    expect(result.orders).toHaveLength(1);
  });

  it('asks for all customers and addresses, and gets all of them, however many there are', async () => {
    const rows = Array.from(
      { length: 1_500 },
      (_, index) => `('${10_000 + index}', 0, 0, 0, 0, 0, '2026-03-10T12:00:00.000Z', '2026-03-10T12:00:00.000Z')`,
    );
    server.database.execute(
      `insert into customers (customer_id, total_current, total_paid, total_expired, total_cancelled, credit, created_at, updated_at) values ${rows.join(', ')}`,
    );
    const { result } = await doing(OPERATOR, (tool) => tool.historyForCustomer('11499'));
    expect(result.orders).toEqual([]);
  });

  it('Get all unpaid orders', async () => {
    await server.claim(ALICE, '1002');
    const { result, sent } = await doing(OPERATOR, (tool) => tool.unpaidOrders());
    expect(result).toEqual([{ customer_id: '7002', status: 'New', total_orders: 100_000_000n }]);
    expect(sent).toEqual(['POST /auth', 'GET /api/creditors']);
  });

  it('Fetch Payments for Order; a name with # is cut off by its URL, there as here', async () => {
    const { result, sent } = await doing(OPERATOR, (tool) => tool.paymentsForOrder('1001'));
    expect(result).toMatchObject([{ memo: 'thanks', order_id: '1001' }]);
    expect(sent).toEqual(['POST /auth', 'GET /api/payments-for-order/1001']);
    const cutOff = doing(OPERATOR, (tool) => tool.paymentsForOrder('#1001'));
    await expect(cutOff).rejects.toMatchObject({ status: 404 });
  });

  it('Set Tari price, and Fetch Tari price', async () => {
    const { result, sent } = await doing(OPERATOR, async (tool) => {
      await tool.setTariPrice(25_000_000n);
      return tool.tariPrice();
    });
    expect(result).toMatchObject({ currency: 'USD', rate: 25_000_000n });
    expect(sent).toEqual(['POST /auth', 'POST /api/exchange_rate', 'GET /api/exchange_rate/USD']);
  });

  it('Edit memo reads the order first', async () => {
    const { result, sent } = await doing(OPERATOR, (tool) => tool.editMemo('1002', 'line 1\nline 2 ü 💸', 'asked to'));
    expect(result.memo).toBe('line 1\nline 2 ü 💸');
    expect(sent).toEqual(['POST /auth', 'GET /api/order/id/1002', 'PATCH /api/order_memo']);
  });

  it('Reassign Order asks for the order and the customers at once', async () => {
    const { result, sent } = await doing(OPERATOR, (tool) => tool.reassignOrder('1002', '7001', 'the same person'));
    expect(result.orders.old_order.customer_id).toBe('7002');
    expect(result.orders.new_order.customer_id).toBe('7001');
    expect(sent).toEqual([
      'POST /auth',
      'GET /api/order/id/1002',
      'GET /api/customer_ids',
      'PATCH /api/reassign_order',
    ]);
  });

  it('reads the settlements of an order that credit pays when it is moved', async () => {
    await doing(OPERATOR, (tool) => tool.issueCredit('7001', 100_000_000n, 'for the trouble').catch(() => undefined));
    const { result } = await doing(OPERATOR, (tool) => tool.reassignOrder('1002', '7001', 'the same person'));
    expect([result.orders.new_order.status, result.settlements.length]).toEqual(['Paid', 1]);
  });

  it('Mark order as Paid, and Cancel Order', async () => {
    const { result, sent } = await doing(OPERATOR, async (tool) => [
      await tool.markOrderAsPaid('1002', 'paid in cash'),
      await tool.cancelOrder('1003', 'asked to'),
    ]);
    expect(result.map(({ status }) => status)).toEqual(['Paid', 'Cancelled']);
    expect(sent).toEqual(['POST /auth', 'POST /api/fulfill', 'POST /api/cancel']);
  });

  it('Reset Order, which no shop forbids', async () => {
    await doing(OPERATOR, (tool) => tool.cancelOrder('1002', 'by mistake'));
    const { result, sent } = await doing(OPERATOR, (tool) => tool.resetOrder('1002'));
    expect(['New', 'Unclaimed']).toContain(result.status);
    expect(sent).toEqual(['POST /auth', 'PATCH /api/reset_order/1002']);
  });

  it('Issue Credit gives the credit once, and shows an error, as with its own server', async () => {
    const tool = new RustTool(server, OPERATOR);
    await expect(tool.issueCredit('7002', 5_000_000n, 'for the trouble')).rejects.toThrow('expected array');
    expect(tool.sent).toEqual(['POST /auth', 'GET /api/customer_ids', 'POST /api/credit']);
    expect(server.rows(`select amount from payments where payment_type = 'manual'`)).toEqual([{ amount: 5_000_000n }]);
  });

  it('Add, List and Remove authorized wallets: the nonce to begin with is sent as null', async () => {
    const { result, sent } = await doing(OPERATOR, async (tool) => {
      await tool.addAuthorizedWallet(NEW_WALLET.address, '127.0.0.9');
      const shown = await tool.authorizedWallets();
      await tool.removeAuthorizedWallet(NEW_WALLET.address);
      return [shown, await tool.authorizedWallets()];
    });
    expect(result.map((shown) => shown.map(({ address }) => address))).toEqual([
      expect.arrayContaining([HOT_WALLET.address, NEW_WALLET.address]),
      [HOT_WALLET.address],
    ]);
    const path = '/api/wallets';
    expect(sent).toEqual([
      'POST /auth',
      `POST ${path}`,
      `GET ${path}`,
      'GET /wallet/send_to',
      `DELETE ${path}/${NEW_WALLET.address}`,
      `GET ${path}`,
    ]);
  });

  it('Server health needs no login', async () => {
    const { result, sent } = await doing(OPERATOR, (tool) => tool.health());
    expect(result).toBe('👍️\n');
    expect(sent).toEqual(['GET /health']);
  });

  it('shows what the server says where it refuses something', async () => {
    const tool = new RustTool(server, CUSTOMER);
    await expect(tool.unpaidOrders()).rejects.toBeInstanceOf(RefusedByServer);
    await expect(tool.cancelOrder('1002', 'mine')).rejects.toThrow('Insufficient permissions.');
    await expect(tool.claimOrder('none')).rejects.toThrow('The requested order none does not exist');
  });
});

describe('with a shop', () => {
  it('Re-import Open Orders', async () => {
    await begin(await startServer({ shop: { scopes: ['read_orders', 'write_orders', 'read_customers'] } }));
    await server.app.engine.exchangeRates.set('USD', 1_000_000n, 'test');
    const createdAt = new Date('2026-03-09T12:00:00Z');
    server.shop.addOrder({ id: 8_997_470_730_001n, name: '#1', currency: 'USD', price: '12.50', createdAt });
    const { result, sent } = await doing(OPERATOR, (tool) => tool.reimportOpenOrders());
    expect(result).toMatchObject([{ success: true }]);
    expect(sent).toEqual(['POST /auth', 'POST /api/rescan_open_orders']);
    const refused = doing(OPERATOR, (tool) => tool.resetOrder('8997470730001'));
    await expect(refused).rejects.toMatchObject({ status: 501 });
  });
});

describe('its commands for a wallet', () => {
  it('report a payment, report it again as its script does, and confirm it', async () => {
    await begin(await borrowServer());
    await server.order();
    const wallet = new RustTool(server, { person: HOT_WALLET, roles: [] });
    const payment = {
      sender: ALICE.address,
      amount: 100_000_000n,
      txid: '8123456789',
      memo: 'ü "quoted" 💸',
      orderId: '1001',
    };
    for (const report of [
      () => wallet.walletReceived(payment),
      () => wallet.walletReceived(payment),
      () => wallet.walletConfirmed(payment.txid),
      () => wallet.walletConfirmed(payment.txid),
    ]) {
      await report();
      server.clock.advance(1);
    }
    expect(wallet.sent).toEqual([
      'POST /wallet/incoming_payment',
      'POST /wallet/incoming_payment',
      'POST /wallet/tx_confirmation',
      'POST /wallet/tx_confirmation',
    ]);
    expect(server.rows('select status from orders')).toEqual([{ status: 'Paid' }]);
    expect(server.rows('select count(*) as payments from payments')).toEqual([{ payments: 1n }]);
  });

  it('take no nonce twice', async () => {
    await begin(await borrowServer());
    const wallet = new RustTool(server, { person: HOT_WALLET, roles: [] });
    await wallet.walletReceived({ sender: ALICE.address, amount: 1n, txid: 'one' });
    const again = wallet.walletReceived({ sender: ALICE.address, amount: 1n, txid: 'two' });
    await expect(again).rejects.toMatchObject({ status: 401 });
  });
});

describe('logins of both tools with one key', () => {
  it('take turns, ten times, in one second and in different ones', async () => {
    await begin(await borrowServer());
    const ours = () =>
      clientWithLogin(
        {
          clock: server.clock,
          randomBytes: (length) => new Uint8Array(length).fill(7),
          fetch,
          sleep: async (milliseconds) => server.clock.advance(milliseconds),
        },
        { server: server.url, roles: ['user'], signer: { secretKey: ALICE.secretKey, address: ALICE.tariAddress } },
      );
    for (let turn = 1; turn <= 10; turn += 1) {
      const theirs = new RustTool(server, CUSTOMER);
      await theirs.myBalance();
      expect([turn, theirs.sent]).toEqual([turn, ['POST /auth', 'GET /api/balance']]);
      // In the same second: ours takes the next free number, which theirs is above when that second has passed.
      const client = ours();
      await client.logIn();
      expect(client.loggedInUntil()).toBeDefined();
      server.clock.advance(2_000);
    }
    const [kept] = server.rows(`select last_nonce from nonces where purpose = 'login' and account = ?`, ALICE.account);
    const secondsNow = BigInt(Math.floor(server.clock.now().getTime() / 1000));
    expect(BigInt(String(kept?.last_nonce))).toBeLessThanOrEqual(secondsNow);
  });
});
