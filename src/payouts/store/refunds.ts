import { type Kysely, type Selectable, sql } from 'kysely';
import type { Refund, RefundFilter, RefundState } from '#payouts/types.ts';
import { amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { PayoutTables } from './tables.ts';

export type NewRefund = Omit<Refund, 'ordinal' | 'id' | 'payoutId'> & { evidence: string | null };

/** What may change of a refund. */
export type RefundChange = Partial<
  Pick<
    Refund,
    | 'state'
    | 'address'
    | 'addressBy'
    | 'approvedBy'
    | 'approvedAt'
    | 'needsApproval'
    | 'approvalHash'
    | 'endReason'
    | 'shopRefundId'
  >
> & { evidence?: string | null };

type Row = Selectable<PayoutTables['refunds']> & { payout_id: string | null };

/** States in which its money has left the books. */
const OUT: readonly RefundState[] = [
  'waiting_for_address',
  'waiting_for_approval',
  'approved',
  'paying',
  'paid',
  'confirmed',
];

export function refundRepository(database: Kysely<PayoutTables>) {
  const all = () =>
    database
      .selectFrom('refunds')
      .leftJoin('payouts', 'payouts.refund_id', 'refunds.public_id')
      .selectAll('refunds')
      .select('payouts.public_id as payout_id');

  /** What was approved since then and has not been cancelled, without a second person or all of it. */
  const approvedSince = async (since: Date, by: string | undefined): Promise<MicroTari> => {
    let query = database
      .selectFrom('refunds')
      .select(sql<bigint>`cast(coalesce(sum(amount), 0) as bigint)`.as('amount'))
      .where('approved_at', '>=', timeText(since))
      .where('state', 'in', OUT);
    if (by !== undefined) query = query.where('requested_by', '=', by).where('needs_approval', 'is', null);
    return amountOf((await query.executeTakeFirstOrThrow()).amount);
  };

  return {
    /** @param idOf makes its id of its number. */
    async insert(refund: NewRefund, idOf: (ordinal: bigint) => string): Promise<Refund> {
      const { last } = await database
        .selectFrom('refunds')
        .select(sql<bigint>`cast(coalesce(max(id), 0) as bigint)`.as('last'))
        .executeTakeFirstOrThrow();
      const id = idOf(last + 1n);
      const { id: ordinal } = await database
        .insertInto('refunds')
        .values({
          public_id: id,
          order_id: refund.orderId,
          customer_id: refund.customerId,
          kind: refund.kind,
          amount: refund.amount,
          rate: refund.rate,
          shop_amount: refund.shopAmount,
          currency: refund.currency,
          reason: refund.reason,
          is_visible: refund.visibleToCustomer ? 1n : 0n,
          record_in_shop: refund.recordInShop ? 1n : 0n,
          origin: refund.origin,
          requested_by: refund.requestedBy,
          created_at: timeText(refund.createdAt),
          ...changedColumns(refund),
          address_is_proven: refund.address?.proven ? 1n : 0n,
          state: refund.state,
          updated_at: timeText(refund.updatedAt),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      const { evidence, ...kept } = refund;
      return { ordinal, id, payoutId: null, ...kept };
    },

    async find(id: string): Promise<Refund | undefined> {
      const row = await all().where('refunds.public_id', '=', id).executeTakeFirst();
      return row && refundOf(row);
    },

    async findByShopRefund(shopRefundId: string): Promise<Refund | undefined> {
      const row = await all().where('refunds.shop_refund_id', '=', shopRefundId).executeTakeFirst();
      return row && refundOf(row);
    },

    /** Changes a refund that was read in the same unit of work. */
    async change(refund: Refund, change: RefundChange, now: Date): Promise<Refund> {
      const { numUpdatedRows } = await database
        .updateTable('refunds')
        .set({ ...changedColumns(change), updated_at: timeText(now) })
        .where('public_id', '=', refund.id)
        .where('state', '=', refund.state)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`Refund ${refund.id} was not ${refund.state} when it was changed`);
      const { evidence, ...kept } = change;
      return { ...refund, ...kept, updatedAt: now };
    },

    /** Up to `limit` refunds that match, behind the one with the number `after` in the order of the list. */
    async page(filter: RefundFilter, after: bigint | undefined, limit: number, order: ListOrder): Promise<Refund[]> {
      const { orderId, customerId, states, requestedBy } = filter;
      const rows = await all()
        .$if(orderId !== undefined, (query) => query.where('refunds.order_id', '=', orderId ?? ''))
        .$if(customerId !== undefined, (query) => query.where('refunds.customer_id', '=', customerId ?? ''))
        .$if(requestedBy !== undefined, (query) => query.where('refunds.requested_by', '=', requestedBy ?? ''))
        .$if(states !== undefined, (query) => query.where('refunds.state', 'in', [...(states ?? [])]))
        .$if(after !== undefined, (query) => query.where(sql<boolean>`refunds.id ${beyond(order)} ${after}`))
        .orderBy('refunds.id', order)
        .limit(limit)
        .execute();
      return rows.map(refundOf);
    },

    /** The values in the shop's currency of an order's refunds that are not cancelled or failed. */
    async shopAmountsOf(orderId: string): Promise<string[]> {
      const rows = await database
        .selectFrom('refunds')
        .select('shop_amount')
        .where('order_id', '=', orderId)
        .where('state', 'in', OUT)
        .execute();
      return rows.flatMap(({ shop_amount: amount }) => (amount === null ? [] : [amount]));
    },

    /** What was approved since then, in µT. */
    approvedSince: (since: Date): Promise<MicroTari> => approvedSince(since, undefined),

    /** What this person has refunded since then without a second person, in µT. */
    refundedAloneSince: (since: Date, person: string): Promise<MicroTari> => approvedSince(since, person),

    /** The first of these that may still put its money back. */
    async firstOpen(ids: readonly string[]): Promise<string | undefined> {
      if (ids.length === 0) return undefined;
      const row = await database
        .selectFrom('refunds')
        .select('public_id')
        .where('public_id', 'in', [...ids])
        .where('state', 'not in', ['confirmed', 'cancelled', 'failed'])
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      return row?.public_id;
    },

    async countByState(): Promise<{ state: RefundState; count: number; amount: MicroTari }[]> {
      const rows = await database
        .selectFrom('refunds')
        .select(({ fn }) => ['state', fn.countAll<bigint>().as('count')])
        .select(sql<bigint>`cast(sum(amount) as bigint)`.as('amount'))
        .groupBy('state')
        .execute();
      return rows.map(({ state, count, amount }) => ({ state, count: Number(count), amount: amountOf(amount) }));
    },
  };
}

function changedColumns(change: RefundChange) {
  const { address } = change;
  return {
    ...(change.state !== undefined && { state: change.state }),
    ...(address !== undefined && {
      address: address?.address ?? null,
      address_is_proven: address?.proven ? 1n : 0n,
      address_from: address?.from ?? null,
    }),
    ...(change.addressBy !== undefined && { address_by: change.addressBy }),
    ...(change.approvedBy !== undefined && { approved_by: change.approvedBy }),
    ...(change.approvedAt !== undefined && {
      approved_at: change.approvedAt === null ? null : timeText(change.approvedAt),
    }),
    ...(change.needsApproval !== undefined && { needs_approval: change.needsApproval }),
    ...(change.approvalHash !== undefined && { approval_hash: change.approvalHash }),
    ...(change.evidence !== undefined && { evidence: change.evidence }),
    ...(change.endReason !== undefined && { end_reason: change.endReason }),
    ...(change.shopRefundId !== undefined && { shop_refund_id: change.shopRefundId }),
  };
}

function refundOf(row: Row): Refund {
  const { address, address_from: from } = row;
  return {
    ordinal: row.id,
    id: row.public_id,
    orderId: row.order_id,
    customerId: row.customer_id,
    kind: row.kind,
    amount: amountOf(row.amount),
    rate: row.rate,
    shopAmount: row.shop_amount,
    currency: row.currency,
    reason: row.reason,
    visibleToCustomer: row.is_visible === 1n,
    recordInShop: row.record_in_shop === 1n,
    shopRefundId: row.shop_refund_id,
    origin: row.origin,
    state: row.state,
    address: address === null || from === null ? null : { address, proven: row.address_is_proven === 1n, from },
    addressBy: row.address_by,
    requestedBy: row.requested_by,
    approvedBy: row.approved_by,
    approvedAt: row.approved_at === null ? null : timeOf(row.approved_at),
    needsApproval: row.needs_approval,
    approvalHash: row.approval_hash,
    payoutId: row.payout_id,
    endReason: row.end_reason,
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}
