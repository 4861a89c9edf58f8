import { type Kysely, type SqlBool, sql } from 'kysely';
import { amountOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { EngineTables, LinkKind } from './tables.ts';

/** The sums of a customer's orders by state, in µT. `current` covers Unclaimed and New orders. */
export interface OrderTotals {
  current: MicroTari;
  paid: MicroTari;
  expired: MicroTari;
  cancelled: MicroTari;
}

const NO_TOTALS = { current: 0n, paid: 0n, expired: 0n, cancelled: 0n };

/** A customer's balance due: the sum in µT of claimed but unpaid orders. */
export interface Debtor {
  customerId: string;
  totalOrders: MicroTari;
}

const newRow = (customerId: string, current: bigint, time: string) => ({
  customer_id: customerId,
  total_current: current,
  total_paid: 0n,
  total_expired: 0n,
  total_cancelled: 0n,
  credit: 0n,
  created_at: time,
  updated_at: time,
});

export type CustomerRepository = ReturnType<typeof customerRepository>;

export function customerRepository(database: Kysely<EngineTables>) {
  const insert = preparedQuery<{ customerId: string; time: string }>(database, (value) =>
    database
      .insertInto('customers')
      .values(newRow(value('customerId'), 0n, value('time')))
      .onConflict((conflict) => conflict.doNothing()),
  );
  const upsertCurrent = preparedQuery<{ customerId: string; current: MicroTari; time: string }>(database, (value) =>
    database
      .insertInto('customers')
      .values(newRow(value('customerId'), value('current'), value('time')))
      .onConflict((conflict) =>
        conflict.column('customer_id').doUpdateSet((column) => ({
          total_current: sql<bigint>`customers.total_current + excluded.total_current`,
          updated_at: column.ref('excluded.updated_at'),
        })),
      ),
  );
  const update = preparedQuery<OrderTotals & { customerId: string; time: string }>(database, (value) =>
    database
      .updateTable('customers')
      .set((column) => ({
        total_current: column('total_current', '+', value('current')),
        total_paid: column('total_paid', '+', value('paid')),
        total_expired: column('total_expired', '+', value('expired')),
        total_cancelled: column('total_cancelled', '+', value('cancelled')),
        updated_at: value('time'),
      }))
      .where('customer_id', '=', value('customerId')),
  );

  const updateCredit = preparedQuery<{ customerId: string; amount: bigint; time: string }>(database, (value) =>
    database
      .updateTable('customers')
      .set((column) => ({ credit: column('credit', '+', value('amount')), updated_at: value('time') }))
      .where('customer_id', '=', value('customerId')),
  );
  const selectCredit = preparedQuery<{ customerId: string }, { credit: bigint }>(database, (value) =>
    database.selectFrom('customers').select('credit').where('customer_id', '=', value('customerId')),
  );

  return {
    async ensure(customerId: string, now: Date): Promise<void> {
      await insert({ customerId, time: timeText(now) });
    },

    /** Inserts the customer unless it exists, and adds a new order's price to its current sum. */
    async ensureWithOrder(customerId: string, price: MicroTari, now: Date): Promise<void> {
      await upsertCurrent({ customerId, current: price, time: timeText(now) });
    },

    /** Adds to the customer's sums; amounts may be negative, sums may not. */
    async add(customerId: string, sums: { [Total in keyof OrderTotals]?: bigint }, now: Date): Promise<void> {
      const added = { ...NO_TOTALS, ...sums } as OrderTotals;
      const { numAffectedRows } = await update({ ...added, customerId, time: timeText(now) });
      if (numAffectedRows !== 1n) throw new Error(`Customer ${customerId} is not known`);
    },

    /** Adds to the customer's credit, in the unit of work that moves the money; it may not become negative. */
    async addCredit(customerId: string, amount: bigint, now: Date): Promise<void> {
      const { numAffectedRows } = await updateCredit({ customerId, amount, time: timeText(now) });
      if (numAffectedRows !== 1n) throw new Error(`Customer ${customerId} is not known`);
    },

    /** Up to `limit` customers that an account is linked to, with the kind of the link. */
    async tiedTo(account: AccountId, limit: number): Promise<{ customerId: string; kind: LinkKind }[]> {
      const rows = await database
        .selectFrom('customer_addresses')
        .select(['customer_id', 'kind'])
        .where('account_ordinal', '=', ordinalOf(account))
        .orderBy('customer_id')
        .limit(limit)
        .execute();
      return rows.map(({ customer_id: customerId, kind }) => ({ customerId, kind }));
    },

    /** The customer's credit in µT; 0 for an unknown customer. */
    async credit(customerId: string): Promise<MicroTari> {
      return amountOf((await selectCredit({ customerId })).rows[0]?.credit ?? 0n);
    },

    async totals(customerId: string): Promise<OrderTotals | undefined> {
      const row = await database
        .selectFrom('customers')
        .select(['total_current', 'total_paid', 'total_expired', 'total_cancelled'])
        .where('customer_id', '=', customerId)
        .executeTakeFirst();
      return (
        row && {
          current: amountOf(row.total_current),
          paid: amountOf(row.total_paid),
          expired: amountOf(row.total_expired),
          cancelled: amountOf(row.total_cancelled),
        }
      );
    },

    /** Up to `limit` ids after `after`, sorted, skipping the first `offset`. */
    async ids(after: string, offset: number, limit: number): Promise<string[]> {
      const rows = await database
        .selectFrom('customers')
        .select('customer_id')
        .where('customer_id', '>', after)
        .orderBy('customer_id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map((row) => row.customer_id);
    },

    /** Up to `limit` customers with New orders above zero and ids after `after`, by id. */
    async debtors(after: string, limit: number): Promise<Debtor[]> {
      const rows = await database
        .selectFrom('orders')
        .select(['customer_id', sql<bigint>`cast(sum(total_price) as bigint)`.as('total')])
        // Exactly as in the partial index, which is used only for the identical expression.
        .where(sql<SqlBool>`status || '' = 'New'`)
        .where('customer_id', '>', after)
        .groupBy('customer_id')
        .having(sql`sum(total_price)`, '>', 0n)
        .orderBy('customer_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ customerId: row.customer_id, totalOrders: amountOf(row.total) }));
    },
  };
}
