import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { HeldReason } from '#engine/money/held-reason.ts';
import { amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { PaymentPosition } from './payments.ts';
import type { EngineTables, OwnerKind } from './tables.ts';

/** A payment that is not completely spent on paid orders, or a confirmation that arrived before its payment. */
export interface HeldRow extends PaymentPosition {
  /** The unspent part; all of it until it is confirmed. 0 for a confirmation of an unknown payment. */
  amount: MicroTari;
  state: 'early_confirmation' | 'received' | 'confirmed';
  /** Null if only the confirmation is known. */
  sender: string | null;
  hasAccount: boolean;
  /** Whether a signature or an operator has authorised the account that it came from to pay for any customer. */
  isAccountTrusted: boolean;
  /** The order that it names, whether or not it exists. */
  orderId: string | null;
  /** The customer who owns it, or whose order it names. */
  customerId: string | null;
  ownerKind: OwnerKind | null;
  isLate: boolean;
  /** Since when it has been held. */
  since: Date;
}

/** Tied by a signature or by an operator. */
const LINKS = sql<bigint>`(select count(*) from customer_addresses
  where customer_addresses.account_ordinal = payments.account_ordinal and kind <> 'stated')`;

/** The payments of each reason, as `reasonFor` derives it; those of an early confirmation are none. */
const OF_REASON: Readonly<Record<HeldReason, SqlBoolean>> = {
  unconfirmed: sql`payments.status = 'received'`,
  // Exactly as in the partial index.
  late: sql`is_late = 1 and unspent > 0 and payments.owner_kind = 'customer'`,
  short: sql`payments.unspent > 0 and payments.owner_kind = 'order'`,
  surplus: sql`payments.unspent > 0 and (payments.owner_kind = 'customer' and payments.is_late = 0
    or payments.owner_kind = 'account' and ${LINKS} > 0)`,
  unclaimed_sender: sql`payments.unspent > 0 and payments.account is not null
    and (payments.owner_kind is null or payments.owner_kind = 'account' and ${LINKS} = 0)`,
  no_sender: sql`payments.unspent > 0 and payments.account is null
    and (payments.owner_kind is null or payments.owner_kind = 'account')`,
  early_confirmation: sql`1 = 0`,
};

type SqlBoolean = RawBuilder<SqlBool>;

export type HeldMoneyRepository = ReturnType<typeof heldMoneyRepository>;

export function heldMoneyRepository(database: Kysely<EngineTables>) {
  const heldPayments = async (
    after: PaymentPosition | undefined,
    limit: number,
    order: ListOrder,
    reason: HeldReason | undefined,
  ): Promise<HeldRow[]> => {
    let query = database
      .selectFrom('payments')
      .leftJoin('orders', (join) =>
        join.on((on) =>
          on(
            'orders.order_id',
            '=',
            sql<string>`case when payments.owner_kind = 'order' then payments.owner_id else payments.order_id end`,
          ),
        ),
      )
      .select([
        'payments.txid',
        'payments.created_at',
        'payments.updated_at',
        'payments.amount',
        'payments.unspent',
        'payments.status',
        'payments.sender',
        'payments.account',
        'payments.order_id',
        'payments.owner_kind',
        'payments.owner_id',
        'payments.is_late',
        'orders.customer_id',
      ])
      .select(LINKS.as('links'))
      // Exactly as in the partial index.
      .where(sql<SqlBool>`(payments.unspent > 0 or payments.status = 'received')`)
      .orderBy('payments.created_at', order)
      .orderBy('payments.txid', order)
      .limit(limit);
    if (reason !== undefined) query = query.where(OF_REASON[reason]);
    if (after !== undefined) {
      query = query.where(
        sql<SqlBool>`(payments.created_at, payments.txid) ${beyond(order)} (${timeText(after.createdAt)}, ${after.txid})`,
      );
    }
    return (await query.execute()).map((row) => ({
      txid: row.txid,
      createdAt: timeOf(row.created_at),
      amount: amountOf(row.status === 'received' ? row.amount : row.unspent),
      state: row.status === 'received' ? 'received' : 'confirmed',
      sender: row.sender,
      hasAccount: row.account !== null,
      isAccountTrusted: row.links > 0n,
      orderId: row.order_id,
      customerId: row.owner_kind === 'customer' ? row.owner_id : row.customer_id,
      ownerKind: row.owner_kind,
      isLate: row.is_late === 1n,
      since: timeOf(row.status === 'received' ? row.created_at : row.updated_at),
    }));
  };

  const earlyConfirmations = async (
    after: PaymentPosition | undefined,
    limit: number,
    order: ListOrder,
  ): Promise<HeldRow[]> => {
    let query = database
      .selectFrom('early_confirmations')
      .select(['txid', 'created_at'])
      .orderBy('created_at', order)
      .orderBy('txid', order)
      .limit(limit);
    if (after !== undefined) {
      query = query.where(
        sql<SqlBool>`(created_at, txid) ${beyond(order)} (${timeText(after.createdAt)}, ${after.txid})`,
      );
    }
    return (await query.execute()).map((row) => ({
      txid: row.txid,
      createdAt: timeOf(row.created_at),
      amount: 0n as MicroTari,
      state: 'early_confirmation',
      sender: null,
      hasAccount: false,
      isAccountTrusted: false,
      orderId: null,
      customerId: null,
      ownerKind: null,
      isLate: false,
      since: timeOf(row.created_at),
    }));
  };

  return {
    /**
     * Up to `limit` rows after the position in that order.
     * @param reason only these; all by default.
     */
    async page(
      after: PaymentPosition | undefined,
      limit: number,
      order: ListOrder = 'asc',
      reason?: HeldReason,
    ): Promise<HeldRow[]> {
      const hasEarly = reason === undefined || reason === 'early_confirmation';
      const rows = [
        ...(await heldPayments(after, limit, order, reason)),
        ...(hasEarly ? await earlyConfirmations(after, limit, order) : []),
      ];
      const sign = order === 'asc' ? 1 : -1;
      rows.sort((a, b) => sign * (a.createdAt.getTime() - b.createdAt.getTime() || (a.txid < b.txid ? -1 : 1)));
      return rows.slice(0, limit);
    },
  };
}
