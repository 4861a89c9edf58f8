import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Credit,
  type PayableOrder,
  planFromAllAccounts,
  planFromOneAccount,
  type SettlementPlan,
} from '../../src/engine/matching.ts';
import type { AccountId } from '../../src/tari/address.ts';
import { microTari } from '../../src/tari/micro-tari.ts';

/** Small numbers meet each other often, large ones pass 2^53. */
const anyAmount = fc.oneof(fc.bigInt(0n, 12n), fc.bigInt(0n, 21_000_000_000_000_000n)).map(microTari);
const anyOrders: fc.Arbitrary<PayableOrder[]> = fc
  .array(anyAmount, { maxLength: 12 })
  .map((prices) => prices.map((price, index) => ({ orderId: `o${index}`, price })));
const anyCredits: fc.Arbitrary<Credit[]> = fc
  .array(anyAmount, { maxLength: 8 })
  .map((amounts) => amounts.map((available, index) => ({ account: `a${index}` as AccountId, available })));
const ALICE = 'alice' as AccountId;

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const sumOfParts = (plan: SettlementPlan) => sum(plan.parts.map((part) => part.amount));

/** A price that the accounts can just pay, can't quite pay, or anything else. */
function anyPriceNear(credits: readonly Credit[]) {
  const total = sum(credits.map((credit) => credit.available));
  return fc.oneof(
    anyAmount,
    fc.bigInt(-2n, 2n).map((difference) => microTari(total + difference < 0n ? 0n : total + difference)),
  );
}
const anyOrderAndCredits = anyCredits.chain((credits) =>
  anyPriceNear(credits).map((price) => ({ credits, order: { orderId: 'o', price } })),
);

describe('paying from one account', () => {
  it('pays the first orders of the list, each in full, and stops at the first it cannot cover', () => {
    fc.assert(
      fc.property(anyAmount, anyOrders, (available, orders) => {
        const plans = planFromOneAccount({ account: ALICE, available }, orders);
        expect(plans.map((plan) => plan.orderId)).toEqual(orders.slice(0, plans.length).map((order) => order.orderId));
        for (const [index, plan] of plans.entries()) {
          expect(sumOfParts(plan)).toBe(orders[index]?.price);
          expect(plan.settlementType).toBe('single');
          expect(plan.parts.every((part) => part.account === ALICE && part.amount > 0n)).toBe(true);
          expect(plan.parts.length).toBe(orders[index]?.price === 0n ? 0 : 1);
        }
        const spent = sum(plans.map(sumOfParts));
        expect(spent).toBeLessThanOrEqual(available);
        const next = orders[plans.length];
        if (next !== undefined) expect(spent + next.price).toBeGreaterThan(available);
      }),
    );
  });

  it('does not pass over an order for a cheaper one behind it', () => {
    const orders = [
      { orderId: 'dear', price: microTari(10n) },
      { orderId: 'cheap', price: microTari(1n) },
    ];
    expect(planFromOneAccount({ account: ALICE, available: microTari(5n) }, orders)).toEqual([]);
  });

  it('pays an order that costs nothing without an entry, even from an empty account', () => {
    const orders = [{ orderId: 'free', price: microTari(0n) }];
    expect(planFromOneAccount({ account: ALICE, available: microTari(0n) }, orders)).toEqual([
      { orderId: 'free', settlementType: 'single', parts: [] },
    ]);
  });
});

describe('paying from all accounts of a customer', () => {
  it('pays exactly the price, or nothing where all together cannot', () => {
    fc.assert(
      fc.property(anyOrderAndCredits, ({ credits, order }) => {
        const plan = planFromAllAccounts(credits, order);
        const total = sum(credits.map((credit) => credit.available));
        expect(plan !== undefined).toBe(total >= order.price);
        if (plan === undefined) return;
        expect(plan.orderId).toBe('o');
        expect(sumOfParts(plan)).toBe(order.price);
      }),
    );
  });

  it('takes from each account at most once, and never more than is there', () => {
    fc.assert(
      fc.property(anyOrderAndCredits, ({ credits, order }) => {
        const parts = planFromAllAccounts(credits, order)?.parts ?? [];
        expect(new Set(parts.map((part) => part.account)).size).toBe(parts.length);
        const availableOf = new Map(credits.map((credit) => [credit.account, credit.available]));
        for (const { account, amount } of parts) {
          expect(amount).toBeGreaterThan(0n);
          expect(amount).toBeLessThanOrEqual(availableOf.get(account) ?? -1n);
        }
      }),
    );
  });

  it('takes from the largest balance alone where that covers it, else from the largest ones, emptying all but the last', () => {
    fc.assert(
      fc.property(anyOrderAndCredits, ({ credits, order }) => {
        const plan = planFromAllAccounts(credits, order);
        if (plan === undefined || order.price === 0n) return;
        const balances = credits.map((credit) => credit.available).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
        const isCoveredByOne = (balances[0] ?? 0n) >= order.price;
        expect(plan.settlementType).toBe(isCoveredByOne ? 'single' : 'multiple');
        expect(plan.parts.length === 1).toBe(isCoveredByOne);
        const availableOf = new Map(credits.map((credit) => [credit.account, credit.available]));
        expect(plan.parts.map((part) => availableOf.get(part.account))).toEqual(balances.slice(0, plan.parts.length));
        for (const part of plan.parts.slice(0, -1)) expect(part.amount).toBe(availableOf.get(part.account));
      }),
    );
  });

  it('pays an order that costs nothing without an entry, also for a customer without accounts', () => {
    const free = { orderId: 'free', price: microTari(0n) };
    const nothing = { orderId: 'free', settlementType: 'single', parts: [] };
    expect(planFromAllAccounts([], free)).toEqual(nothing);
    expect(planFromAllAccounts([{ account: ALICE, available: microTari(5n) }], free)).toEqual(nothing);
  });

  it('leaves the lists that it was given as they were', () => {
    const credits = [1n, 3n, 2n].map((available, index) => ({
      account: `a${index}` as AccountId,
      available: microTari(available),
    }));
    const before = structuredClone(credits);
    planFromAllAccounts(credits, { orderId: 'o', price: microTari(6n) });
    expect(credits).toEqual(before);
  });
});
