import type { Kysely } from 'kysely';
import type { MicroTari } from '../tari/micro-tari.ts';
import type { Tables } from './database.ts';
import { amountOf, timeText } from './values.ts';

/** The sums of a customer's orders by state, in µT. Current are those that are Unclaimed or New. */
export interface OrderTotals {
  current: MicroTari;
  paid: MicroTari;
  expired: MicroTari;
  cancelled: MicroTari;
}

export type CustomerRepository = ReturnType<typeof customerRepository>;

export function customerRepository(database: Kysely<Tables>) {
  return {
    async ensure(customerId: string, now: Date): Promise<void> {
      const time = timeText(now);
      await database
        .insertInto('customers')
        .values({
          customer_id: customerId,
          total_current: 0n,
          total_paid: 0n,
          total_expired: 0n,
          total_cancelled: 0n,
          created_at: time,
          updated_at: time,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    /** Adds to the customer's sums; amounts may be negative, the sums may not become so. */
    async add(customerId: string, sums: { [Total in keyof OrderTotals]?: bigint }, now: Date): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('customers')
        .set((column) => ({
          total_current: column('total_current', '+', sums.current ?? 0n),
          total_paid: column('total_paid', '+', sums.paid ?? 0n),
          total_expired: column('total_expired', '+', sums.expired ?? 0n),
          total_cancelled: column('total_cancelled', '+', sums.cancelled ?? 0n),
          updated_at: timeText(now),
        }))
        .where('customer_id', '=', customerId)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`Customer ${customerId} is not known`);
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
  };
}
