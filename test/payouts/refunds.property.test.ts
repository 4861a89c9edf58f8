import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { paymentById } from '#engine/records.ts';
import type { LeasedPayout } from '#payouts/types.ts';
import { DEFAULT_LEASE_MS } from '#payouts/types.ts';
import { DomainError } from '#platform/errors.ts';
import { microTari } from '#tari/micro-tari.ts';
import { ADMIN, closeEngines } from '#test/engine.ts';
import { A_WALLET, ALICE, BEN, BOB, ELSEWHERE, openShop, type Shop } from './shop.ts';

afterEach(closeEngines);

/** Whatever is asked, in whatever order and at once: nobody gets more back than they paid, and the books are in order. */

const ORDERS = ['1', '2', '3'] as const;
const RUNS = 12;

const order = fc.constantFrom(...ORDERS);
const amount = fc.bigInt({ min: 1n, max: 120_000_000n });
const step = fc.oneof(
  fc.record({ do: fc.constant('pay' as const), order, amount, payer: fc.constantFrom(ALICE, BOB) }),
  fc.record({ do: fc.constant('cancelOrder' as const), order }),
  fc.record({
    do: fc.constant('ask' as const),
    order,
    kind: fc.constantFrom('all' as const, 'part' as const, 'surplus' as const, 'late' as const),
    amount,
    rate: fc.constantFrom('order' as const, 'today' as const),
    isValue: fc.boolean(),
    to: fc.constantFrom('payer' as const, 'customer' as const, { address: ELSEWHERE }),
    twice: fc.boolean(),
  }),
  fc.record({ do: fc.constant('cancelRefund' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('approve' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('address' as const), which: fc.nat(9) }),
  fc.record({ do: fc.constant('lease' as const) }),
  fc.record({
    do: fc.constant('report' as const),
    which: fc.nat(9),
    what: fc.constantFrom('started' as const, 'sent' as const, 'confirmed' as const, 'failed' as const),
  }),
  fc.record({ do: fc.constant('resolve' as const), which: fc.nat(9), sent: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const) }),
  fc.record({ do: fc.constant('rate' as const), rate: fc.bigInt({ min: 1n, max: 5_000_000n }) }),
  fc.record({ do: fc.constant('leave' as const), which: fc.nat(9) }),
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

class Play {
  readonly shop: Shop;
  readonly leased: LeasedPayout[] = [];
  /** What the wallet really sent, by order: it sends what it may start, and nothing else. */
  readonly sent = new Map<string, { order: string; amount: bigint }>();
  readonly started = new Set<string>();

  constructor(shop: Shop) {
    this.shop = shop;
  }

  async take(move: Step): Promise<void> {
    const { shop } = this;
    switch (move.do) {
      case 'pay':
        await shop.test.payConfirmed({ from: move.payer, amount: microTari(move.amount), orderId: move.order });
        return;
      case 'cancelOrder':
        await shop.test.engine.orderChanges.cancel({ actor: ADMIN }, { orderId: move.order, reason: 'no' });
        return;
      case 'ask': {
        const figure = move.isValue
          ? { shopAmount: `${move.amount / 1_000_000n}.50` }
          : { amount: microTari(move.amount) };
        const given = move.kind === 'all' ? {} : move.kind === 'part' || !move.isValue ? figure : {};
        const ask = () => shop.ask({ orderId: move.order, kind: move.kind, rate: move.rate, to: move.to, ...given });
        await Promise.all(move.twice ? [ask(), ask()] : [ask()]);
        return;
      }
      case 'lease':
        this.leased.push(...(await shop.lease()));
        return;
      case 'wait':
        shop.test.clock.advance(DEFAULT_LEASE_MS);
        await shop.wallet.endLeases();
        return;
      case 'rate':
        await shop.test.engine.exchangeRates.set('USD', move.rate, ADMIN);
        return;
      case 'report':
        return this.#report(move.which, move.what);
      default:
        return this.#decide(move);
    }
  }

  async #report(which: number, what: 'started' | 'sent' | 'confirmed' | 'failed'): Promise<void> {
    const { shop } = this;
    const payout = this.leased.at(which % Math.max(this.leased.length, 1));
    if (payout === undefined) return;
    const { id } = payout;
    if (what === 'started') {
      await shop.start(payout);
      this.started.add(id);
      return;
    }
    // An honest wallet: it sends once, only what it may start, and says that it failed only if it did not send.
    if (!this.started.has(id)) return;
    const txid = `9${payout.ordinal}`;
    if (what === 'failed') {
      if (!this.sent.has(id)) await shop.wallet.reportFailed({ wallet: A_WALLET, id, problem: 'no funds' });
      if (!this.sent.has(id)) this.started.delete(id);
      return;
    }
    this.sent.set(id, { order: payout.orderId ?? '', amount: payout.amount });
    await (what === 'sent' ? shop.wallet.reportSent : shop.wallet.reportConfirmed)({ wallet: A_WALLET, id, txid });
  }

  async #decide(move: Extract<Step, { which: number }>): Promise<void> {
    const { shop } = this;
    const { rows } = await shop.refunds.list({}, {});
    const refund = rows.at(move.which % Math.max(rows.length, 1));
    if (move.do === 'leave') return this.#leave(move.which);
    if (refund === undefined) return;
    if (move.do === 'cancelRefund') await shop.refunds.cancel(BEN, refund.id, 'no');
    if (move.do === 'approve') {
      const evidence = { kind: 'test' };
      await shop.refunds.approve(BEN, refund.id, { hash: refund.approvalHash ?? '', evidence });
    }
    if (move.do === 'address') {
      await shop.refunds.setAddress({ actor: 'customer' }, refund.id, { address: ELSEWHERE }, 'customer');
    }
    if (move.do !== 'resolve' || refund.payoutId === null) return;
    // A person who looks into the wallet, and says what is there.
    const isSent = this.sent.has(refund.payoutId);
    const txid = `9${(await shop.payouts.payouts.find(refund.payoutId)).ordinal}`;
    const outcome = isSent ? ({ sent: true, txid } as const) : ({ sent: false } as const);
    await shop.payouts.payouts.resolve(BEN, refund.payoutId, outcome, 'seen');
    if (!isSent) this.started.delete(refund.payoutId);
  }

  async #leave(which: number): Promise<void> {
    const { payments = [] } = this.shop.test.dump();
    const txid = String(payments.at(which % Math.max(payments.length, 1))?.txid);
    const payment = await this.shop.test.store.read((tx) => paymentById(tx, txid));
    if (payment?.status === 'confirmed') await this.shop.test.withLedger((ledger) => ledger.leaveChain(payment));
  }

  /** Nobody got back more than came, and what is out is in the books. */
  async check(): Promise<void> {
    const { shop } = this;
    expect(await shop.differences()).toEqual([]);
    const { payments = [], orders = [] } = shop.test.dump();
    const came = payments.reduce((sum, { amount }) => sum + BigInt(String(amount)), 0n);
    const out = [...this.sent.values()].reduce((sum, one) => sum + one.amount, 0n);
    expect(out).toBeLessThanOrEqual(came);
    const { money } = await shop.test.engine.audit();
    const { unconfirmed, ...places } = money;
    expect(unconfirmed).toBe(0n);
    expect(Object.values(places).reduce((sum, place) => sum + place, 0n)).toBe(came);
    expect(money.paidOut).toBeGreaterThanOrEqual(out);
    for (const { refunded, total_price: price } of orders) {
      expect(BigInt(String(refunded))).toBeLessThanOrEqual(BigInt(String(price)));
    }
  }
}

describe('refunds, at random', () => {
  it('never give more back than came, and keep the books', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const shop = await openShop({ refundLimit: microTari(60_000_000n), payoutDailyLimit: microTari(150_000_000n) });
        for (const [index, orderId] of ORDERS.entries()) {
          await shop.order({ orderId, customerId: index === 2 ? 'c2' : 'c1', paid: index === 0 ? 130 : 0 });
        }
        const play = new Play(shop);
        for (const move of steps) {
          await play.take(move).catch((error: unknown) => {
            if (!(error instanceof DomainError)) throw error;
          });
        }
        await play.check();
        await closeEngines();
      }),
      { numRuns: RUNS },
    );
  });
});
