import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { columnsOf, preparedQuery } from '#platform/database/prepared-query.ts';
import type { KnownBlock } from './known-block.ts';
import type { ChainTables } from './tables.ts';

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

/** The position of an output among the unconfirmed ones. */
export interface OutputPosition {
  height: number;
  outputHash: string;
}

/** Outputs that are confirmed, or removed from blocks, in one transaction. */
export const OUTPUTS_AT_ONCE = 200;

export function outputQueries(database: Kysely<ChainTables>) {
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
