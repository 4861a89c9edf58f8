import { formatTari } from '#tari/micro-tari.ts';
import type { Corrections } from './read-money.ts';
import type { Work } from './scratch.ts';
import { type Coin, type Spending, spend } from './spending.ts';

/** Whose each µT is by our rules, source by source: what paid what, what is left, and what is owed. */

interface SourceRow {
  source: bigint;
  account: string | null;
  address: string;
  made_for: string | null;
}

interface PaymentRow {
  key: bigint;
  source: bigint;
  amount: bigint;
  named: string | null;
  named_order: bigint | null;
  created_at: string;
  updated_at: string;
  origin: string;
  /** Of the order that it names. */
  order_id: string | null;
  customer_id: string | null;
  status: string | null;
  closed_at: string | null;
}

interface SettlementRow {
  id: bigint;
  source: bigint;
  order_key: bigint;
  amount: bigint;
  at: string;
}

/** A payment by hand and a settlement may have the same number. */
interface SpendingRow extends Spending {
  isSettlement: boolean;
  at: string;
}

export function giveMoneyItsOwners(work: Work, corrections: Corrections): void {
  const { scratch } = work;
  pairUp(work);
  addUpSources(work);
  const payments = new Groups(
    scratch.each<PaymentRow>(
      `select key, source, amount, named, named_order, scratch_payments.created_at, scratch_payments.updated_at, origin,
          order_id, customer_id, scratch_orders.status, scratch_orders.updated_at as closed_at
        from scratch_payments left join scratch_orders on scratch_orders.id = named_order
        where scratch_payments.status = 'confirmed' and not exists (select 1 from scratch_pairs where payment = key)
        order by source, scratch_payments.updated_at, key`,
    ),
  );
  const settlements = new Groups(
    scratch.each<SettlementRow>(
      `select * from scratch_settlements
        where not exists (select 1 from scratch_paired where settlement = scratch_settlements.id) order by source, id`,
    ),
  );
  const total = scratch.count('scratch_sources');
  const sources = scratch.eachShown<SourceRow>(
    'Giving money its owners',
    total,
    'select source, account, address, made_for from scratch_sources order by source',
  );
  const overdrafts: (() => void)[] = [];
  for (const source of sources) {
    giveOne(work, corrections, source, payments.of(source.source), settlements.of(source.source), overdrafts);
  }
  // Payments are read until here, so that none is entered before.
  for (const enter of overdrafts) enter();
  addUp(work);
  noteCoveredOrders(work);
}

/**
 * A payment that is the only one of its sender for an order, and is just what was settled for that order of this sender,
 * paid it: so it is with nearly all, and what is left is given out one by one. Payments go to their own orders before
 * anything else is looked at, so that this takes nothing from another.
 */
function pairUp({ scratch }: Work): void {
  scratch.exec(`
    insert into scratch_pairs
      select key, scratch_settlements.id, scratch_settlements.amount, scratch_settlements.at
      from scratch_payments
      join scratch_settlements on scratch_settlements.order_key = named_order
        and scratch_settlements.source = scratch_payments.source
      where scratch_payments.status = 'confirmed' and scratch_payments.amount = scratch_settlements.amount
        and not exists (
          select 1 from scratch_payments other
          where other.named_order = scratch_payments.named_order and other.source = scratch_payments.source
            and other.status = 'confirmed' and other.amount > 0 and other.key <> scratch_payments.key
        )
      order by key;
    create temp table scratch_paired (settlement integer primary key);
    insert into scratch_paired select settlement from scratch_pairs order by settlement;`);
}

/** What came from each source, what went, and when it last did. */
function addUpSources({ scratch }: Work): void {
  scratch.exec(`
    update scratch_sources set confirmed = sums.amount, last_at = sums.last from (
      select source, sum(amount) as amount, max(updated_at) as last from scratch_payments
      where status = 'confirmed' group by source
    ) sums where sums.source = scratch_sources.source;
    update scratch_sources set paid = sums.amount, last_at = max(last_at, sums.last) from (
      select source, sum(amount) as amount, max(at) as last from scratch_settlements group by source
    ) sums where sums.source = scratch_sources.source;`);
}

function giveOne(
  work: Work,
  corrections: Corrections,
  source: SourceRow,
  payments: readonly PaymentRow[],
  settlements: readonly SettlementRow[],
  overdrafts: (() => void)[],
): void {
  if (payments.length === 0 && settlements.length === 0) return;
  const { scratch } = work;
  const coins: Coin[] = [];
  const takings: SpendingRow[] = [];
  const rowOf = new Map(payments.map((row) => [row.key, row]));
  for (const { key, amount, named_order: order, status, created_at: at } of payments) {
    const isForOpenOrder = status === 'New' || status === 'Unclaimed';
    if (amount > 0n) coins.push({ key, amount, order, isForOpenOrder });
    else takings.push({ key, amount: -amount, order, isSettlement: false, at });
  }
  const settled = settlements.map(({ id, amount, order_key: order, at }): SpendingRow => {
    return { key: id, amount, order, isSettlement: true, at };
  });
  const { uses, left, short } = spend(coins, [settled, takings]);
  const keepUse = (payment: bigint, spending: SpendingRow, amount: bigint) => {
    const [settlement, takenBy] = spending.isSettlement ? [spending.key, null] : [null, spending.key];
    scratch.run(
      'insert into scratch_uses (payment, settlement, taken_by, amount, at) values (?, ?, ?, ?, ?)',
      payment,
      settlement,
      takenBy,
      amount,
      spending.at,
    );
  };
  for (const { coin, spending, amount } of uses) keepUse(coin.key, spending as SpendingRow, amount);
  let free = 0n;
  for (const [{ key }, amount] of left) {
    const row = rowOf.get(key);
    if (row === undefined || amount === 0n) continue;
    const owner = ownerOf(source, row);
    if (owner?.kind === 'account') free += amount;
    scratch.run(
      'update scratch_payments set unspent = ?, owner_kind = ?, owner_id = ?, is_late = ? where key = ?',
      amount,
      owner?.kind ?? null,
      owner?.id ?? null,
      owner?.isLate ? 1n : 0n,
      key,
    );
  }
  const debt = keepShortage(work, corrections, source, short as Shortage[], keepUse, overdrafts);
  scratch.run('update scratch_sources set debt = ?, free = ? where source = ?', debt, free, source.source);
}

interface Shortage {
  spending: SpendingRow;
  amount: bigint;
}

/**
 * What was taken back of money that was not there is owed. A settled order is settled all the same: an entry by hand lends
 * what it lacks, and another takes that back, which is owed.
 * @returns what is owed together.
 */
function keepShortage(
  { scratch, findings }: Work,
  corrections: Corrections,
  { source, address }: SourceRow,
  short: readonly Shortage[],
  keepUse: (payment: bigint, spending: SpendingRow, amount: bigint) => void,
  overdrafts: (() => void)[],
): bigint {
  let debt = 0n;
  let lent = 0n;
  for (const { spending, amount } of short) {
    debt += amount;
    if (spending.isSettlement) lent += amount;
    else scratch.run('update scratch_payments set owed = ? where key = ?', amount, spending.key);
  }
  if (lent === 0n) return debt;
  findings.note('overdrawn', `${address}: ${formatTari(lent)}`);
  overdrafts.push(() => {
    const memo = `Import: orders were paid with ${formatTari(lent)} that was not there.`;
    const entry = { origin: 'overdraft', source, order: null, named: null, memo } as const;
    const { key } = corrections.enter({ ...entry, amount: lent });
    for (const { spending, amount } of short) if (spending.isSettlement) keepUse(key, spending, amount);
    const owing = corrections.enter({ ...entry, amount: -lent });
    scratch.run('update scratch_payments set owed = ? where key = ?', lent, owing.key);
  });
  return debt;
}

interface Owner {
  kind: 'order' | 'customer' | 'account';
  id: string;
  isLate: boolean;
}

/** Whose what is left of a payment is (docs/money.md); undefined where nothing says. */
function ownerOf({ account, made_for: madeFor }: SourceRow, row: PaymentRow): Owner | undefined {
  if (madeFor !== null) return { kind: 'customer', id: madeFor, isLate: false };
  if (row.named === null) return account === null ? undefined : { kind: 'account', id: account, isLate: false };
  if (row.order_id === null || row.customer_id === null) return undefined;
  if (row.status === 'New' || row.status === 'Unclaimed') return { kind: 'order', id: row.order_id, isLate: false };
  const isLate = row.status !== 'Paid' || row.updated_at > (row.closed_at ?? '');
  return { kind: 'customer', id: row.customer_id, isLate };
}

/** What orders and customers have and owe, and every customer that there is. */
function addUp({ scratch }: Work): void {
  scratch.exec(`
    insert into scratch_own_money
      select scratch_orders.id, sum(unspent) from scratch_payments join scratch_orders on scratch_orders.order_id = owner_id
      where owner_kind = 'order' and unspent > 0 group by scratch_orders.id;
    insert into scratch_customers (customer_id, current, paid, expired, cancelled, created_at, updated_at)
      select customer_id,
        sum(case when status in ('Unclaimed', 'New') then price else 0 end),
        sum(case when status = 'Paid' then price else 0 end),
        sum(case when status = 'Expired' then price else 0 end),
        sum(case when status = 'Cancelled' then price else 0 end),
        min(created_at), max(updated_at)
      from scratch_orders group by customer_id;
    insert or ignore into scratch_customers (customer_id, created_at, updated_at)
      select customer_id, min(at), min(at) from scratch_links group by customer_id;
    update scratch_customers set credit = owned.amount from (
      select owner_id, sum(unspent) as amount from scratch_payments
      where owner_kind = 'customer' and unspent > 0 group by owner_id
    ) owned where owned.owner_id = scratch_customers.customer_id;`);
}

/** The old server did not pay them, and an import pays nothing: the operator can. */
function noteCoveredOrders({ scratch, findings }: Work): void {
  const rows = scratch.each<{ order_id: string; customer_id: string; price: bigint; amount: bigint }>(
    `select order_id, customer_id, price, amount from scratch_own_money
      join scratch_orders on scratch_orders.id = order_key
      where status = 'New' and amount >= price order by order_key`,
  );
  for (const { order_id: orderId, customer_id: customerId, price, amount } of rows) {
    const said = `order ${orderId} of customer ${customerId}: ${formatTari(amount)} for ${formatTari(price)}`;
    findings.note('covered_not_paid', said);
  }
}

/** Rows that come in the order of their sources, one group after another. */
class Groups<Row extends { source: bigint }> {
  readonly #rows: Iterator<Row>;
  #next: Row | undefined;

  constructor(rows: Iterator<Row>) {
    this.#rows = rows;
    this.#step();
  }

  /** @param source asked for in their order, each once. */
  of(source: bigint): Row[] {
    const group: Row[] = [];
    while (this.#next !== undefined && this.#next.source === source) {
      group.push(this.#next);
      this.#step();
    }
    return group;
  }

  #step(): void {
    const { done, value } = this.#rows.next();
    this.#next = done ? undefined : value;
  }
}
