import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Part, planInTurn, planLargestFirst, type Source } from '#engine/money/matching.ts';
import type { AccountId } from '#tari/address.ts';
import { microTari } from '#tari/micro-tari.ts';

/** Small numbers meet each other often, large ones pass 2^53. */
const anyAmount = fc.oneof(fc.bigInt(0n, 12n), fc.bigInt(0n, 21_000_000_000_000_000n)).map(microTari);

type FromAccount = Source & { from: { account: AccountId | null } };

/** Each owner once: an account's own money, or what of the customer's credit came from an account or from none. */
const anySources: fc.Arbitrary<FromAccount[]> = fc
  .uniqueArray(
    fc.record({ account: fc.constantFrom('a', 'b', 'c', 'd', null), isCredit: fc.boolean(), available: anyAmount }),
    { selector: ({ account, isCredit }) => `${account} ${isCredit || account === null}`, maxLength: 8 },
  )
  .map((sources) =>
    sources.map(({ account, isCredit, available }) => ({
      owner: isCredit || account === null ? { kind: 'customer', id: 'c1' } : { kind: 'account', id: account },
      from: { account: account as AccountId | null },
      available,
    })),
  );

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const sumOfParts = (parts: readonly Part[]) => sum(parts.map((part) => part.amount));
const availableIn = (sources: readonly Source[]) => sum(sources.map((source) => source.available));

/** A price that the sources can just pay, can't quite pay, or anything else. */
const anyDueAndSources = anySources.chain((sources) =>
  fc
    .oneof(
      anyAmount,
      fc.bigInt(-2n, 2n).map((difference) => {
        const near = availableIn(sources) + difference;
        return microTari(near < 0n ? 0n : near);
      }),
    )
    .map((due) => ({ due, sources })),
);

function expectHonest(parts: readonly Part[] | undefined, due: bigint, sources: readonly Source[]): void {
  expect(parts !== undefined).toBe(availableIn(sources) >= due);
  if (parts === undefined) return;
  expect(sumOfParts(parts)).toBe(due);
  expect(new Set(parts.map((part) => part.source)).size).toBe(parts.length);
  for (const { source, amount } of parts) {
    expect(amount).toBeGreaterThan(0n);
    expect(amount).toBeLessThanOrEqual(source.available);
  }
}

describe('paying from sources in their turn', () => {
  it('takes exactly what is due, each source at most once and never more than is there, or nothing', () => {
    fc.assert(
      fc.property(anyDueAndSources, ({ due, sources }) => {
        const before = structuredClone(sources);
        expectHonest(planInTurn(due, sources), due, sources);
        expect(sources).toEqual(before);
      }),
    );
  });

  it('uses each up before it touches the next', () => {
    fc.assert(
      fc.property(anyDueAndSources, ({ due, sources }) => {
        const parts = planInTurn(due, sources) ?? [];
        const filled = sources.filter(({ available }) => available > 0n);
        expect(parts.map((part) => part.source)).toEqual(filled.slice(0, parts.length));
        for (const { source, amount } of parts.slice(0, -1)) expect(amount).toBe(source.available);
      }),
    );
  });
});

describe('paying over all addresses', () => {
  const accountsOf = (parts: readonly Part[]) => [
    ...new Set(parts.map(({ source }) => (source.from === undefined ? 'own' : String(source.from.account)))),
  ];

  it('takes the order’s own money first, and else exactly what is due, or nothing', () => {
    fc.assert(
      fc.property(anyDueAndSources, anyAmount, ({ due, sources }, ownMoney) => {
        const own: Source = { owner: { kind: 'order', id: 'o' }, available: ownMoney };
        const parts = planLargestFirst(due, [own], sources);
        expectHonest(parts, due, [own, ...sources]);
        if (parts === undefined || due === 0n || ownMoney === 0n) return;
        expect(parts[0]).toEqual({ source: own, amount: ownMoney < due ? ownMoney : due });
      }),
    );
  });

  it('takes from the address with the most alone where that covers it, else from the largest ones', () => {
    fc.assert(
      fc.property(anyDueAndSources, ({ due, sources }) => {
        const parts = planLargestFirst(due, [], sources);
        if (parts === undefined || due === 0n) return;
        const totals = new Map<string, bigint>();
        for (const { from, available } of sources) {
          totals.set(String(from.account), (totals.get(String(from.account)) ?? 0n) + available);
        }
        const largestFirst = [...totals.values()].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
        const used = accountsOf(parts);
        expect(used.map((account) => totals.get(account))).toEqual(largestFirst.slice(0, used.length));
        expect(used.length === 1).toBe((largestFirst[0] ?? 0n) >= due);
      }),
    );
  });

  it('takes nothing for an order that costs nothing, also where there is nobody', () => {
    expect(planLargestFirst(0n, [], [])).toEqual([]);
    expect(planInTurn(0n, [])).toEqual([]);
  });
});
