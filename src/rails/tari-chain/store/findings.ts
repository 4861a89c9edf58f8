import { type Kysely, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { idsBetween } from '#platform/database/list-order.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { RefusalReason } from '#rails/tari-chain/chain-status.ts';
import type { KnownBlock } from './known-block.ts';
import type { ChainTables } from './tables.ts';

/** The records of the watcher for operators: outputs that are not payments, payments that left the chain, and those in a mempool. */

/** An output that was encrypted for the shop but is not a payment to it. */
export interface ChainRefusal {
  id: bigint;
  outputHash: string;
  txid: string;
  reason: RefusalReason;
  /** µT as claimed, up to 2^64. */
  claimedAmount: bigint;
  memo: string | null;
  height: number;
  blockHash: string;
  foundAt: Date;
}

/** A confirmed payment that left the chain. */
export interface ChainDeparture {
  id: bigint;
  txid: string;
  height: number;
  blockHash: string;
  leftAt: Date;
  returned: { height: number; at: Date } | null;
}

/** A payment in a mempool. */
export interface ChainSighting {
  outputHash: string;
  txid: string;
  amount: bigint;
  orderId: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

export function refusalQueries(database: Kysely<ChainTables>) {
  return {
    /** Records a refused output. Returns false if it was recorded already. */
    async addRefusal(refusal: Omit<ChainRefusal, 'id'>): Promise<boolean> {
      const { rows } = await database.executeQuery<{ id: bigint }>(
        database
          .insertInto('chain_refusals')
          .values({
            output_hash: refusal.outputHash,
            txid: refusal.txid,
            reason: refusal.reason,
            claimed_amount: String(refusal.claimedAmount),
            memo: refusal.memo,
            height: BigInt(refusal.height),
            block_hash: refusal.blockHash,
            found_at: timeText(refusal.foundAt),
          })
          .onConflict((conflict) => conflict.column('output_hash').doNothing())
          .returning('id'),
      );
      return rows.length === 1;
    },

    /** Up to `limit` refusals after the one with that id, oldest first. */
    async refusalsAfter(after: bigint, limit: number, range: IdRange = {}): Promise<ChainRefusal[]> {
      const rows = await database
        .selectFrom('chain_refusals')
        .selectAll()
        .where(idsBetween('id', after, range))
        .orderBy('id', range.order)
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        outputHash: row.output_hash,
        txid: row.txid,
        reason: row.reason as RefusalReason,
        claimedAmount: BigInt(row.claimed_amount),
        memo: row.memo,
        height: Number(row.height),
        blockHash: row.block_hash,
        foundAt: timeOf(row.found_at),
      }));
    },

    async countRefusals(): Promise<ReadonlyMap<RefusalReason, number>> {
      const rows = await database
        .selectFrom('chain_refusals')
        .select(['reason', sql<bigint>`count(*)`.as('count')])
        .groupBy('reason')
        .execute();
      return new Map(rows.map(({ reason, count }) => [reason as RefusalReason, Number(count)]));
    },
  };
}

export function departureQueries(database: Kysely<ChainTables>) {
  return {
    async addDeparture(txid: string, block: KnownBlock, now: Date): Promise<void> {
      await database
        .insertInto('chain_departures')
        .values({
          txid,
          height: BigInt(block.height),
          block_hash: block.hash,
          left_at: timeText(now),
          returned_height: null,
          returned_at: null,
        })
        .execute();
    },

    /** Records that a payment which had left is in a block again. Returns whether it had left. */
    async noteReturned(txid: string, height: number, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await database
        .updateTable('chain_departures')
        .set({ returned_height: BigInt(height), returned_at: timeText(now) })
        .where('txid', '=', txid)
        .where('returned_at', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    /** Up to `limit` departures after the one with that id, oldest first, including those that came back. */
    async departuresAfter(after: bigint, limit: number, range: IdRange = {}): Promise<ChainDeparture[]> {
      const rows = await database
        .selectFrom('chain_departures')
        .selectAll()
        .where(idsBetween('id', after, range))
        .orderBy('id', range.order)
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        txid: row.txid,
        height: Number(row.height),
        blockHash: row.block_hash,
        leftAt: timeOf(row.left_at),
        returned:
          row.returned_at === null ? null : { height: Number(row.returned_height), at: timeOf(row.returned_at) },
      }));
    },

    /** How many confirmed payments have left the chain and not come back. */
    async countDeparted(): Promise<number> {
      const { count } = await database
        .selectFrom('chain_departures')
        .select(sql<bigint>`count(*)`.as('count'))
        .where('returned_at', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}

export function sightingQueries(database: Kysely<ChainTables>) {
  return {
    async sightings(): Promise<ChainSighting[]> {
      const rows = await database.selectFrom('chain_sightings').selectAll().orderBy('first_seen_at').execute();
      return rows.map((row) => ({
        outputHash: row.output_hash,
        txid: row.txid,
        amount: row.amount,
        orderId: row.order_id,
        firstSeenAt: timeOf(row.first_seen_at),
        lastSeenAt: timeOf(row.last_seen_at),
      }));
    },

    async addSighting(sighting: Omit<ChainSighting, 'firstSeenAt' | 'lastSeenAt'>, now: Date): Promise<void> {
      await database
        .insertInto('chain_sightings')
        .values({
          output_hash: sighting.outputHash,
          txid: sighting.txid,
          amount: sighting.amount,
          order_id: sighting.orderId,
          first_seen_at: timeText(now),
          last_seen_at: timeText(now),
        })
        .execute();
    },

    /** Records that all sightings are still there. */
    async seeAgain(now: Date): Promise<void> {
      await database
        .updateTable('chain_sightings')
        .set({ last_seen_at: timeText(now) })
        .execute();
    },

    async removeSighting(outputHash: string): Promise<void> {
      await database.deleteFrom('chain_sightings').where('output_hash', '=', outputHash).execute();
    },
  };
}
