import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CUSTOMER_ADDRESS } from '#test/fake-console-wallet/paying-machine.ts';
import { makeRefund } from '#test/fake-shopify/refunds.ts';
import { refundWebhookBody } from '#test/fake-shopify/webhooks.ts';
import { eventually, startServer, type TestServer } from '#test/server.ts';
import { HOT_WALLET, personOf } from '#test/test-wallets.ts';

/** Refunds between the shop and this server: each is known to both, once. */

let server: TestServer;
beforeEach(async () => {
  server = await startServer({ shop: true, start: true });
});
afterEach(() => server.close());

const ORDER = '8997470732594';
const payouts = () => server.app.services.payouts;
const inShop = () => {
  const order = server.shop.orders.get(ORDER);
  if (order === undefined) throw new Error('The shop has no such order');
  return order;
};

/** An order of one dollar that was paid with 100 XTM, here and in the shop. */
async function paidOrder(): Promise<void> {
  server.shop.addOrder({ id: ORDER, name: '#1001', currency: 'USD', price: '1.00' });
  await server.dollarOrder({ id: 8997470732594 });
  await server.claim(personOf(1), ORDER);
  await server.payConfirmed({ sender: personOf(1).address, amount: 100_000_000n });
  await eventually(() => expect(inShop().financialStatus).toBe('PAID'));
}

async function payOut(refundId: string): Promise<void> {
  const refund = await payouts().refunds.find(refundId);
  if (refund.state === 'waiting_for_approval') {
    const approval = { hash: refund.approvalHash ?? '', evidence: { kind: 'test' } };
    await payouts().refunds.approve({ actor: 'staff:cleo' }, refundId, approval);
  }
  const wallet = HOT_WALLET.tariAddress;
  for (const { id, leaseToken } of await payouts().wallet.lease({ wallet, max: 10 })) {
    await payouts().wallet.started({ wallet, id, leaseToken });
    await payouts().wallet.reportConfirmed({ wallet, id, txid: `7${id.length}${id.slice(-4)}` });
  }
}

/** The shop's staff refunds a part of the payment in Tari. */
function staffRefunds(amount: string, note: string | null = 'it was broken'): string {
  const parent = inShop().transactions.find(({ kind }) => kind === 'SALE');
  if (parent === undefined) throw new Error('nothing was paid');
  return refundWebhookBody(inShop(), makeRefund(inShop(), [{ parent, amount }], note));
}

const tell = (body: string) => server.webhook(body, { path: '/shopify/webhook', topic: 'refunds/create' } as never);
const refunds = () => payouts().refunds.ofOrder(ORDER);

describe('a refund that is paid here', { timeout: 30_000 }, () => {
  it('is recorded in the shop once, and its webhook opens no other', async () => {
    await paidOrder();
    const ask = { orderId: ORDER, kind: 'part' as const, shopAmount: '0.25', reason: 'one was broken' };
    const refund = await payouts().refunds.request(
      { actor: 'staff:ben' },
      { ...ask, to: { address: CUSTOMER_ADDRESS } },
    );
    await payOut(refund.id);
    await eventually(() => expect(inShop().refunds).toHaveLength(1));
    const [recorded] = inShop().refunds;
    expect(recorded).toMatchObject({ note: `Paid back in Tari (${refund.id}): one was broken` });
    expect(recorded?.transactions).toMatchObject([{ amount: '0.25', gateway: 'Tari' }]);
    if (recorded === undefined) return;
    // Twice, and late.
    for (let times = 0; times < 2; times += 1) await tell(refundWebhookBody(inShop(), recorded));
    await eventually(async () => expect((await refunds())[0]?.shopRefundId).toBe(recorded.id));
    expect(await refunds()).toHaveLength(1);
    expect(inShop().refunds).toHaveLength(1);
  });
});

describe('a refund that the shop’s staff makes', { timeout: 30_000 }, () => {
  it('is opened here once, however often and however late it is told, and is recorded in the shop no second time', async () => {
    await paidOrder();
    const body = staffRefunds('0.50');
    for (let times = 0; times < 3; times += 1) expect((await tell(body)).status).toBe(200);
    await eventually(async () => expect(await refunds()).toHaveLength(1));
    const [opened] = await refunds();
    expect(opened).toMatchObject({
      ...{ origin: 'shop', amount: 50_000_000n, shopAmount: '0.50', currency: 'USD', reason: 'it was broken' },
      ...{ recordInShop: false, state: 'waiting_for_approval' },
    });
    await payOut(opened?.id ?? '');
    await tell(body);
    await eventually(async () => expect((await refunds())[0]?.state).toBe('confirmed'));
    expect(await refunds()).toHaveLength(1);
    expect(inShop().refunds).toHaveLength(1);
  });

  it('is none of ours where the order is none', async () => {
    await paidOrder();
    const body = staffRefunds('0.50').replaceAll(ORDER, '8997470732599');
    expect((await tell(body)).json).toMatchObject({ success: true, message: 'Order 8997470732599 is none of ours.' });
    expect(await refunds()).toEqual([]);
  });

  it('waits as a dead letter with its reason where more was refunded than can be given back', async () => {
    await paidOrder();
    const ask = { orderId: ORDER, kind: 'all' as const, reason: 'sent back', recordInShop: false };
    await payouts().refunds.request({ actor: 'staff:ben' }, { ...ask, to: { address: CUSTOMER_ADDRESS } });
    await tell(staffRefunds('0.50'));
    await eventually(() => {
      const [dead] = server.rows(`select last_error from deliveries where state = 'dead'`);
      expect(String(dead?.last_error)).toContain('which cannot be given back here');
    });
    expect(await refunds()).toHaveLength(1);
  });
});
