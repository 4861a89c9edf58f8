import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { type IdRange, idsBetween } from '#platform/database/list-order.ts';
import { columnsOf, preparedQuery } from '#platform/database/prepared-query.ts';
import type { ChainTables } from './tables.ts';

/** A block that was scanned. */
export interface KnownBlock {
  height: number;
  /** Hex. */
  hash: string;
}

export interface ChainProgress {
  wallet: string;
  watchFrom: string | null;
  startHeight: number;
  outputsSeen: bigint;
  paymentsFound: bigint;
  nodeHeight: number | null;
  checkedAt: Date | null;
}

/** An output that is a payment to the shop. */
export interface ChainOutput {
  outputHash: string;
  txid: string;
  commitment: string;
  fingerprint: string;
  /** The block that it is in; null if it is in no block that we know. */
  block: KnownBlock | null;
  confirmedAt: Date | null;
}

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

/**
 * Why an output that was encrypted for the shop is not a payment. Besides the reasons of the output itself: `no_amount`
 * has the amount 0; `contradicted` was reported with another amount before.
 */
export const REFUSAL_REASONS = [
  'wrong_value',
  'foreign_script',
  'covenant',
  'coinbase',
  'unknown_type',
  'locked',
  'no_amount',
  'contradicted',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

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

/** The position of an output among the unconfirmed ones. */
export interface OutputPosition {
  height: number;
  outputHash: string;
}

/** Outputs that are confirmed, or removed from blocks, in one transaction. */
export const OUTPUTS_AT_ONCE = 200;

export type ChainRepository = ReturnType<typeof chainRepository>;

export function chainRepository(database: Kysely<ChainTables>) {
  return {
    ...progressQueries(database),
    ...blockQueries(database),
    ...outputQueries(database),
    ...refusalQueries(database),
    ...departureQueries(database),
    ...sightingQueries(database),
  };
}

function progressQueries(database: Kysely<ChainTables>) {
  const addScanned = preparedQuery<{ outputs: bigint; payments: bigint; time: string }>(database, (value) =>
    database.updateTable('chain_progress').set((row) => ({
      outputs_seen: row('outputs_seen', '+', value('outputs')),
      payments_found: row('payments_found', '+', value('payments')),
      updated_at: value('time'),
    })),
  );

  return {
    async progress(): Promise<ChainProgress | undefined> {
      const row = await database.selectFrom('chain_progress').selectAll().executeTakeFirst();
      return (
        row && {
          wallet: row.wallet,
          watchFrom: row.watch_from,
          startHeight: Number(row.start_height),
          outputsSeen: row.outputs_seen,
          paymentsFound: row.payments_found,
          nodeHeight: row.node_height === null ? null : Number(row.node_height),
          checkedAt: row.checked_at === null ? null : timeOf(row.checked_at),
        }
      );
    },

    /** Starts to watch for a wallet from a height on. Earlier findings stay. */
    async begin(wallet: string, watchFrom: string | null, startHeight: number, now: Date): Promise<void> {
      await database.deleteFrom('chain_blocks').execute();
      const begun = { wallet, watch_from: watchFrom, start_height: BigInt(startHeight), updated_at: timeText(now) };
      await database
        .insertInto('chain_progress')
        .values({ id: 1n, outputs_seen: 0n, payments_found: 0n, node_height: null, checked_at: null, ...begun })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(begun))
        .execute();
    },

    async noteStart(startHeight: number): Promise<void> {
      await database
        .updateTable('chain_progress')
        .set({ start_height: BigInt(startHeight) })
        .execute();
    },

    async noteWatchFrom(watchFrom: string | null): Promise<void> {
      await database.updateTable('chain_progress').set({ watch_from: watchFrom }).execute();
    },

    async noteScanned(outputs: number, payments: number, now: Date): Promise<void> {
      await addScanned({ outputs: BigInt(outputs), payments: BigInt(payments), time: timeText(now) });
    },

    async noteChecked(nodeHeight: number, now: Date): Promise<void> {
      await database
        .updateTable('chain_progress')
        .set({ node_height: BigInt(nodeHeight), checked_at: timeText(now) })
        .execute();
    },
  };
}

function blockQueries(database: Kysely<ChainTables>) {
  const selectTop = preparedQuery<object, Selectable<ChainTables['chain_blocks']>>(database, () =>
    database.selectFrom('chain_blocks').selectAll().orderBy('height', 'desc').limit(1),
  );
  const deleteBelow = preparedQuery<{ height: bigint }>(database, (value) =>
    database.deleteFrom('chain_blocks').where('height', '<', value('height')),
  );

  const top = async (): Promise<KnownBlock | undefined> => {
    const [row] = (await selectTop({})).rows;
    return row && blockOf(row);
  };
  const blockAtOrBelow = async (height: number): Promise<KnownBlock | undefined> => {
    const row = await database
      .selectFrom('chain_blocks')
      .selectAll()
      .where('height', '<=', BigInt(height))
      .orderBy('height', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && blockOf(row);
  };

  return {
    /** The highest block that was scanned. */
    top,

    /** The lowest block that is kept. */
    async bottom(): Promise<KnownBlock | undefined> {
      const row = await database.selectFrom('chain_blocks').selectAll().orderBy('height').limit(1).executeTakeFirst();
      return row && blockOf(row);
    },

    /** The kept block at that height, or the next lower one. */
    blockAtOrBelow,

    /**
     * Whether a block that was read is still in the chain: it is kept, or it is below all kept ones, too deep to be
     * replaced. False if none is kept, since then all are read again.
     */
    async stands({ height, hash }: KnownBlock): Promise<boolean> {
      const kept = await blockAtOrBelow(height);
      return kept === undefined ? (await top()) !== undefined : kept.hash === hash;
    },

    async addBlocks(blocks: readonly KnownBlock[]): Promise<void> {
      if (blocks.length === 0) return;
      await database
        .insertInto('chain_blocks')
        .values(blocks.map(({ height, hash }) => ({ height: BigInt(height), hash })))
        .execute();
    },

    async forgetBlocksBelow(height: number): Promise<void> {
      await deleteBelow({ height: BigInt(height) });
    },

    async removeBlocksAbove(height: number): Promise<void> {
      await database.deleteFrom('chain_blocks').where('height', '>', BigInt(height)).execute();
    },
  };
}

function blockOf(row: Selectable<ChainTables['chain_blocks']>): KnownBlock {
  return { height: Number(row.height), hash: row.hash };
}

function outputQueries(database: Kysely<ChainTables>) {
  const outputs = () => database.selectFrom('chain_outputs').selectAll();
  const inOrder = () => outputs().orderBy('height').orderBy('output_hash');
  const selectOutput = preparedQuery<{ outputHash: string }, OutputRow>(database, (value) =>
    outputs().where('output_hash', '=', value('outputHash')),
  );
  const selectBetween = preparedQuery<{ lowest: bigint; highest: bigint }, OutputRow>(database, (value) =>
    inOrder().where('height', '>=', value('lowest')).where('height', '<=', value('highest')),
  );
  const insert = preparedQuery<OutputRow>(database, (value) =>
    database.insertInto('chain_outputs').values(columnsOf(value, OUTPUT_COLUMNS)),
  );
  const updateConfirmed = preparedQuery<{ outputHash: string; time: string }>(database, (value) =>
    database
      .updateTable('chain_outputs')
      .set({ confirmed_at: value('time'), updated_at: value('time') })
      .where('output_hash', '=', value('outputHash')),
  );

  return {
    async findOutput(outputHash: string): Promise<ChainOutput | undefined> {
      const [row] = (await selectOutput({ outputHash })).rows;
      return row && outputOf(row);
    },

    async addOutput(output: Omit<ChainOutput, 'confirmedAt'>, now: Date): Promise<void> {
      await insert({
        output_hash: output.outputHash,
        txid: output.txid,
        commitment: output.commitment,
        fingerprint: output.fingerprint,
        ...blockColumns(output.block),
        confirmed_at: null,
        found_at: timeText(now),
        updated_at: timeText(now),
      });
    },

    /** Sets the block that an output is in; null for none. */
    async placeOutput(outputHash: string, block: KnownBlock | null, fingerprint: string, now: Date): Promise<void> {
      await database
        .updateTable('chain_outputs')
        .set({ ...blockColumns(block), fingerprint, updated_at: timeText(now) })
        .where('output_hash', '=', outputHash)
        .execute();
    },

    async noteConfirmed(outputHash: string, now: Date): Promise<void> {
      await updateConfirmed({ outputHash, time: timeText(now) });
    },

    /** Up to OUTPUTS_AT_ONCE outputs at that height or below that are not confirmed yet, after a position, lowest first. */
    async unconfirmedUpTo(height: number, after: OutputPosition | undefined): Promise<ChainOutput[]> {
      const behind = after
        ? sql<SqlBool>`(height, output_hash) > (${BigInt(after.height)}, ${after.outputHash})`
        : sql<SqlBool>`1 = 1`;
      const rows = await outputs()
        .where(behind)
        .where('confirmed_at', 'is', null)
        .where('height', '<=', BigInt(height))
        .orderBy('height')
        .orderBy('output_hash')
        .limit(OUTPUTS_AT_ONCE)
        .execute();
      return rows.map(outputOf);
    },

    /** Every output in a block at these heights, both inclusive. */
    async outputsBetween(lowest: number, highest: number): Promise<ChainOutput[]> {
      return (await selectBetween({ lowest: BigInt(lowest), highest: BigInt(highest) })).rows.map(outputOf);
    },

    /** Every output in a block above that height. */
    async outputsAbove(height: number): Promise<ChainOutput[]> {
      const rows = await inOrder().where('height', '>', BigInt(height)).execute();
      return rows.map(outputOf);
    },
  };
}

type OutputRow = Selectable<ChainTables['chain_outputs']>;

const OUTPUT_COLUMNS = [
  'output_hash',
  'txid',
  'commitment',
  'fingerprint',
  'height',
  'block_hash',
  'confirmed_at',
  'found_at',
  'updated_at',
] as const;

function blockColumns(block: KnownBlock | null) {
  return { height: block === null ? null : BigInt(block.height), block_hash: block?.hash ?? null };
}

function outputOf(row: Selectable<ChainTables['chain_outputs']>): ChainOutput {
  const { height, block_hash: hash } = row;
  return {
    outputHash: row.output_hash,
    txid: row.txid,
    commitment: row.commitment,
    fingerprint: row.fingerprint,
    block: height === null || hash === null ? null : { height: Number(height), hash },
    confirmedAt: row.confirmed_at === null ? null : timeOf(row.confirmed_at),
  };
}

function refusalQueries(database: Kysely<ChainTables>) {
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

function departureQueries(database: Kysely<ChainTables>) {
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

function sightingQueries(database: Kysely<ChainTables>) {
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
