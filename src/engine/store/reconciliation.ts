import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { EventType } from '#engine/events.ts';
import type { OutboxTables } from '#platform/outbox/store/tables.ts';
import { type EngineTables, type OrderStatus, OWNER_KINDS } from './tables.ts';

/** A place where what is kept beside the journals differs from what they add up to. Amounts in µT, counts as they are. */
export interface JournalDifference {
  /** What was compared. */
  check:
    | 'account_confirmed'
    | 'account_paid'
    | 'account_free_credit'
    | 'account_debt'
    | 'customer_credit'
    | 'order_own_money'
    | 'payment_used'
    | 'settlement_used'
    | 'owner_missing'
    | 'order_settled'
    | 'settlement_type'
    | 'customer_totals'
    | 'order_events'
    | 'payment_events'
    | 'account_index';
  /** The account, order, customer or payment. */
  subject: string;
  /** What the journals say. */
  expected: bigint;
  /** What is kept. */
  found: bigint;
}

/** Where money is, in µT: what is not confirmed, what is left with each kind of owner, and what has paid orders. */
export interface MoneyPlaces {
  unconfirmed: bigint;
  order: bigint;
  customer: bigint;
  account: bigint;
  nobody: bigint;
  settled: bigint;
}

/** What was charged beyond the price of an order, of one address, before the order came here. In µT. */
export interface Overcharge {
  orderId: string;
  customerId: string | null;
  /** The address that it was taken from, or what stood in its place. */
  address: string;
  amount: bigint;
  isReturned: boolean;
}

export type JournalRepository = ReturnType<typeof journalRepository>;

/** Every check answers at most this many differences: one that is systematic need not fill the memory. */
const MAX_DIFFERENCES = 1000;

/** The tables that are looked up by account, with the columns of the account and of its ordinal. */
const FOUND_BY_ACCOUNT = [
  ['customer_addresses', 'account', 'account_ordinal'],
  ['orders', 'claimed_by', 'claimant_ordinal'],
  ['payments', 'account', 'account_ordinal'],
  ['settlements', 'account', 'account_ordinal'],
  ['order_claims', 'account', 'account_ordinal'],
] as const;

/**
 * The audit's sums, computed from the journals alone. Each costs one pass over its tables, so they belong into
 * `taritools audit` and tests, never into a request. Both sides of a comparison are looked at in full, so that a row
 * that is missing altogether is a difference too.
 */
export function journalRepository(database: Kysely<EngineTables & Pick<OutboxTables, 'events'>>) {
  /**
   * Adds up what is expected of each subject and what is found of it, and answers those where the two differ. The sides
   * are put one below the other and added up in one pass: SQLite joins two sums by comparing every row with every other.
   * @param sides selects of `subject`, `expected` and `found`.
   */
  const differences = async (
    check: JournalDifference['check'],
    sides: readonly RawBuilder<unknown>[],
  ): Promise<JournalDifference[]> => {
    const { rows } = await sql<{ subject: string; expected: bigint; found: bigint }>`
      select subject, cast(sum(expected) as bigint) as expected, cast(sum(found) as bigint) as found
      from (${sql.join(sides, sql` union all `)}) sides
      group by subject having sum(expected) <> sum(found) limit ${MAX_DIFFERENCES}`.execute(database);
    return rows.map((row) => ({ check, ...row }));
  };

  /** Compares how often events of the type were appended with how often they were to be: `expected` of each subject. */
  const announced = (check: JournalDifference['check'], type: EventType, expected: RawBuilder<unknown>) =>
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

    /** What an account owes is what payments by hand took from it that was not there. */
    debts: () =>
      differences('account_debt', [
        sql`select account as subject, owed as expected, 0 as found from payments
            where owed > 0 and account is not null`,
        sql`select account, 0, debt from accounts where debt > 0`,
      ]),

    /** What each owner has is what is left of its payments. */
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
          sql`select ${sql.ref(id)}, 0, ${sql.ref(column)} from ${sql.table(table)}`,
        ];
        found.push(...(await differences(check, sides)));
      }
      return found;
    },

    /** Every µT that came in is used, or left, and in no second place; what was taken back was taken out of payments. */
    usedPayments: () =>
      differences('payment_used', [
        sql`select txid as subject, amount as expected, unspent as found from payments
          where status = 'confirmed' and amount > 0`,
        sql`select txid, 0, amount from payment_uses`,
        sql`select txid, -amount, owed from payments where amount < 0`,
        sql`select taken_by, 0, amount from payment_uses where taken_by is not null`,
      ]),

    /** Each settlement was paid out of payments, and they say so. */
    usedBySettlements: () =>
      differences('settlement_used', [
        sql`select cast(id as text) as subject, amount as expected, 0 as found from settlements`,
        sql`select cast(settlement_id as text), 0, amount from payment_uses where settlement_id is not null`,
      ]),

    /** What is left of a payment that names no order is its sender's or somebody's by hand, where there is a sender. */
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
      const places = { unconfirmed: 0n, order: 0n, customer: 0n, account: 0n, nobody: 0n };
      return {
        ...places,
        ...Object.fromEntries(rows.map((row) => [row.place, row.amount])),
        settled: settled?.amount ?? 0n,
      };
    },

    /** A Paid order is settled with its price, every other with nothing. */
    settledByOrder: () =>
      differences('order_settled', [
        sql`select order_id as subject, total_price as expected, 0 as found from orders where status = 'Paid'`,
        sql`select order_id, 0, amount from settlements`,
      ]),

    /** One entry is `single`, several for one order are `multiple`. */
    settlementTypes: async () => {
      const { rows } = await sql<{ subject: string; expected: bigint; found: bigint }>`
        select order_id as subject, cast(case when count(*) = 1 then 1 else 0 end as bigint) as expected,
          cast(sum(case when settlement_type = 'single' then 1 else 0 end) as bigint) as found
        from settlements group by order_id
        having sum(case when settlement_type = 'single' then 1 else 0 end) <> case when count(*) = 1 then 1 else 0 end
        limit ${MAX_DIFFERENCES}`.execute(database);
      return rows.map((row) => ({ check: 'settlement_type' as const, ...row }));
    },

    /** The sums that are kept for a customer equal those of its orders in the given states. */
    totalsByCustomer: (total: 'current' | 'paid' | 'expired' | 'cancelled', statuses: readonly OrderStatus[]) =>
      differences('customer_totals', [
        sql`select customer_id as subject, total_price as expected, 0 as found from orders
            where status in (${sql.join(statuses)})`,
        sql`select customer_id, 0, ${sql.ref(`total_${total}`)} from customers`,
      ]),

    /**
     * Each order was announced once, each Paid one was announced as paid once, and nothing else was. What came from
     * another server was announced there.
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
     * Each payment on the chain was announced when it came, once more when it was confirmed, and nothing else was. A
     * manual one counts from the start, and was announced as confirmed alone. What came from another server was announced
     * there, and its corrections never were.
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

    /** Whatever is an account's is found by the ordinal of that account, and nothing else is. */
    foundByAccount: async () => {
      const found: JournalDifference[] = [];
      for (const [table, account, ordinal] of FOUND_BY_ACCOUNT) {
        const sides = [
          sql`select ${sql.ref(account)} as subject, 1 as expected, 0 as found from ${sql.table(table)}
              where ${sql.ref(account)} is not null`,
          sql`select accounts.account, 0, 1 from ${sql.table(table)}
              join accounts on accounts.ordinal = ${sql.ref(`${table}.${ordinal}`)}`,
        ];
        found.push(...(await differences('account_index', sides)));
      }
      return found;
    },

    /** What another server had charged beyond the price of orders, as the import found it: the sums and each of them. */
    overcharges: () => overchargesIn(database),

    /** How many rows the journals hold. */
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
