import type { MoneyOwner } from '#engine/store/payments.ts';
import type { AccountId } from '#tari/address.ts';
import { type MicroTari, sumMicroTari } from '#tari/micro-tari.ts';

/** Matching of money to orders (`http-api.md` 3), as pure functions of available funds and amounts due. */

/** Money that may pay an order, in µT: all of one owner's, or the part selected by `from`. */
export interface Source {
  owner: MoneyOwner;
  /** Only money that came from this account, or from none; by default all of the owner's money. */
  from?: { account: AccountId | null };
  /** Only the unspent part of this payment. */
  txid?: string;
  available: MicroTari;
}

/** An amount taken from one source, above 0. */
export interface Part {
  source: Source;
  amount: MicroTari;
}

/**
 * Takes the amount due from the sources in order: each is used up before the next. Undefined if all of them together do
 * not cover it.
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
 * The same over addresses: the order's own money first, then the address with the largest balance, alone if it covers the
 * rest. An address may have money with several owners.
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
    // Ties are broken by name, so that the order does not depend on the database.
    .sort((a, b) => (a.total === b.total ? (a.name < b.name ? -1 : 1) : a.total > b.total ? -1 : 1));
  return planInTurn(due, [...own, ...largestFirst.flatMap(({ sources }) => sources)]);
}
