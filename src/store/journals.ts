import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { EventType, OrderStatus, Tables } from './database.ts';

/** A place where what is kept beside the journals differs from what they add up to. Amounts in µT, counts as they are. */
export interface JournalDifference {
  /** What was compared. */
  check:
    | 'account_confirmed'
    | 'account_paid'
    | 'order_settled'
    | 'settlement_type'
    | 'customer_totals'
    | 'order_events'
    | 'payment_events';
  /** The account, order, customer or payment. */
  subject: string;
  /** What the journals say. */
  expected: bigint;
  /** What is kept. */
  found: bigint;
}

export type JournalRepository = ReturnType<typeof journalRepository>;

/** Every check answers at most this many differences: one that is systematic need not fill the memory. */
const MOST_DIFFERENCES = 1000;

/**
 * The audit's sums, computed from the journals alone. Each costs one pass over its tables, so they belong into
 * `taritools audit` and tests, never into a request. Both sides of a comparison are looked at in full, so that a row
 * that is missing altogether is a difference too.
 */
export function journalRepository(database: Kysely<Tables>) {
  const differences = async (
    check: JournalDifference['check'],
    query: ReturnType<typeof sql<{ subject: string; expected: bigint; found: bigint }>>,
  ): Promise<JournalDifference[]> => {
    const { rows } = await query.execute(database);
    return rows.map((row) => ({ check, subject: row.subject, expected: row.expected, found: row.found }));
  };

  /**
   * Compares how often an event of the type was appended with how often it was to be.
   * @param subjects every subject that there is, and how many events of it are expected.
   */
  const announced = (check: JournalDifference['check'], type: EventType, subjects: RawBuilder<unknown>) =>
    differences(
      check,
      sql`select coalesce(s.subject, e.subject) as subject, cast(coalesce(s.expected, 0) as bigint) as expected,
            cast(coalesce(e.total, 0) as bigint) as found
          from (${subjects}) s
          full join (select subject, count(*) as total from events where type = ${type} group by subject) e
            on e.subject = s.subject
          where s.subject is null or coalesce(e.total, 0) <> s.expected limit ${MOST_DIFFERENCES}`,
    );

  return {
    confirmedByAccount: () =>
      differences(
        'account_confirmed',
        sql`select coalesce(a.account, p.account) as subject, cast(coalesce(p.total, 0) as bigint) as expected,
              cast(coalesce(a.total_confirmed, 0) as bigint) as found
            from accounts a
            full join (select account, sum(amount) as total from payments where status = 'confirmed' group by account) p
              on p.account = a.account
            where coalesce(a.total_confirmed, 0) <> coalesce(p.total, 0) limit ${MOST_DIFFERENCES}`,
      ),

    paidByAccount: () =>
      differences(
        'account_paid',
        sql`select coalesce(a.account, s.account) as subject, cast(coalesce(s.total, 0) as bigint) as expected,
              cast(coalesce(a.total_paid, 0) as bigint) as found
            from accounts a
            full join (select account, sum(amount) as total from settlements group by account) s on s.account = a.account
            where coalesce(a.total_paid, 0) <> coalesce(s.total, 0) limit ${MOST_DIFFERENCES}`,
      ),

    /** A Paid order is settled with its price, every other with nothing. */
    settledByOrder: () =>
      differences(
        'order_settled',
        sql`select coalesce(o.order_id, s.order_id) as subject,
              cast(case when o.status = 'Paid' then o.total_price else 0 end as bigint) as expected,
              cast(coalesce(s.total, 0) as bigint) as found
            from orders o
            full join (select order_id, sum(amount) as total from settlements group by order_id) s
              on s.order_id = o.order_id
            where coalesce(s.total, 0) <> case when o.status = 'Paid' then o.total_price else 0 end
            limit ${MOST_DIFFERENCES}`,
      ),

    /** One entry is `single`, several for one order are `multiple`. */
    settlementTypes: () =>
      differences(
        'settlement_type',
        sql`select order_id as subject, cast(count(*) as bigint) as expected,
              cast(sum(case when settlement_type = 'single' then 1 else 0 end) as bigint) as found
            from settlements group by order_id
            having (count(*) = 1) <> (sum(case when settlement_type = 'single' then 1 else 0 end) = 1)
              or (count(*) > 1 and sum(case when settlement_type = 'single' then 1 else 0 end) > 0)
            limit ${MOST_DIFFERENCES}`,
      ),

    /** The sums that are kept for a customer equal those of its orders in the given states. */
    totalsByCustomer: (total: 'current' | 'paid' | 'expired' | 'cancelled', statuses: readonly OrderStatus[]) =>
      differences(
        'customer_totals',
        sql`select coalesce(c.customer_id, o.customer_id) as subject, cast(coalesce(o.total, 0) as bigint) as expected,
              cast(coalesce(c.${sql.ref(`total_${total}`)}, 0) as bigint) as found
            from customers c
            full join (select customer_id, sum(total_price) as total from orders
                       where status in (${sql.join(statuses)}) group by customer_id) o
              on o.customer_id = c.customer_id
            where coalesce(c.${sql.ref(`total_${total}`)}, 0) <> coalesce(o.total, 0) limit ${MOST_DIFFERENCES}`,
      ),

    /** Each order was announced once, each Paid one was announced as paid once, and nothing else was. */
    orderEvents: async () => [
      ...(await announced('order_events', 'NewOrder', sql`select order_id as subject, 1 as expected from orders`)),
      ...(await announced(
        'order_events',
        'OrderPaid',
        sql`select order_id as subject, case when status = 'Paid' then 1 else 0 end as expected from orders`,
      )),
    ],

    /**
     * Each payment on the chain was announced when it came, once more when it was confirmed, and nothing else was. A
     * manual one counts from the start, and was announced as confirmed alone.
     */
    paymentEvents: async () => [
      ...(await announced(
        'payment_events',
        'PaymentReceived',
        sql`select txid as subject, case when payment_type = 'on_chain' then 1 else 0 end as expected from payments`,
      )),
      ...(await announced(
        'payment_events',
        'PaymentConfirmed',
        sql`select txid as subject, case when status = 'confirmed' then 1 else 0 end as expected from payments`,
      )),
    ],

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
