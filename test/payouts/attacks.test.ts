import { afterEach, describe, expect, it } from 'vitest';
import { paymentById } from '#engine/records.ts';
import { addressToBase58, dualAddress, INTERACTIVE, ONE_SIDED, singleAddress } from '#tari/address.ts';
import { microTari } from '#tari/micro-tari.ts';
import { ADMIN, closeEngines, DAY, tari } from '#test/engine.ts';
import { HOT_WALLET, personOf } from '#test/test-wallets.ts';
import { ALICE, BEN, BOB, CLEO, ELSEWHERE, EVIDENCE, openShop, type Shop } from './shop.ts';

afterEach(closeEngines);

const ASKER = { actor: ADMIN };

async function refused(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught as { code?: string },
  );
  return error?.code ?? String(error);
}

/** What a refused request must not change. */
async function unchanged(shop: Shop, attack: () => Promise<string>): Promise<string> {
  const before = shop.test.dump();
  const code = await attack();
  expect(shop.test.dump()).toEqual(before);
  return code;
}

describe('amounts', () => {
  it.each([
    ['0', 0n, 'refund_amount_invalid'],
    ['negative', -1n, 'refund_amount_invalid'],
    ['below what a wallet sends', 999n, 'refund_amount_invalid'],
    ['one µT above the rest', 100_000_001n, 'refund_exceeds_rest'],
    ['2^63 - 1', 2n ** 63n - 1n, 'refund_exceeds_rest'],
  ])('of %s move nothing', async (_, amount, code) => {
    const shop = await openShop();
    await shop.order();
    const attack = () => refused(shop.ask({ kind: 'part', amount: microTari(amount) }));
    expect(await unchanged(shop, attack)).toBe(code);
  });

  it.each(['', '0', '0.00', '-1', '1e3', '100.01', '0.001', '99999999999999999999', ' 1', '1,00'])(
    'of %j in the shop’s currency move nothing',
    async (shopAmount) => {
      const shop = await openShop();
      await shop.order();
      const attack = () => refused(shop.ask({ kind: 'part', shopAmount }));
      expect(await unchanged(shop, attack)).toMatch(/^refund_(amount_invalid|exceeds_rest)$/);
    },
  );

  it('are named for a part only, and once', async () => {
    const shop = await openShop();
    await shop.order();
    for (const ask of [
      { kind: 'part' as const },
      { kind: 'part' as const, amount: tari(1), shopAmount: '1.00' },
      { kind: 'all' as const, amount: tari(1) },
      { kind: 'surplus' as const, shopAmount: '1.00' },
    ]) {
      expect(await unchanged(shop, () => refused(shop.ask(ask)))).toMatch(/^refund_(amount_invalid|impossible)$/);
    }
  });

  it('never come to more than was paid, in however many refunds', async () => {
    const shop = await openShop();
    await shop.order();
    await shop.ask({ kind: 'part', amount: tari(60) });
    await shop.ask({ kind: 'part', shopAmount: '39.99' });
    expect(await refused(shop.ask({ kind: 'part', shopAmount: '0.02' }))).toBe('refund_exceeds_rest');
    expect(await shop.ask({ kind: 'all' })).toMatchObject({ amount: 10_000n, shop_amount: '0.01' });
    expect(await refused(shop.ask({ kind: 'all' }))).toBe('refund_impossible');
  });

  it('at today’s rate are never more than was paid', async () => {
    const shop = await openShop();
    await shop.order();
    await shop.test.engine.exchangeRates.set('USD', 2_000_000n, ADMIN);
    expect(await refused(shop.ask({ kind: 'part', shopAmount: '60.00', rate: 'today' }))).toBe('refund_exceeds_rest');
    expect(await shop.ask({ kind: 'part', shopAmount: '10.00', rate: 'today' })).toMatchObject({ amount: tari(20) });
    expect(await shop.ask({ kind: 'all', rate: 'today' })).toMatchObject({ amount: tari(80), shop_amount: '40.00' });
    expect(await refused(shop.ask({ kind: 'all' }))).toBe('refund_impossible');
  });

  it('that operators credited are not given back', async () => {
    const shop = await openShop();
    await shop.order({ paid: 40 });
    await shop.test.engine.orderChanges.fulfill(ASKER, { orderId: '1001', reason: 'kind' });
    expect(await shop.refunds.quote('1001', ADMIN)).toMatchObject({ rest: 0n, surplus: tari(40) });
    expect(await refused(shop.ask({ kind: 'all' }))).toBe('refund_impossible');
  });
});

describe('approvals', () => {
  it('are not given by who requested it, not twice, and not to what was not shown', async () => {
    const shop = await openShop({ refundLimit: tari(10) });
    await shop.order();
    const refund = await shop.ask({ kind: 'all' });
    expect(refund).toMatchObject({ state: 'waiting_for_approval', approved_by: null, payout_id: null });
    expect(refund.needs_approval).toMatch(/above the limit/);
    expect(await shop.lease()).toEqual([]);
    const attack = (code: Promise<unknown>) => unchanged(shop, () => refused(code));
    expect(await attack(shop.approve(refund, ASKER))).toBe('approval_by_requester');
    const wrong = { hash: 'f'.repeat(64), evidence: EVIDENCE };
    expect(await attack(shop.refunds.approve(BEN, refund.id, wrong))).toBe('approval_outdated');
    await shop.approve(refund);
    expect(await attack(shop.approve(refund, CLEO))).toBe('refund_change_forbidden');
    expect(await shop.lease()).toHaveLength(1);
  });

  it('end with a change of the address, and who entered it does not approve it', async () => {
    const shop = await openShop();
    await shop.order();
    const shown = await shop.ask({ to: { address: ELSEWHERE } });
    const changed = await shop.refunds.setAddress(CLEO, shown.id, { address: BOB.address }, 'operator');
    expect(changed.approval_hash).not.toBe(shown.approval_hash);
    expect(await refused(shop.approve(shown))).toBe('approval_outdated');
    expect(await refused(shop.approve(changed, CLEO))).toBe('approval_by_requester');
    await shop.approve(changed);
    const late = shop.refunds.setAddress(CLEO, shown.id, { address: ELSEWHERE }, 'operator');
    expect(await refused(late)).toBe('refund_change_forbidden');
    expect((await shop.lease())[0]?.address).toBe(BOB.address);
  });

  it('keep how the approver proved who they are, in the audit log and in the row', async () => {
    const shop = await openShop({ refundLimit: tari(0) });
    await shop.order();
    await shop.approve(await shop.ask());
    const { audit_log: log, refunds } = shop.test.dump();
    expect(JSON.parse(String(refunds?.[0]?.evidence))).toEqual(EVIDENCE);
    expect(log?.at(-1)).toMatchObject({ actor: BEN.actor, action: 'approve refund' });
    expect(JSON.parse(String(log?.at(-1)?.after)).evidence).toEqual(EVIDENCE);
  });

  it('are needed above the limit of one person and day, and of the installation and day', async () => {
    const shop = await openShop({ refundLimit: tari(50), payoutDailyLimit: tari(80) });
    await shop.order({ price: 400 });
    const part = (amount: number, by = ASKER) => shop.ask({ kind: 'part', amount: tari(amount) }, by);
    expect((await part(50)).state).toBe('approved');
    expect((await part(1)).needs_approval).toMatch(/same person/);
    expect((await part(30, CLEO)).state).toBe('approved');
    expect((await part(1, CLEO)).needs_approval).toMatch(/more than 80\.000000 XTM would go out today/);
    shop.test.clock.advance(DAY);
    expect((await part(50)).state).toBe('approved');
  });

  it('can not be undone or changed behind the server’s back', async () => {
    const shop = await openShop();
    await shop.order();
    await shop.ask({ kind: 'part', amount: tari(10) });
    for (const statement of [
      `update refunds set amount = 20000000`,
      `update refunds set address = 'elsewhere'`,
      `update refunds set order_id = 'other'`,
      `update payouts set address = 'elsewhere'`,
      `update payouts set amount = 20000000`,
      `update payout_entries set amount = 1`,
      `delete from payout_entries`,
      `delete from refunds`,
      `delete from payouts`,
      `update orders set refunded = 100000001`,
    ]) {
      expect(() => shop.test.database.execute(statement), statement).toThrow();
    }
  });
});

describe('addresses', () => {
  it.each([
    ['of another network', addressToBase58(singleAddress('esmeralda', ALICE.tariAddress.spendKey))],
    [
      'that take interactive payments only',
      addressToBase58(singleAddress('mainnet', BOB.tariAddress.spendKey, INTERACTIVE)),
    ],
    ['of the shop’s own wallet', HOT_WALLET.address],
    [
      'of the shop’s own wallet in another form',
      addressToBase58(
        dualAddress('mainnet', BOB.tariAddress.spendKey, HOT_WALLET.tariAddress.spendKey, ONE_SIDED | INTERACTIVE),
      ),
    ],
    ['that are none', 'nonsense'],
    ['that the shop’s earnings are swept to', personOf(160).address],
  ])('%s are refused', async (_, address) => {
    const shop = await openShop({ coldAddress: personOf(160).address });
    await shop.order();
    const refund = await shop.ask({ to: 'customer' });
    expect(refund.state).toBe('waiting_for_address');
    const set = () => refused(shop.refunds.setAddress({ actor: 'customer c1' }, refund.id, { address }, 'customer'));
    expect(await unchanged(shop, set)).toBe('payout_address_refused');
    expect(await unchanged(shop, () => refused(shop.ask({ to: { address } })))).not.toBe('undefined');
  });

  it('of a payer who has signed nothing need an approval', async () => {
    const shop = await openShop();
    await shop.order({ isSigned: false });
    const refund = await shop.ask({ kind: 'part', amount: tari(1) });
    expect(refund).toMatchObject({ state: 'waiting_for_approval', address: ALICE.address, address_proven: false });
  });

  it('that several customers share, such as an exchange’s, are not taken for the payer’s', async () => {
    const shop = await openShop();
    await shop.order({ isSigned: false });
    await shop.order({ orderId: '1002', customerId: 'c2', isSigned: false });
    expect(await refused(shop.ask())).toBe('refund_no_payer');
    expect((await shop.refunds.quote('1001', ADMIN)).payer).toEqual({ order: null, surplus: null, late: null });
  });

  it('that a customer enters need an approval, and are not changed against the shop’s own', async () => {
    const shop = await openShop();
    await shop.order();
    const by = { actor: 'customer c1' };
    const refund = await shop.ask({ to: 'customer', kind: 'part', amount: tari(5) });
    const first = await shop.refunds.setAddress(by, refund.id, { address: ELSEWHERE }, 'customer');
    expect(first).toMatchObject({ state: 'waiting_for_approval', address_from: 'customer' });
    const second = await shop.refunds.setAddress(by, refund.id, 'payer', 'customer');
    expect(second).toMatchObject({ state: 'approved', address: ALICE.address, address_proven: true });
    const other = await shop.ask({ to: { address: ELSEWHERE }, kind: 'part', amount: tari(5) });
    const change = shop.refunds.setAddress(by, other.id, { address: BOB.address }, 'customer');
    expect(await refused(change)).toBe('refund_change_forbidden');
  });
});

describe('money that goes out', () => {
  it('is requested once by one key, and by one refund of the shop', async () => {
    const shop = await openShop();
    await shop.order();
    const by = { ...ASKER, idempotency: { key: 'k', fingerprint: 'f' } };
    const first = await shop.ask({ kind: 'part', amount: tari(10) }, by);
    expect((await shop.ask({ kind: 'part', amount: tari(10) }, by)).id).toBe(first.id);
    const asked = { kind: 'part', shopAmount: '5.00', origin: 'shop', shopRefundId: '9', to: 'customer' } as const;
    const ofShop = await shop.ask(asked, { actor: 'shop' });
    expect(await shop.ask(asked, { actor: 'shop' })).toEqual(ofShop);
    expect(ofShop).toMatchObject({ record_in_shop: false, state: 'waiting_for_address' });
    expect((await shop.test.orderOf('1001')).refunded).toBe(tari(15));
  });

  it('pays no order meanwhile, and comes back if it is cancelled', async () => {
    const shop = await openShop();
    await shop.order({ paid: 130 });
    const refund = await shop.ask({ kind: 'surplus', amount: tari(20) });
    expect(await shop.creditOf('c1')).toBe(tari(10));
    await shop.test.order({ orderId: '1002', customerId: 'c1', price: '25.00', currency: 'USD' });
    expect(await shop.test.statusOf('1002')).not.toBe('Paid');
    await shop.refunds.cancel(BEN, refund.id, 'changed their mind');
    expect(await shop.test.statusOf('1002')).toBe('Paid');
    expect(await shop.creditOf('c1')).toBe(tari(5));
    expect(await refused(shop.refunds.cancel(BEN, refund.id, 'again'))).toBe('refund_change_forbidden');
    expect(await shop.lease()).toEqual([]);
  });

  it('has one owner: what may come back is not assigned to another', async () => {
    const shop = await openShop();
    await shop.order({ paid: 130 });
    const refund = await shop.ask({ kind: 'surplus', amount: tari(20) });
    const [{ txid = '' } = {}] = (await shop.test.engine.held.list({})).rows.map(({ row }) => row);
    const assign = () => shop.test.engine.held.assign(ASKER, txid, { customerId: 'c9' }, 'theirs');
    expect(await refused(assign())).toBe('payment_being_refunded');
    await shop.payAll();
    expect((await shop.refunds.find(refund.id)).state).toBe('confirmed');
    await assign();
    expect(await shop.creditOf('c9')).toBe(tari(10));
  });

  it('of a payment that has left the chain stays', async () => {
    const shop = await openShop();
    await shop.order({ paid: 130 });
    const refund = await shop.ask({ kind: 'part', amount: tari(20) });
    const txid = String(shop.test.dump().payments?.[0]?.txid);
    const payment = await shop.test.store.read((tx) => paymentById(tx, txid));
    if (payment === undefined) throw new Error('There is no payment');
    await shop.test.withLedger((ledger) => ledger.leaveChain(payment));
    expect(await shop.lease()).toEqual([]);
    const { payoutId } = await shop.refunds.find(refund.id);
    expect((await shop.payouts.payouts.find(payoutId ?? '')).problem).toMatch(/has left the chain/);
    expect(await refused(shop.ask({ kind: 'all' }))).toBe('refund_impossible');
    expect(await refused(shop.ask({ kind: 'surplus' }))).toBe('refund_impossible');
    await shop.refunds.cancel(BEN, refund.id, 'it left the chain');
    expect((await shop.test.orderOf('1001')).refunded).toBe(0n);
  });

  it('of an order that is not paid yet stays until the order is cancelled', async () => {
    const shop = await openShop();
    await shop.order({ paid: 40 });
    expect(await refused(shop.ask({ kind: 'all' }))).toBe('refund_impossible');
    expect(await refused(shop.ask({ kind: 'late' }))).toBe('refund_impossible');
    await shop.test.engine.orderChanges.cancel(ASKER, { orderId: '1001', reason: 'no' });
    expect(await shop.ask({ kind: 'late' })).toMatchObject({ amount: tari(40), state: 'approved', shop_amount: null });
    await shop.test.engine.orderChanges.reset(ASKER, '1001');
    expect(await shop.test.statusOf('1001')).toBe('New');
    expect(await shop.payAll()).toHaveLength(1);
  });
});

describe('a sweep', () => {
  it('takes the shop’s own money only, and two people', async () => {
    const cold = personOf(160).address;
    const shop = await openShop({ coldAddress: cold });
    await shop.order({ paid: 130 });
    await shop.ask({ kind: 'part', amount: tari(30) });
    const sweep = (amount?: bigint) =>
      shop.payouts.sweeps.request(ASKER, { reason: 'november', ...(amount && { amount: microTari(amount) }) });
    expect(await refused(sweep(tari(70) + 1n))).toBe('sweep_impossible');
    const swept = await sweep();
    expect(swept).toMatchObject({ amount: tari(70), state: 'waiting_for_approval', address: cold });
    expect(await refused(sweep())).toBe('sweep_impossible');
    const approval = { hash: swept.approval_hash, evidence: EVIDENCE };
    expect(await refused(shop.payouts.sweeps.approve(ASKER, swept.id, approval))).toBe('approval_by_requester');
    await shop.payouts.sweeps.cancel(ASKER, swept.id, 'too early');
    const again = await sweep();
    await shop.payouts.sweeps.approve(BEN, again.id, { ...approval, hash: again.approval_hash });
    expect(await shop.creditOf('c1')).toBe(tari(30));
    expect(await shop.payAll()).toMatchObject([{ kind: 'refund' }, { kind: 'sweep', amount: tari(70) }]);
  });
});
