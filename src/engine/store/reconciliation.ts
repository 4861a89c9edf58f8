import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { EventPayloads } from '#engine/events.ts';
import type { OutboxTables } from '#platform/outbox/store/tables.ts';
import { type EngineTables, type OrderStatus, OWNER_KINDS } from './tables.ts';

/** A stored value that differs from the sum of the journals. Amounts in µT, counts as they are. */
export interface JournalDifference {
  /** The check that found it. */
  check:
    | 'account_confirmed'
    | 'account_paid'
    | 'account_paid_out'
    | 'account_free_credit'
    | 'account_debt'
    | 'customer_credit'
    | 'order_own_money'
    | 'payment_used'
    | 'settlement_used'
    | 'settlement_refunded'
    | 'order_refunded'
    | 'owner_missing'
    | 'order_settled'
    | 'settlement_type'
    | 'customer_totals'
    | 'order_events'
    | 'payment_events'
    | 'account_index';
  /** The account, order, customer or payment. */
  subject: string;
  /** According to the journals. */
  expected: bigint;
  /** The stored value. */
  found: bigint;
}

/** Where money is, in µT: unconfirmed, unspent by kind of owner, and spent on orders. */
export interface MoneyPlaces {
  unconfirmed: bigint;
  order: bigint;
  customer: bigint;
  account: bigint;
  nobody: bigint;
  /** What has paid orders and was neither given back nor swept. */
  settled: bigint;
  /** Given back, swept, or about to be. */
  paidOut: bigint;
}

/** What another server had charged an address beyond the price of an order before the import. In µT. */
export interface Overcharge {
  orderId: string;
  customerId: string | null;
  /** The address that it was taken from, or the text in its place. */
  address: string;
  amount: bigint;
  isReturned: boolean;
}

export type JournalRepository = ReturnType<typeof journalRepository>;

/** Every check returns at most this many differences, so that a systematic error does not fill the memory. */
const MAX_DIFFERENCES = 1000;

/** The tables with lookups by account, with the columns of the account and its ordinal. */
const FOUND_BY_ACCOUNT = [
  ['customer_addresses', 'account', 'account_ordinal'],
  ['orders', 'claimed_by', 'claimant_ordinal'],
  ['payments', 'account', 'account_ordinal'],
  ['settlements', 'account', 'account_ordinal'],
  ['order_claims', 'account', 'account_ordinal'],
] as const;

/**
 * The sums of the reconciliation, computed from the journals alone. Each takes a full pass over its tables, so they belong
 * in `taritools audit` and tests, never in a request. Both sides of a comparison are read in full, so that a missing row
 * is a difference too.
 */
export function journalRepository(database: Kysely<EngineTables & Pick<OutboxTables, 'events'>>) {
  /**
   * Sums the expected and found amounts of each subject, and returns the subjects where the two differ. The sides are
   * combined by a union and summed in one pass: SQLite would join two sums by comparing every row with every other.
   * @param sides selects of `subject`, `expected` and `found`.
   */
  const differences = async (
    check: JournalDifference['check'],
    sides: readonly RawBuilder<unknown>[],
  ): Promise<JournalDifference[]> => {
    const { rows } = await sql<{ subject: string; expected: bigint; found: bigint }>`
      select cast(subject as text) as subject, cast(sum(expected) as bigint) as expected, cast(sum(found) as bigint) as found
      from (${sql.join(sides, sql` union all `)}) sides
      group by subject having sum(expected) <> sum(found) limit ${MAX_DIFFERENCES}`.execute(database);
    return rows.map((row) => ({ check, ...row }));
  };

  /** Compares the number of events of a type with the `expected` number for each subject. */
  const announced = (check: JournalDifference['check'], type: keyof EventPayloads, expected: RawBuilder<unknown>) =>
    differences(check, [expected, sql`select subject, 0 as expected, 1 as found from events where type = ${type}`]);

  return {
    confirmedByAccount: () =>
      differences('account_confirmed', [
        sql`select account as subject, amount as expected, 0 as found from payments
            where status = 'confirmed' and account is not null`,
        sql`select account, 0, total_confirmed from accounts`,
      ]),

    paidByAccount: () =>
      differences('account_paid', [
        sql`select account as subject, amount as expected, 0 as found from settlements where account is not null`,
        sql`select account, 0, total_paid from accounts`,
      ]),

    /** What went out of the unspent parts of its payments, and has not come back. */
    paidOutByAccount: () =>
      differences('account_paid_out', [
        sql`select payments.account as subject, entries.amount as expected, 0 as found from payout_entries entries
            join payments on payments.txid = entries.txid
            where entries.settlement_id is null and payments.account is not null`,
        sql`select account, 0, total_paid_out from accounts where total_paid_out <> 0`,
      ]),

    /** What was given back of each order. No more than its price: the database refuses that. */
    refundedByOrder: () =>
      differences('order_refunded', [
        sql`select settlements.order_id as subject, entries.amount as expected, 0 as found from payout_entries entries
            join settlements on settlements.id = entries.settlement_id`,
        sql`select order_id, 0, refunded from orders where refunded <> 0`,
      ]),

    /** No more was given back of what a payment paid of an order than it paid, and nothing that an operator credited. */
    refundedOfSettlements: async () => {
      const { rows } = await sql<{ subject: string; expected: bigint; found: bigint }>`
        select entries.txid as subject,
          cast(coalesce((select sum(uses.amount) from payment_uses uses join payments on payments.txid = uses.txid
            where uses.txid = entries.txid and uses.settlement_id = entries.settlement_id
              and payments.payment_type = 'on_chain'), 0) as bigint) as expected,
          cast(sum(entries.amount) as bigint) as found
        from payout_entries entries where entries.settlement_id is not null
        group by entries.txid, entries.settlement_id`.execute(database);
      return rows
        .filter(({ expected, found }) => found < 0n || found > expected)
        .slice(0, MAX_DIFFERENCES)
        .map((row) => ({ check: 'settlement_refunded' as const, ...row }));
    },

    /** An account's debt is what manual payments took from it beyond its balance. */
    debts: () =>
      differences('account_debt', [
        sql`select account as subject, owed as expected, 0 as found from payments
            where owed > 0 and account is not null`,
        sql`select account, 0, debt from accounts where debt > 0`,
      ]),

    /** Each owner's balance is the unspent part of its payments. */
    ownedMoney: async () => {
      const kept = {
        account: ['account_free_credit', 'accounts', 'account', 'free_credit'],
        customer: ['customer_credit', 'customers', 'customer_id', 'credit'],
        order: ['order_own_money', 'orders', 'order_id', 'own_money'],
      } as const;
      const found: JournalDifference[] = [];
      for (const kind of OWNER_KINDS) {
        const [check, table, id, column] = kept[kind];
        const sides = [
          sql`select owner_id as subject, unspent as expected, 0 as found from payments
            where owner_kind = ${kind} and unspent > 0`,
          sql`select ${sql.ref(id)}, 0, ${sql.ref(column)} from ${sql.table(table)} where ${sql.ref(column)} <> 0`,
        ];
        found.push(...(await differences(check, sides)));
      }
      return found;
    },

    /** Every µT received is either spent or unspent, exactly once; money taken back was taken from payments. */
    usedPayments: () =>
      differences('payment_used', [
        sql`select txid as subject, amount as expected, unspent as found from payments
          where status = 'confirmed' and amount > 0`,
        sql`select txid, 0, amount from payment_uses`,
        sql`select txid, -amount, owed from payments where amount < 0`,
        sql`select taken_by, 0, amount from payment_uses where taken_by is not null`,
        sql`select txid, 0, amount from payout_entries where settlement_id is null and txid is not null`,
      ]),

    /** Each settlement was paid from payments that record it. */
    usedBySettlements: () =>
      differences('settlement_used', [
        sql`select id as subject, amount as expected, 0 as found from settlements`,
        sql`select settlement_id, 0, amount from payment_uses where settlement_id is not null`,
      ]),

    /** If a payment has a sender and names no order, its unspent part belongs to the sender or to an assigned owner. */
    ownerless: () =>
      differences('owner_missing', [
        sql`select txid as subject, 0 as expected, unspent as found from payments
          where unspent > 0 and owner_kind is null and order_id is null and account is not null`,
      ]),

    /** Where all money is, in µT. */
    async whereMoneyIs(): Promise<MoneyPlaces> {
      const { rows } = await sql<{ place: keyof MoneyPlaces; amount: bigint }>`
        select case when status = 'received' then 'unconfirmed' else coalesce(owner_kind, 'nobody') end as place,
          cast(sum(case when status = 'received' then amount else unspent end) as bigint) as amount
        from payments where status = 'received' or unspent > 0 group by 1`.execute(database);
      const [settled] = (
        await sql<{ amount: bigint }>`select cast(coalesce(sum(amount), 0) as bigint) as amount
          from settlements`.execute(database)
      ).rows;
      const [out] = (
        await sql<{ paid_out: bigint; of_settled: bigint }>`
          select cast(coalesce(sum(amount), 0) as bigint) as paid_out,
            cast(coalesce(sum(case when settlement_id is not null or kind = 'sweep' then amount else 0 end), 0) as bigint)
              as of_settled
          from payout_entries`.execute(database)
      ).rows;
      const places = { unconfirmed: 0n, order: 0n, customer: 0n, account: 0n, nobody: 0n };
      return {
        ...places,
        ...Object.fromEntries(rows.map((row) => [row.place, row.amount])),
        settled: (settled?.amount ?? 0n) - (out?.of_settled ?? 0n),
        paidOut: out?.paid_out ?? 0n,
      };
    },

    /** A Paid order is settled with its price, all others with nothing. */
    settledByOrder: () =>
      differences('order_settled', [
        sql`select order_id as subject, total_price as expected, 0 as found from orders where status = 'Paid'`,
        sql`select order_id, 0, amount from settlements`,
      ]),

    /** A single entry is `single`; several for one order are `multiple`. */
    settlementTypes: async () => {
      const { rows } = await sql<{ subject: string; expected: bigint; found: bigint }>`
        select order_id as subject, cast(case when count(*) = 1 then 1 else 0 end as bigint) as expected,
          cast(sum(case when settlement_type = 'single' then 1 else 0 end) as bigint) as found
        from settlements group by order_id
        having sum(case when settlement_type = 'single' then 1 else 0 end) <> case when count(*) = 1 then 1 else 0 end
        limit ${MAX_DIFFERENCES}`.execute(database);
      return rows.map((row) => ({ check: 'settlement_type' as const, ...row }));
    },

    /** A customer's stored sums equal those of its orders in the given states. */
    totalsByCustomer: (total: 'current' | 'paid' | 'expired' | 'cancelled', statuses: readonly OrderStatus[]) =>
      differences('customer_totals', [
        sql`select customer_id as subject, total_price as expected, 0 as found from orders
            where status in (${sql.join(statuses)})`,
        sql`select customer_id, 0, ${sql.ref(`total_${total}`)} from customers`,
      ]),

    /**
     * Each order was announced once, each Paid one was announced as paid once, and nothing else. Imported orders were
     * announced by the other server.
     */
    orderEvents: async () => [
      ...(await announced(
        'order_events',
        'NewOrder',
        sql`select order_id as subject, 1 as expected, 0 as found from orders where imported_as is null`,
      )),
      ...(await announced(
        'order_events',
        'OrderPaid',
        sql`select order_id as subject, 1 as expected, 0 as found from orders
          where status = 'Paid' and coalesce(imported_as, '') <> 'Paid'`,
      )),
    ],

    /**
     * Each payment on the chain was announced when it arrived and again when it was confirmed, and nothing else. A manual
     * one is credited immediately and was only announced as confirmed. Imported payments were announced by the other server,
     * and their corrections never.
     */
    paymentEvents: async () => [
      ...(await announced(
        'payment_events',
        'PaymentReceived',
        sql`select txid as subject, 1 as expected, 0 as found from payments
          where payment_type = 'on_chain' and imported_as is null`,
      )),
      ...(await announced(
        'payment_events',
        'PaymentConfirmed',
        sql`select txid as subject, 1 as expected, 0 as found from payments
          where status = 'confirmed' and coalesce(imported_as, 'received') = 'received'`,
      )),
    ],

    /** Lookups by an account's ordinal find exactly the rows of that account, checked row by row. */
    foundByAccount: async () => {
      const found: JournalDifference[] = [];
      for (const [table, account, ordinal] of FOUND_BY_ACCOUNT) {
        const own = sql.ref(`${table}.${account}`);
        const others = sql`${sql.table(table)} left join accounts on accounts.ordinal = ${sql.ref(`${table}.${ordinal}`)}
          where accounts.account is distinct from ${own}`;
        // Both sides are about such rows, of which there are hardly ever any: one pass instead of two with a sort.
        const { rows } = await sql`select 1 from ${others} limit 1`.execute(database);
        if (rows.length === 0) continue;
        const sides = [
          sql`select ${own} as subject, 1 as expected, 0 as found from ${others} and ${own} is not null`,
          sql`select accounts.account, 0, 1 from ${others} and accounts.account is not null`,
        ];
        found.push(...(await differences('account_index', sides)));
      }
      return found;
    },

    /** What another server had charged beyond the prices of orders, as the import found it: the sums and the details. */
    overcharges: () => overchargesIn(database),

    /** The number of rows of the journals. */
    async counts(): Promise<{
      orders: number;
      payments: number;
      settlements: number;
      accounts: number;
      events: number;
    }> {
      const countOf = async (table: 'orders' | 'payments' | 'settlements' | 'accounts' | 'events') => {
        const row = await database
          .selectFrom(table)
          .select((count) => count.fn.countAll<bigint>().as('count'))
          .executeTakeFirstOrThrow();
        return Number(row.count);
      };
      return {
        orders: await countOf('orders'),
        payments: await countOf('payments'),
        settlements: await countOf('settlements'),
        accounts: await countOf('accounts'),
        events: await countOf('events'),
      };
    },
  };
}

async function overchargesIn(database: Kysely<EngineTables>): Promise<Overcharge[]> {
  const rows = await database
    .selectFrom('payments')
    .leftJoin('orders', 'orders.order_id', 'payments.order_id')
    .select(['payments.txid', 'payments.order_id', 'orders.customer_id', 'payments.sender', 'payments.amount'])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('payments as back')
          .select('back.txid')
          .where('back.txid', '=', sql<string>`payments.txid || ':returned'`)
          .where('back.imported_as', '=', 'overcharge_returned'),
      ).as('is_returned'),
    )
    .where('payments.imported_as', '=', 'overcharge')
    .orderBy('orders.id')
    .orderBy('payments.txid')
    .execute();
  return rows.map((row) => ({
    orderId: row.order_id ?? '',
    customerId: row.customer_id,
    address: row.sender,
    amount: -row.amount,
    isReturned: Boolean(Number(row.is_returned)),
  }));
}
