import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, closeEngines, tari } from '#test/engine.ts';
import { A_WALLET, openShop } from './shop.ts';

afterEach(closeEngines);

describe('a refund', () => {
  it('of a part leaves the books at once, and is paid once', async () => {
    const shop = await openShop();
    await shop.order();
    const refund = await shop.ask({ kind: 'part', amount: tari(30) });
    expect(refund).toMatchObject({ state: 'approved', amount: tari(30), approved_by: ADMIN, needs_approval: null });
    expect(refund).toMatchObject({ shop_amount: '30.00', currency: 'USD', record_in_shop: true });
    expect((await shop.test.orderOf('1001')).refunded).toBe(tari(30));
    expect(await shop.differences()).toEqual([]);
    const [leased] = await shop.lease();
    if (leased === undefined) throw new Error('nothing to pay');
    await shop.start(leased);
    await shop.wallet.reportSent({ wallet: A_WALLET, id: leased.id, txid: '77' });
    const confirmed = await shop.wallet.reportConfirmed({ wallet: A_WALLET, id: leased.id, txid: '77' });
    expect(confirmed).toMatchObject({ state: 'confirmed', txid: '77', amount: tari(30) });
    expect(await shop.refunds.find(refund.id)).toMatchObject({ state: 'confirmed', payoutId: leased.id });
    expect(await shop.lease()).toEqual([]);
    expect(await shop.differences()).toEqual([]);
  });
});
