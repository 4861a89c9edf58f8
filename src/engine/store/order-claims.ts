import { type Kysely, sql } from 'kysely';
import { accountOfColumn, timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import { ordinalOf } from './account-ordinals.ts';
import type { EngineTables } from './tables.ts';

/** A signed claim of an order. */
export interface SignedClaim {
  account: AccountId;
  /** The account's address in base58. */
  address: string;
  createdAt: Date;
}

export type OrderClaimRepository = ReturnType<typeof orderClaimRepository>;

export function orderClaimRepository(database: Kysely<EngineTables>) {
  const insert = preparedQuery<{ orderId: string; account: string; time: string }>(database, (value) =>
    database
      .insertInto('order_claims')
      .values({
        order_id: value('orderId'),
        account: value('account'),
        account_ordinal: ordinalOf(value('account')),
        is_open: 1n,
        created_at: value('time'),
      })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const selectSigned = preparedQuery<{ orderId: string; account: string }>(database, (value) =>
    database
      .selectFrom('order_claims')
      .select(sql`1`.as('one'))
      .where('order_id', '=', value('orderId'))
      .where('account', '=', value('account')),
  );
  const selectOfOrder = preparedQuery<
    { orderId: string; limit: number },
    { account: string; address: string; created_at: string }
  >(database, (value) =>
    database
      .selectFrom('order_claims')
      .innerJoin('accounts', 'accounts.account', 'order_claims.account')
      .select(['order_claims.account', 'accounts.address', 'order_claims.created_at'])
      .where('order_claims.order_id', '=', value('orderId'))
      .orderBy('order_claims.created_at')
      .orderBy('accounts.ordinal')
      .limit(value('limit')),
  );
  const setOpen = preparedQuery<{ orderId: string; isOpen: bigint }>(database, (value) =>
    database
      .updateTable('order_claims')
      .set({ is_open: value('isOpen') })
      .where('order_id', '=', value('orderId')),
  );

  return {
    /** Records that the account has signed a claim of an open order. Returns whether that is new. */
    async insert(orderId: string, account: AccountId, now: Date): Promise<boolean> {
      return (await insert({ orderId, account, time: timeText(now) })).numAffectedRows === 1n;
    },

    /** Sets for all claims of an order whether it can be paid now. */
    async setOpen(orderId: string, isOpen: boolean): Promise<void> {
      await setOpen({ orderId, isOpen: isOpen ? 1n : 0n });
    },

    /** Up to `limit` signed claims of the order, oldest first. */
    async ofOrder(orderId: string, limit: number): Promise<SignedClaim[]> {
      const { rows } = await selectOfOrder({ orderId, limit });
      return rows.map((row) => ({
        account: accountOfColumn(row.account),
        address: row.address,
        createdAt: timeOf(row.created_at),
      }));
    },

    /** Whether the account has signed a claim of the order. */
    async hasSigned(orderId: string, account: AccountId): Promise<boolean> {
      return (await selectSigned({ orderId, account })).rows.length > 0;
    },
  };
}
