import type { MoneyOwner } from '#engine/store/payments.ts';
import type { AccountId } from '#tari/address.ts';
import { type MicroTari, sumMicroTari } from '#tari/micro-tari.ts';

/** How money meets orders (`http-api.md` 3), as pure functions over what there is and what is due. */

/** Money that may pay an order, in µT: all that one owner has, or the part of it that `from` names. */
export interface Source {
  owner: MoneyOwner;
  /** Only what came from this account, or from none; left out, whatever the owner has. */
  from?: { account: AccountId | null };
  /** Only what is left of this payment. */
  txid?: string;
  available: MicroTari;
}

/** What is taken from one source, above 0. */
export interface Part {
  source: Source;
  amount: MicroTari;
}

/**
 * Takes what is due from the sources in their turn: each is used up before the next is touched. Undefined where all of
 * them together do not cover it.
 */
export function planInTurn(due: bigint, sources: readonly Source[]): Part[] | undefined {
  const parts: Part[] = [];
  let missing = due;
  for (const source of sources) {
    if (missing === 0n) break;
    const amount = (source.available < missing ? source.available : missing) as MicroTari;
    if (amount === 0n) continue;
    parts.push({ source, amount });
    missing -= amount;
  }
  return missing === 0n ? parts : undefined;
}

/**
 * The same over addresses: what is the order's own goes first, then the address that has the most, alone where it covers
 * the rest. An address may have money with several owners.
 */
export function planLargestFirst(
  due: bigint,
  own: readonly Source[],
  others: readonly (Source & { from: { account: AccountId | null } })[],
): Part[] | undefined {
  const byAccount = new Map<AccountId | null, Source[]>();
  for (const source of others) {
    const { account } = source.from;
    byAccount.set(account, [...(byAccount.get(account) ?? []), source]);
  }
  const totalOf = (sources: readonly Source[]) => sumMicroTari(sources.map(({ available }) => available));
  const largestFirst = [...byAccount]
    .map(([account, sources]) => ({ name: account ?? '', sources, total: totalOf(sources) }))
    // Of equal ones always the same goes first, whatever order a database gives them in.
    .sort((a, b) => (a.total === b.total ? (a.name < b.name ? -1 : 1) : a.total > b.total ? -1 : 1));
  return planInTurn(due, [...own, ...largestFirst.flatMap(({ sources }) => sources)]);
}
