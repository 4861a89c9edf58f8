import type { Kysely, Selectable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import { departureQueries, refusalQueries, sightingQueries } from './findings.ts';
import type { KnownBlock } from './known-block.ts';
import { outputQueries } from './outputs.ts';
import type { ChainTables } from './tables.ts';

export interface ChainProgress {
  wallet: string;
  watchFrom: string | null;
  startHeight: number;
  outputsSeen: bigint;
  paymentsFound: bigint;
  nodeHeight: number | null;
  checkedAt: Date | null;
}

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
