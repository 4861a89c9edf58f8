import { afterEach, describe, expect, it } from 'vitest';
import type { LeasedPayout } from '#payouts/types.ts';
import { DEFAULT_LEASE_MS } from '#payouts/types.ts';
import { ADMIN, closeEngines, tari } from '#test/engine.ts';
import { personOf } from '#test/test-wallets.ts';
import { A_WALLET, BEN, openShop, type Shop } from './shop.ts';

afterEach(closeEngines);

const ASKER = { actor: ADMIN };
const ANOTHER = personOf(101).tariAddress;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught as { code?: string },
  );
  return error?.code ?? 'none';
}

async function approvedPayout(): Promise<{ shop: Shop; leased: LeasedPayout }> {
  const shop = await openShop();
  await shop.order();
  await shop.ask({ kind: 'part', amount: tari(20) });
  const [leased] = await shop.lease();
  if (leased === undefined) throw new Error('Nothing was leased');
  return { shop, leased };
}

describe('a payout', () => {
  it('is leased by one wallet, which may ask again', async () => {
    const { shop, leased } = await approvedPayout();
    expect(await shop.lease(10, ANOTHER)).toEqual([]);
    const [again] = await shop.lease();
    expect(again?.id).toBe(leased.id);
    expect(again?.leaseToken).not.toBe(leased.leaseToken);
    expect(await codeOf(shop.start(leased))).toBe('payout_lease_lost');
    if (again) await shop.start(again);
    if (again) expect((await shop.start(again)).startedAt).not.toBeNull();
    expect(await shop.lease()).toEqual([]);
  });

  it('that its wallet never started is another’s after the lease', async () => {
    const { shop, leased } = await approvedPayout();
    shop.test.clock.advance(DEFAULT_LEASE_MS);
    expect(await codeOf(shop.start(leased))).toBe('payout_lease_lost');
    const [other] = await shop.lease(10, ANOTHER);
    expect(other).toMatchObject({ id: leased.id });
    const report = { wallet: A_WALLET, id: leased.id, txid: '5' };
    expect(await codeOf(shop.wallet.reportSent(report))).toBe('payout_contradicted');
    expect((await shop.payouts.payouts.find(leased.id)).problem).toMatch(/reports it, and does not have it/);
  });

  it('that was started is never leased again, and its wallet’s late report counts', async () => {
    const { shop, leased } = await approvedPayout();
    await shop.start(leased);
    shop.test.clock.advance(DEFAULT_LEASE_MS);
    expect(await shop.lease(10, ANOTHER)).toEqual([]);
    expect((await shop.payouts.payouts.find(leased.id)).state).toBe('unknown');
    expect(await codeOf(shop.refunds.cancel(ASKER, (await refundId(shop)) ?? '', 'no'))).toBe(
      'refund_change_forbidden',
    );
    const report = { wallet: A_WALLET, id: leased.id, txid: '5' };
    const sent = await shop.wallet.reportSent(report);
    expect(sent).toMatchObject({ state: 'sent', txid: '5' });
    expect(await shop.wallet.reportSent(report)).toEqual(sent);
    const confirmed = await shop.wallet.reportConfirmed(report);
    expect(await shop.wallet.reportConfirmed(report)).toEqual(confirmed);
    expect(await shop.wallet.reportSent(report)).toEqual(confirmed);
    expect((await shop.test.eventNames()).filter((name) => name.startsWith('PayoutSent'))).toHaveLength(1);
    expect((await shop.test.eventNames()).filter((name) => name.startsWith('PayoutConfirmed'))).toHaveLength(1);
  });

  it('is paid by one transaction', async () => {
    const { shop, leased } = await approvedPayout();
    await shop.start(leased);
    await shop.wallet.reportSent({ wallet: A_WALLET, id: leased.id, txid: '5' });
    const other = shop.wallet.reportSent({ wallet: A_WALLET, id: leased.id, txid: '6' });
    expect(await codeOf(other)).toBe('payout_contradicted');
    await shop.ask({ kind: 'part', amount: tari(1) });
    const [next] = await shop.lease();
    const same = shop.wallet.reportSent({ wallet: A_WALLET, id: next?.id ?? '', txid: '5' });
    expect(await codeOf(same)).toBe('payout_contradicted');
  });

  it('that could not be sent gives its money back', async () => {
    const { shop, leased } = await approvedPayout();
    await shop.start(leased);
    const report = { wallet: A_WALLET, id: leased.id, problem: 'not enough funds' };
    const failed = await shop.wallet.reportFailed(report);
    expect(failed).toMatchObject({ state: 'failed', problem: 'not enough funds' });
    expect(await shop.wallet.reportFailed(report)).toEqual(failed);
    expect((await shop.test.orderOf('1001')).refunded).toBe(0n);
    const late = shop.wallet.reportSent({ wallet: A_WALLET, id: leased.id, txid: '5' });
    expect(await codeOf(late)).toBe('payout_contradicted');
    expect((await shop.payouts.payouts.find(leased.id)).problem).toMatch(/transaction 5/);
  });

  it('that has vanished from the chain gives nothing back by itself', async () => {
    const { shop, leased } = await approvedPayout();
    await shop.start(leased);
    await shop.wallet.reportConfirmed({ wallet: A_WALLET, id: leased.id, txid: '5' });
    await shop.wallet.reportFailed({ wallet: A_WALLET, id: leased.id, problem: 'it was reorganised' });
    expect((await shop.payouts.payouts.find(leased.id)).state).toBe('unknown');
    expect((await shop.test.orderOf('1001')).refunded).toBe(tari(20));
    expect(await shop.lease()).toEqual([]);
    await shop.wallet.reportConfirmed({ wallet: A_WALLET, id: leased.id, txid: '5' });
    expect((await shop.refunds.find((await refundId(shop)) ?? '')).state).toBe('confirmed');
  });

  it('is resolved by a person only while its fate is unknown', async () => {
    const { shop, leased } = await approvedPayout();
    const resolve = () => shop.payouts.payouts.resolve(BEN, leased.id, { sent: false }, 'not in the list');
    expect(await codeOf(resolve())).toBe('payout_change_forbidden');
    await shop.start(leased);
    expect(await codeOf(resolve())).toBe('payout_change_forbidden');
    shop.test.clock.advance(DEFAULT_LEASE_MS);
    expect(await resolve()).toMatchObject({ state: 'failed' });
    expect((await shop.test.orderOf('1001')).refunded).toBe(0n);
    expect(await codeOf(resolve())).toBe('payout_change_forbidden');
    expect(await shop.ask({ kind: 'all' })).toMatchObject({ amount: tari(100) });
  });

  it('is neither leased nor started while payouts are stopped', async () => {
    const { shop, leased } = await approvedPayout();
    await shop.payouts.limits.setStopped(BEN, true, 'a laptop was lost');
    expect(await codeOf(shop.start(leased))).toBe('payouts_stopped');
    expect(await shop.lease()).toEqual([]);
    expect(await codeOf(shop.payouts.limits.setStopped(BEN, true, 'again'))).toBe('payout_switch_no_op');
    await shop.payouts.limits.setStopped(BEN, false, 'found');
    await shop.start(leased);
  });

  it('is given back by a wallet that cannot pay now', async () => {
    const { shop, leased } = await approvedPayout();
    const { id, leaseToken } = leased;
    const released = await shop.wallet.release({ wallet: A_WALLET, id, leaseToken, problem: 'locked' });
    expect(released).toMatchObject({ state: 'approved', problem: 'locked' });
    expect(await shop.lease(10, ANOTHER)).toHaveLength(1);
  });

  it('that a wallet has is not cancelled', async () => {
    const { shop } = await approvedPayout();
    expect(await codeOf(shop.refunds.cancel(ASKER, (await refundId(shop)) ?? '', 'no'))).toBe(
      'refund_change_forbidden',
    );
  });
});

async function refundId(shop: Shop): Promise<string | undefined> {
  return (await shop.refunds.list({}, {})).rows[0]?.id;
}
