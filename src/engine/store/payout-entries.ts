import { type Kysely, type SqlBool, sql } from 'kysely';
import { accountOfColumn, amountOf, timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { EngineTables } from './tables.ts';

/** An entry of the journal of money that goes out. */
export interface PayoutEntry {
  /** The refund or the sweep. */
  outId: string;
  kind: 'refund' | 'sweep';
  /** The payment that it is taken from; null for a sweep. */
  txid: string | null;
  /** The settlement that the payment had paid; null if it is taken from the unspent part. */
  settlementId: bigint | null;
  /** Above 0 if it goes out, below 0 if it comes back. */
  amount: MicroTari;
}

/** Money of a payment that can be given back. */
export interface GivablePart {
  txid: string;
  settlementId: bigint | null;
  /** Null if the sender is not a wallet's address. */
  account: AccountId | null;
  /** As the wallet reported it. */
  sender: string;
  amount: MicroTari;
}

interface PartRow {
  txid: string;
  settlement_id: bigint | null;
  account: string | null;
  sender: string;
  amount: bigint;
}

function partOf(row: PartRow): GivablePart {
  return {
    txid: row.txid,
    settlementId: row.settlement_id,
    account: row.account === null ? null : accountOfColumn(row.account),
    sender: row.sender,
    amount: amountOf(row.amount),
  };
}

/** What went out for one refund or sweep at one moment, or came back: several entries of the journal together. */
export interface OutMovement {
  outId: string;
  kind: 'refund' | 'sweep';
  amount: MicroTari;
  createdAt: Date;
}

/** The position of such a movement in a list sorted by time. */
export interface OutPosition {
  createdAt: Date;
  outId: string;
}

export function payoutEntryRepository(database: Kysely<EngineTables>) {
  const insert = preparedQuery<PayoutEntry & { time: string }>(database, (value) =>
    database.insertInto('payout_entries').values({
      out_id: value('outId'),
      kind: value('kind'),
      txid: value('txid'),
      settlement_id: value('settlementId'),
      amount: value('amount'),
      created_at: value('time'),
    }),
  );

  return {
    async insert(entry: PayoutEntry, now: Date): Promise<void> {
      await insert({ ...entry, time: timeText(now) });
    },

    /**
     * Up to `limit` parts of payments on the chain that paid the order, less what was given back of them, oldest first.
     * Payments that left the chain are none of them.
     */
    async settledOf(orderId: string, limit: number): Promise<GivablePart[]> {
      const { rows } = await sql<PartRow>`
        select uses.txid as txid, uses.settlement_id as settlement_id, payments.account as account,
          payments.sender as sender, cast(uses.amount - coalesce((select sum(entries.amount)
            from payout_entries entries
            where entries.txid = uses.txid and entries.settlement_id = uses.settlement_id), 0) as bigint) as amount
        from settlements
        join payment_uses uses on uses.settlement_id = settlements.id
        join payments on payments.txid = uses.txid
        where settlements.order_id = ${orderId} and payments.payment_type = 'on_chain'
          and payments.status = 'confirmed' and payments.left_chain = 0
        order by uses.id limit ${limit}`.execute(database);
      return rows.map(partOf).filter(({ amount }) => amount > 0n);
    },

    /**
     * Up to `limit` unspent parts of payments on the chain that belong to the customer, oldest first.
     * @param isLate only those that came for a closed order; otherwise only the others.
     */
    async creditOf(
      customerId: string,
      isLate: boolean,
      limit: number,
    ): Promise<(GivablePart & { names: string | null })[]> {
      const rows = await database
        .selectFrom('payments')
        .select(['txid', 'account', 'sender', 'unspent as amount', 'order_id'])
        .where('owner_kind', '=', 'customer')
        .where('owner_id', '=', customerId)
        .where(sql<SqlBool>`unspent > 0`)
        .where('payment_type', '=', 'on_chain')
        .where('left_chain', '=', 0n)
        .where('is_late', '=', isLate ? 1n : 0n)
        .orderBy('created_at')
        .orderBy('txid')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...partOf({ ...row, settlement_id: null }), names: row.order_id }));
    },

    /** The parts that are out for a refund now, in the order in which they went out. */
    async outOf(outId: string): Promise<GivablePart[]> {
      const { rows } = await sql<PartRow>`
        select entries.txid as txid, entries.settlement_id as settlement_id, payments.account as account,
          payments.sender as sender, cast(sum(entries.amount) as bigint) as amount
        from payout_entries entries join payments on payments.txid = entries.txid
        where entries.out_id = ${outId}
        group by entries.txid, entries.settlement_id, payments.account, payments.sender
        having sum(entries.amount) <> 0 order by min(entries.id)`.execute(database);
      return rows.map(partOf);
    },

    /** The payments behind a refund that have left the chain since. */
    async goneBehind(outId: string): Promise<string[]> {
      const rows = await database
        .selectFrom('payout_entries')
        .innerJoin('payments', 'payments.txid', 'payout_entries.txid')
        .select('payments.txid')
        .distinct()
        .where('payout_entries.out_id', '=', outId)
        .where('payments.left_chain', '=', 1n)
        .execute();
      return rows.map(({ txid }) => txid);
    },

    /** The refunds that money of the payment is out for. */
    async outsOf(txid: string): Promise<string[]> {
      const rows = await database
        .selectFrom('payout_entries')
        .select('out_id')
        .where('txid', '=', txid)
        .groupBy('out_id')
        .having(({ fn }) => fn.sum('amount'), '<>', 0n)
        .execute();
      return rows.map(({ out_id: id }) => id);
    },

    /** Up to `limit` refunds and sweeps with entries, and how much is out for each, by id after `after`. */
    async sums(
      after: string,
      limit: number,
    ): Promise<{ outId: string; kind: 'refund' | 'sweep'; amount: MicroTari }[]> {
      const rows = await database
        .selectFrom('payout_entries')
        .select(['out_id', 'kind', sql<bigint>`cast(sum(amount) as bigint)`.as('amount')])
        .where('out_id', '>', after)
        .groupBy(['out_id', 'kind'])
        .orderBy('out_id')
        .limit(limit)
        .execute();
      return rows.map(({ out_id: outId, kind, amount }) => ({ outId, kind, amount: amountOf(amount) }));
    },

    /** Up to `limit` movements of that period, after the position, by time and then by what they went out for. */
    async pageOfPeriod(
      { since, until }: { since: Date; until: Date },
      after: OutPosition | undefined,
      limit: number,
    ): Promise<OutMovement[]> {
      let page = database
        .selectFrom('payout_entries')
        .select(['out_id', 'kind', 'created_at', sql<bigint>`cast(sum(amount) as bigint)`.as('amount')])
        .where('created_at', '>=', timeText(since))
        .where('created_at', '<=', timeText(until))
        .groupBy(['created_at', 'out_id', 'kind'])
        .orderBy('created_at')
        .orderBy('out_id')
        .limit(limit);
      if (after !== undefined) {
        page = page.where(sql<SqlBool>`(created_at, out_id) > (${timeText(after.createdAt)}, ${after.outId})`);
      }
      return (await page.execute()).map((row) => ({
        outId: row.out_id,
        kind: row.kind,
        amount: amountOf(row.amount),
        createdAt: timeOf(row.created_at),
      }));
    },

    /** What went out of what paid these orders, and came back, each with its time. */
    async ofOrders(orderIds: readonly string[]): Promise<{ orderId: string; amount: MicroTari; createdAt: Date }[]> {
      if (orderIds.length === 0) return [];
      const rows = await database
        .selectFrom('payout_entries')
        .innerJoin('settlements', 'settlements.id', 'payout_entries.settlement_id')
        .select(['settlements.order_id', 'payout_entries.amount', 'payout_entries.created_at'])
        .where('settlements.order_id', 'in', orderIds)
        .orderBy('payout_entries.id')
        .execute();
      return rows.map((row) => ({
        orderId: row.order_id,
        amount: amountOf(row.amount),
        createdAt: timeOf(row.created_at),
      }));
    },

    /** How much is out for a sweep or a refund, in µT. */
    async amountOut(outId: string): Promise<MicroTari> {
      const { amount } = await database
        .selectFrom('payout_entries')
        .select(sql<bigint>`cast(coalesce(sum(amount), 0) as bigint)`.as('amount'))
        .where('out_id', '=', outId)
        .executeTakeFirstOrThrow();
      return amountOf(amount);
    },

    /**
     * The shop's own money: what payments on the chain have paid of orders, less what was given back of it and what was
     * swept. It reads all uses of payments.
     */
    async shopsOwn(): Promise<MicroTari> {
      const { rows } = await sql<{ amount: bigint }>`
        select cast(coalesce((select sum(uses.amount) from payment_uses uses
            join payments on payments.txid = uses.txid
            where uses.settlement_id is not null and payments.payment_type = 'on_chain' and payments.left_chain = 0), 0)
          - coalesce((select sum(amount) from payout_entries
            where settlement_id is not null or kind = 'sweep'), 0) as bigint) as amount`.execute(database);
      return amountOf(rows[0]?.amount ?? 0n);
    },
  };
}
