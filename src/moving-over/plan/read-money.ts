import type { PaymentOrigin } from '#engine/store/tables.ts';
import { OWN_TXID } from '#moving-over/old/old-rows.ts';
import { orderLine } from '#moving-over/report/order-line.ts';
import { type AccountId, addressToBase58, type Network, networkOfAccount } from '#tari/address.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import type { Work } from './scratch.ts';
import { type OldEntry, settledOrder, withMissing } from './settlement-rules.ts';
import type { Sources } from './sources.ts';

/** Turns the old journal of settlements into one that our rules allow, with entries by hand for what they do not. */

export interface CorrectionOptions {
  returnsOvercharges: boolean;
}

/** What an entry of the import is about. */
interface Correction {
  origin: PaymentOrigin;
  source: bigint;
  /** In µT; below zero where it takes something. */
  amount: bigint;
  order: bigint | null;
  named: string | null;
  memo: string;
}

interface JoinedEntry {
  order_key: bigint;
  order_id: string;
  customer_id: string;
  status: string;
  price: bigint;
  entry: bigint | null;
  source: bigint;
  amount: bigint;
  at: string;
  address: string;
}

export class Corrections {
  readonly #work: Work;
  #key: bigint;
  #count = 0;

  constructor(work: Work) {
    this.#work = work;
    this.#key = work.scratch.get<{ last: bigint | null }>('select max(key) as last from scratch_payments')?.last ?? 0n;
  }

  /** Enters a payment by hand. @returns its key and its txid. */
  enter(correction: Correction, txid?: string): { key: bigint; txid: string } {
    const { scratch, now } = this.#work;
    this.#key += 1n;
    this.#count += 1;
    const name = txid ?? `${OWN_TXID}${correction.origin}:${this.#count}`;
    const at = now.toISOString();
    scratch.run(
      `insert into scratch_payments (key, row, txid, source, amount, status, is_manual, named, named_order, created_at,
        updated_at, origin, memo, is_odd) values (?, null, ?, ?, ?, 'confirmed', 1, ?, ?, ?, ?, ?, ?, 0)`,
      this.#key,
      name,
      correction.source,
      correction.amount,
      correction.named,
      correction.order,
      at,
      at,
      correction.origin,
      correction.memo,
    );
    return { key: this.#key, txid: name };
  }
}

/** Of an order and an entry: that it is paid by this entry alone, as nearly every order is. */
const IS_SETTLED_AT_ONCE = `(scratch_orders.status = 'Paid' and scratch_entries.amount = scratch_orders.price
  and not exists (select 1 from scratch_entries other
    where other.named_order = scratch_orders.id and other.id <> scratch_entries.id))`;

export function settleOrders(work: Work, sources: Sources, corrections: Corrections, options: CorrectionOptions): void {
  const { scratch } = work;
  scratch.exec(`
    insert into scratch_settlements
      select scratch_entries.id, scratch_orders.id, source, amount, at, 1
      from scratch_entries join scratch_orders on scratch_orders.id = named_order
      where ${IS_SETTLED_AT_ONCE} order by scratch_entries.id`);
  const network = networkOfShop(work);
  const rows = scratch.each<JoinedEntry>(
    `select scratch_orders.id as order_key, order_id, customer_id, status, price, scratch_entries.id as entry,
        scratch_entries.source, scratch_entries.amount, scratch_entries.at, scratch_sources.address
      from scratch_orders
      left join scratch_entries on scratch_entries.named_order = scratch_orders.id
      left join scratch_sources on scratch_sources.source = scratch_entries.source
      where (scratch_entries.id is not null or (scratch_orders.status = 'Paid' and scratch_orders.price > 0))
        and not coalesce(${IS_SETTLED_AT_ONCE}, 0)
      order by scratch_orders.id, scratch_entries.id`,
  );
  let lastId = scratch.get<{ last: bigint | null }>('select max(id) as last from scratch_entries')?.last ?? 0n;
  const settle = (entries: readonly JoinedEntry[]) => {
    const [order] = entries;
    if (order === undefined) return;
    const madeSource = () => sources.of(madeAddress(order.customer_id, network), work.now.toISOString());
    settleOrder(work, corrections, options, entries, () => {
      lastId += 1n;
      const source = madeSource();
      sources.madeFor(source, order.customer_id);
      return { id: lastId, source: source.source };
    });
  };
  // The rows of one order follow each other.
  let entries: JoinedEntry[] = [];
  for (const row of rows) {
    if (entries[0]?.order_key !== row.order_key) {
      settle(entries);
      entries = [];
    }
    entries.push(row);
  }
  settle(entries);
  takeUnknownSettlements(work, corrections);
}

function settleOrder(
  { scratch, findings, now }: Work,
  corrections: Corrections,
  { returnsOvercharges }: CorrectionOptions,
  rows: readonly JoinedEntry[],
  madeEntry: () => { id: bigint; source: bigint },
): void {
  const [order] = rows;
  if (order === undefined) return;
  const { order_key: key, order_id: orderId, customer_id: customerId, status } = order;
  const isPaid = status === 'Paid';
  const addresses = new Map(rows.map(({ source, address }) => [source, address]));
  const entries: OldEntry[] = rows.flatMap(({ entry, source, amount, at }) =>
    entry === null ? [] : [{ id: entry, source, amount, at }],
  );
  const { kept, excess, missing } = settledOrder(isPaid, order.price, entries);
  const about = `order ${orderId} of customer ${customerId}`;
  let parts: OldEntry[] = kept;
  if (missing > 0n) {
    const { id, source } = madeEntry();
    corrections.enter({
      origin: 'paid_not_settled',
      source,
      amount: missing,
      order: key,
      named: orderId,
      memo: `Import: the order ${orderId} was Paid, and ${formatTari(missing)} of its price had not been charged.`,
    });
    findings.note('paid_not_settled', `${about}: ${formatTari(missing)} of ${formatTari(order.price)}`);
    parts = withMissing(kept, { id, source, amount: missing, at: now.toISOString() });
  }
  for (const { id, source, amount, at } of parts) {
    const isSingle = parts.length === 1 ? 1n : 0n;
    scratch.run('insert into scratch_settlements values (?, ?, ?, ?, ?, ?)', id, key, source, amount, at, isSingle);
  }
  if (kept.some((entry) => entry.entries > 1)) findings.note('merged_settlements', about);
  if (excess.length === 0) return;
  const taken = excess.map(({ source, amount }) => ({ source, amount, address: addresses.get(source) ?? '' }));
  const line = orderLine(orderId, customerId, taken);
  if (!isPaid) {
    findings.note('settled_not_paid', `${line}; it is ${status}`);
    for (const { source, amount } of taken) {
      const memo = `Import: ${formatTari(amount)} was charged for the order ${orderId}, which was ${status}.`;
      corrections.enter({ origin: 'settled_not_paid', source, amount: -amount, order: key, named: orderId, memo });
    }
    return;
  }
  for (const { source, amount } of taken) {
    const memo = `Import: the order ${orderId} was charged ${formatTari(amount)} beyond its price.`;
    const { txid } = corrections.enter({
      origin: 'overcharge',
      source,
      amount: -amount,
      order: key,
      named: orderId,
      memo,
    });
    if (!returnsOvercharges) continue;
    const back = `Import: ${formatTari(amount)}, which the order ${orderId} was charged beyond its price, is given back.`;
    const entry = { origin: 'overcharge_returned', source, amount, order: null, named: null, memo: back } as const;
    corrections.enter(entry, `${txid}:returned`);
  }
}

/** Settlements of orders that do not exist took money all the same. */
function takeUnknownSettlements({ scratch, findings }: Work, corrections: Corrections): void {
  const rows = scratch.all<{ named: string; source: bigint; address: string; amount: bigint }>(
    `select named, scratch_entries.source, address, sum(amount) as amount
      from scratch_entries join scratch_sources using (source)
      where named_order is null group by named, scratch_entries.source order by min(id)`,
  );
  for (const { named, source, address, amount } of rows) {
    findings.note('unknown_order_settled', `order ${named}: ${formatTari(amount)} of ${address}`);
    const memo = `Import: ${formatTari(amount)} was charged for the order ${named}, which does not exist.`;
    // It does not name the order: one that comes by this name later has nothing to do with it.
    corrections.enter({ origin: 'settled_not_paid', source, amount: -amount, order: null, named: null, memo });
  }
}

/** The address in whose name the customer gets credit; a text where no address is made for an id of such a length. */
function madeAddress(customerId: string, network: Network): string {
  try {
    return addressToBase58(syntheticAddressOf(customerId, network));
  } catch (error) {
    if (error instanceof RangeError) return 'import-tps';
    throw error;
  }
}

/** Of the hot wallets, or else of any account that is known. */
function networkOfShop({ scratch }: Work): Network {
  const known = scratch.get<{ account: string }>(
    `select account from scratch_wallets union all select account from scratch_sources where account is not null limit 1`,
  );
  return known === undefined ? 'mainnet' : networkOfAccount(known.account as AccountId);
}
