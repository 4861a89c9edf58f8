import { type Kysely, type Selectable, sql } from 'kysely';
import type { Payout, PayoutFilter, PayoutState } from '#payouts/types.ts';
import { amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { PayoutTables } from './tables.ts';

export type NewPayout = Pick<
  Payout,
  | 'kind'
  | 'refundId'
  | 'orderId'
  | 'address'
  | 'amount'
  | 'reason'
  | 'state'
  | 'requestedBy'
  | 'approvedBy'
  | 'approvedAt'
  | 'createdAt'
>;

/** A payout with what only its wallet knows. */
export interface KeptPayout extends Payout {
  leaseToken: string | null;
  /** How often it was leased. */
  leases: bigint;
}

/** What may change of a payout. */
export type PayoutChange = Partial<
  Pick<
    KeptPayout,
    | 'state'
    | 'approvedBy'
    | 'approvedAt'
    | 'leasedBy'
    | 'leaseToken'
    | 'leaseUntil'
    | 'leases'
    | 'startedAt'
    | 'txid'
    | 'sentAt'
    | 'confirmedAt'
    | 'problem'
  >
> & { evidence?: string };

type Row = Selectable<PayoutTables['payouts']> & { order_id: string | null };

export function payoutRepository(database: Kysely<PayoutTables>) {
  const all = () =>
    database
      .selectFrom('payouts')
      .leftJoin('refunds', 'refunds.public_id', 'payouts.refund_id')
      .selectAll('payouts')
      .select('refunds.order_id');

  return {
    /** @param idOf makes its id and the hash of what is approved of its number. */
    async insert(
      payout: NewPayout,
      idOf: (ordinal: bigint) => { id: string; approvalHash: string },
    ): Promise<KeptPayout> {
      const { last } = await database
        .selectFrom('payouts')
        .select(sql<bigint>`cast(coalesce(max(id), 0) as bigint)`.as('last'))
        .executeTakeFirstOrThrow();
      const { id, approvalHash } = idOf(last + 1n);
      const { id: ordinal } = await database
        .insertInto('payouts')
        .values({
          public_id: id,
          kind: payout.kind,
          refund_id: payout.refundId,
          address: payout.address,
          amount: payout.amount,
          state: payout.state,
          reason: payout.reason,
          requested_by: payout.requestedBy,
          approved_by: payout.approvedBy,
          approved_at: payout.approvedAt === null ? null : timeText(payout.approvedAt),
          approval_hash: approvalHash,
          leases: 0n,
          created_at: timeText(payout.createdAt),
          updated_at: timeText(payout.createdAt),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return { ...payout, ordinal, id, approvalHash, ...NOT_PAID, updatedAt: payout.createdAt };
    },

    async find(id: string): Promise<KeptPayout | undefined> {
      const row = await all().where('payouts.public_id', '=', id).executeTakeFirst();
      return row && payoutOf(row);
    },

    async findByRefund(refundId: string): Promise<KeptPayout | undefined> {
      const row = await all().where('payouts.refund_id', '=', refundId).executeTakeFirst();
      return row && payoutOf(row);
    },

    async findByTransaction(txid: string): Promise<KeptPayout | undefined> {
      const row = await all().where('payouts.txid', '=', txid).executeTakeFirst();
      return row && payoutOf(row);
    },

    /** Changes a payout that was read in the same unit of work. */
    async change(payout: KeptPayout, change: PayoutChange, now: Date): Promise<KeptPayout> {
      const { numUpdatedRows } = await database
        .updateTable('payouts')
        .set({ ...changedColumns(change), updated_at: timeText(now) })
        .where('public_id', '=', payout.id)
        .where('state', '=', payout.state)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`Payout ${payout.id} was not ${payout.state} when it was changed`);
      const { evidence, ...kept } = change;
      return { ...payout, ...kept, updatedAt: now };
    },

    /** Up to `limit` payouts that match, behind the one with the number `after` in the order of the list. */
    async page(
      filter: PayoutFilter,
      after: bigint | undefined,
      limit: number,
      order: ListOrder,
    ): Promise<KeptPayout[]> {
      const { kind, states, refundId, txid } = filter;
      const rows = await all()
        .$if(kind !== undefined, (query) => query.where('payouts.kind', '=', kind ?? 'refund'))
        .$if(refundId !== undefined, (query) => query.where('payouts.refund_id', '=', refundId ?? ''))
        .$if(txid !== undefined, (query) => query.where('payouts.txid', '=', txid ?? ''))
        .$if(states !== undefined, (query) => query.where('payouts.state', 'in', [...(states ?? [])]))
        .$if(after !== undefined, (query) => query.where(sql<boolean>`payouts.id ${beyond(order)} ${after}`))
        .orderBy('payouts.id', order)
        .limit(limit)
        .execute();
      return rows.map(payoutOf);
    },

    /** Up to `limit` leased payouts whose lease had run out by then, oldest first. */
    async leasedUntil(time: Date, limit: number): Promise<KeptPayout[]> {
      const rows = await all()
        .where('payouts.state', '=', 'leased')
        .where('payouts.lease_until', '<=', timeText(time))
        .orderBy('payouts.id')
        .limit(limit)
        .execute();
      return rows.map(payoutOf);
    },

    async countByState(): Promise<{ state: PayoutState; count: number; amount: MicroTari }[]> {
      const rows = await database
        .selectFrom('payouts')
        .select(({ fn }) => ['state', fn.countAll<bigint>().as('count')])
        .select(sql<bigint>`cast(sum(amount) as bigint)`.as('amount'))
        .groupBy('state')
        .execute();
      return rows.map(({ state, count, amount }) => ({ state, count: Number(count), amount: amountOf(amount) }));
    },
  };
}

const NOT_PAID = {
  leasedBy: null,
  leaseToken: null,
  leaseUntil: null,
  leases: 0n,
  startedAt: null,
  txid: null,
  sentAt: null,
  confirmedAt: null,
  problem: null,
};

const COLUMNS = {
  state: 'state',
  approvedBy: 'approved_by',
  leasedBy: 'leased_by',
  leaseToken: 'lease_token',
  leases: 'leases',
  txid: 'txid',
  problem: 'problem',
  evidence: 'evidence',
} as const;

const TIMES = {
  approvedAt: 'approved_at',
  leaseUntil: 'lease_until',
  startedAt: 'started_at',
  sentAt: 'sent_at',
  confirmedAt: 'confirmed_at',
} as const;

function changedColumns(change: PayoutChange): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const field of Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]) {
    if (change[field] !== undefined) columns[COLUMNS[field]] = change[field];
  }
  for (const field of Object.keys(TIMES) as (keyof typeof TIMES)[]) {
    const time = change[field];
    if (time !== undefined) columns[TIMES[field]] = time === null ? null : timeText(time);
  }
  return columns;
}

function timeOrNull(text: string | null): Date | null {
  return text === null ? null : timeOf(text);
}

function payoutOf(row: Row): KeptPayout {
  return {
    ordinal: row.id,
    id: row.public_id,
    kind: row.kind,
    refundId: row.refund_id,
    orderId: row.order_id,
    address: row.address,
    amount: amountOf(row.amount),
    reason: row.reason,
    state: row.state,
    requestedBy: row.requested_by,
    approvedBy: row.approved_by,
    approvedAt: timeOrNull(row.approved_at),
    approvalHash: row.approval_hash ?? '',
    leasedBy: row.leased_by,
    leaseToken: row.lease_token,
    leaseUntil: timeOrNull(row.lease_until),
    leases: row.leases,
    startedAt: timeOrNull(row.started_at),
    txid: row.txid,
    sentAt: timeOrNull(row.sent_at),
    confirmedAt: timeOrNull(row.confirmed_at),
    problem: row.problem,
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}
