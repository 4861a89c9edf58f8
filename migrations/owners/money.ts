import { sql } from 'kysely';
import type { AccountId } from '#tari/address.ts';
import { accountOf } from '#tari/address.ts';
import { isCustomerAccount, syntheticAddressOf } from '#tari/synthetic-address.ts';
import type { MigrationDatabase } from '../schema.ts';
import { type Attribution, attribute, type OldPayment, type OldSpending } from './attribution.ts';

/** Whose the credit is that a database holds. */

type OwnerKind = 'order' | 'customer' | 'account' | 'nobody';

export type MoneyCounts = Readonly<Record<OwnerKind, { payments: number; amount: bigint }>>;

/** So many accounts are looked at in one go, with all that they paid. */
const ACCOUNTS_AT_ONCE = 500;
/** In one statement. A row of the journal has five values, and a statement may have thousands. */
const ROWS_AT_ONCE = 500;

interface PaymentRow {
  txid: string;
  account: string | null;
  amount: bigint;
  order_id: string | null;
  payment_type: string;
  created_at: string;
  updated_at: string;
}

interface OrderRow {
  order_id: string;
  alt_id: string | null;
  customer_id: string;
  status: string;
  updated_at: string;
}

interface Owner {
  kind: Exclude<OwnerKind, 'nobody'>;
  id: string;
  isLate: boolean;
}

export async function giveMoneyItsOwners(database: MigrationDatabase): Promise<MoneyCounts> {
  const counts = {
    order: { payments: 0, amount: 0n },
    customer: { payments: 0, amount: 0n },
    account: { payments: 0, amount: 0n },
    nobody: { payments: 0, amount: 0n },
  };
  const { last } = (await sql<{ last: bigint | null }>`select max(ordinal) as last from accounts`.execute(database))
    .rows[0] ?? { last: null };
  for (let first = 1n; first <= BigInt(last ?? 0); first += BigInt(ACCOUNTS_AT_ONCE)) {
    const end = first + BigInt(ACCOUNTS_AT_ONCE);
    const payments = await paymentsOf(database, sql`account_ordinal >= ${first} and account_ordinal < ${end}`);
    const settlements = await settlementsOf(database, first, end);
    await giveSome(database, payments, settlements, counts);
  }
  await giveSome(database, await paymentsOf(database, sql`account is null`), [], counts);
  return counts;
}

async function paymentsOf(database: MigrationDatabase, which: ReturnType<typeof sql>): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`select txid, account, amount, order_id, payment_type, created_at, updated_at
    from payments where status = 'confirmed' and ${which} order by created_at, txid`.execute(database);
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}

interface SettlementRow {
  id: bigint;
  account: string;
  order_id: string;
  amount: bigint;
  created_at: string;
}

async function settlementsOf(database: MigrationDatabase, first: bigint, end: bigint): Promise<SettlementRow[]> {
  const { rows } = await sql<SettlementRow>`select id, account, order_id, amount, created_at from settlements
    where account_ordinal >= ${first} and account_ordinal < ${end} order by id`.execute(database);
  return rows.map((row) => ({ ...row, id: BigInt(row.id), amount: BigInt(row.amount) }));
}

/** Gives the money of some accounts its owners. */
async function giveSome(
  database: MigrationDatabase,
  payments: readonly PaymentRow[],
  settlements: readonly SettlementRow[],
  counts: Record<OwnerKind, { payments: number; amount: bigint }>,
): Promise<void> {
  if (payments.length === 0) return;
  const orders = await ordersNamed(database, payments);
  const made = await madeFor(database, payments);
  const uses: UseRow[] = [];
  const gains = new Map<string, { owner: Owner; amount: bigint }>();
  for (const [account, rows] of grouped(payments)) {
    const rowOf = new Map(rows.map((row) => [row.txid, row]));
    const { uses: found, left } = attributionOf(
      rows,
      settlements.filter((each) => each.account === account),
      orders,
    );
    uses.push(...found);
    for (const [{ txid }, amount] of left) {
      const row = rowOf.get(txid);
      if (row === undefined || amount === 0n) continue;
      const owner = ownerOf(row, orders, made);
      await keepOwner(database, txid, amount, owner);
      const count = counts[owner?.kind ?? 'nobody'];
      count.payments += 1;
      count.amount += amount;
      if (owner === undefined) continue;
      const key = `${owner.kind} ${owner.id}`;
      gains.set(key, { owner, amount: (gains.get(key)?.amount ?? 0n) + amount });
    }
  }
  for (let index = 0; index < uses.length; index += ROWS_AT_ONCE) {
    await database
      .insertInto('payment_uses')
      .values(uses.slice(index, index + ROWS_AT_ONCE))
      .execute();
  }
  for (const { owner, amount } of gains.values()) await addTo(database, owner, amount);
}

interface UseRow {
  txid: string;
  settlement_id: bigint | null;
  taken_by: string | null;
  amount: bigint;
  created_at: string;
}

function grouped(payments: readonly PaymentRow[]): Map<string | null, PaymentRow[]> {
  const groups = new Map<string | null, PaymentRow[]>();
  for (const row of payments) {
    const group = groups.get(row.account);
    if (group === undefined) groups.set(row.account, [row]);
    else group.push(row);
  }
  return groups;
}

function attributionOf(
  rows: readonly PaymentRow[],
  settlements: readonly SettlementRow[],
  orders: Orders,
): { uses: UseRow[]; left: Attribution['left'] } {
  const incoming: OldPayment[] = [];
  const spendings: (OldSpending & { row: Pick<UseRow, 'settlement_id' | 'taken_by' | 'created_at'> })[] = [];
  for (const { txid, amount, order_id: named, created_at, updated_at } of rows) {
    const at = timeOf(updated_at);
    if (amount > 0n) incoming.push({ txid, amount, at, orderId: orders.meant(named)?.order_id });
    else {
      const row = { settlement_id: null, taken_by: txid, created_at };
      spendings.push({ id: txid, amount: -amount, at, orderId: undefined, row });
    }
  }
  for (const { id, order_id: orderId, amount, created_at } of settlements) {
    const row = { settlement_id: id, taken_by: null, created_at };
    spendings.push({ id: `settlement ${id}`, amount, at: timeOf(created_at), orderId, row });
  }
  const { uses, left } = attribute(incoming, spendings);
  const rowOf = new Map(spendings.map((spending) => [spending.id, spending.row]));
  return {
    left,
    uses: uses.flatMap(({ txid, spending, amount }) => {
      const row = rowOf.get(spending.id);
      return row === undefined ? [] : [{ txid, amount, ...row }];
    }),
  };
}

/** Whose what is left of a payment is; undefined where nothing says. */
function ownerOf(
  { account, order_id: named, payment_type: type, updated_at: updatedAt }: PaymentRow,
  orders: Orders,
  made: ReadonlyMap<string, string>,
): Owner | undefined {
  const customer = type === 'manual' && account !== null ? made.get(account) : undefined;
  if (customer !== undefined) return { kind: 'customer', id: customer, isLate: false };
  if (named === null) {
    const isAccount = account !== null && !isCustomerAccount(account as AccountId);
    return isAccount ? { kind: 'account', id: account, isLate: false } : undefined;
  }
  const order = orders.meant(named);
  if (order === undefined) return undefined;
  const { order_id: id, customer_id: customerId, status, updated_at: closedAt } = order;
  if (status === 'Unclaimed' || status === 'New') return { kind: 'order', id, isLate: false };
  const isLate = status !== 'Paid' || timeOf(updatedAt) > timeOf(closedAt);
  return { kind: 'customer', id: customerId, isLate };
}

/** The orders that payments name, by their ids or by names that one order bears. */
class Orders {
  readonly #byId = new Map<string, OrderRow>();
  readonly #byName = new Map<string, OrderRow[]>();

  constructor(rows: readonly OrderRow[]) {
    for (const row of rows) {
      this.#byId.set(row.order_id, row);
      if (row.alt_id !== null) this.#byName.set(row.alt_id, [...(this.#byName.get(row.alt_id) ?? []), row]);
    }
  }

  meant(named: string | null): OrderRow | undefined {
    if (named === null) return undefined;
    const byId = this.#byId.get(named);
    if (byId !== undefined) return byId;
    for (const name of [named, spelledOtherwise(named)]) {
      const bearing = this.#byName.get(name) ?? [];
      const open = bearing.filter(({ status }) => status === 'Unclaimed' || status === 'New');
      const candidates = open.length > 0 ? open : bearing;
      if (candidates.length > 0) return candidates.length === 1 ? candidates[0] : undefined;
    }
    return undefined;
  }
}

async function ordersNamed(database: MigrationDatabase, payments: readonly PaymentRow[]): Promise<Orders> {
  const named = new Set(
    payments.flatMap(({ order_id: name }) => (name === null ? [] : [name, spelledOtherwise(name)])),
  );
  const names = [...named];
  const rows: OrderRow[] = [];
  for (let index = 0; index < names.length; index += ROWS_AT_ONCE) {
    const some = names.slice(index, index + ROWS_AT_ONCE);
    const query = (column: string) =>
      database
        .selectFrom('orders')
        .select(['order_id', 'alt_id', 'customer_id', 'status', 'updated_at'])
        .where(column, 'in', some)
        .execute();
    rows.push(...(await query('order_id')), ...(await query('alt_id')));
  }
  const unique = new Map(rows.map((row) => [row.order_id, row]));
  return new Orders([...unique.values()]);
}

function spelledOtherwise(name: string): string {
  return name.startsWith('#') ? name.slice(1) : `#${name}`;
}

/** The customers whom credit notes were made for, by their made accounts. */
async function madeFor(database: MigrationDatabase, payments: readonly PaymentRow[]): Promise<Map<string, string>> {
  const accounts = new Set<string>();
  for (const { account } of payments) {
    if (account !== null && isCustomerAccount(account as AccountId)) accounts.add(account);
  }
  const made = new Map<string, string>();
  const all = [...accounts];
  for (let index = 0; index < all.length; index += ROWS_AT_ONCE) {
    const links: { customer_id: string; account: string }[] = await database
      .selectFrom('customer_addresses')
      .select(['customer_id', 'account'])
      .where('account', 'in', all.slice(index, index + ROWS_AT_ONCE))
      .execute();
    for (const { customer_id: customerId, account } of links) {
      if (accountOf(syntheticAddressOf(customerId)) === account) made.set(account, customerId);
    }
  }
  return made;
}

async function keepOwner(
  database: MigrationDatabase,
  txid: string,
  unspent: bigint,
  owner: Owner | undefined,
): Promise<void> {
  await database
    .updateTable('payments')
    .set({
      unspent,
      owner_kind: owner?.kind ?? null,
      owner_id: owner?.id ?? null,
      is_late: owner?.isLate ? 1n : 0n,
    })
    .where('txid', '=', txid)
    .execute();
}

async function addTo(database: MigrationDatabase, { kind, id }: Owner, amount: bigint): Promise<void> {
  if (kind === 'order') {
    await sql`update orders set own_money = own_money + ${amount} where order_id = ${id}`.execute(database);
  } else if (kind === 'customer') {
    await sql`update customers set credit = credit + ${amount} where customer_id = ${id}`.execute(database);
  } else {
    await sql`update accounts set free_credit = free_credit + ${amount} where account = ${id}`.execute(database);
  }
}

function timeOf(text: string): number {
  return new Date(text).getTime();
}
