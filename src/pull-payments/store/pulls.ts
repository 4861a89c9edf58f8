import { type Kysely, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { Pull } from '../types.ts';
import type { PullsTable, PullTables } from './tables.ts';

export interface KeptPull extends Pull {
  ordinal: bigint;
  /** The agreement's revision when it began, and the tally that its first packet was in. */
  revision: number;
  tally: number;
  /** Whether its event was told. */
  isTold: boolean;
}

export type NewPull = Pick<KeptPull, 'id' | 'agreementId' | 'asset' | 'revision' | 'tally' | 'startedAt'>;

type Row = Omit<PullsTable, 'id'> & { id: bigint };

export type PullRepository = ReturnType<typeof pullRepository>;

export function pullRepository(database: Kysely<PullTables>) {
  const selectOne = preparedQuery<{ id: string }, Row>(database, (value) =>
    database.selectFrom('pulls').selectAll().where('pull_id', '=', value('id')),
  );
  const update = preparedQuery<{ id: string; sent: string; held: string; debit: string; at: string }>(
    database,
    (value) =>
      database
        .updateTable('pulls')
        .set({ sent: value('sent'), held: value('held'), debit: value('debit'), updated_at: value('at') })
        .where('pull_id', '=', value('id')),
  );

  return {
    async find(id: string): Promise<KeptPull | undefined> {
      const [row] = (await selectOne({ id })).rows;
      return row && pullOf(row);
    },

    /** A pull that has taken nothing yet. */
    async insert({ id, agreementId, asset, revision, tally, startedAt }: NewPull): Promise<void> {
      await database
        .insertInto('pulls')
        .values({
          pull_id: id,
          agreement_id: agreementId,
          asset_code: asset.code,
          asset_scale: BigInt(asset.scale),
          revision: BigInt(revision),
          tally: BigInt(tally),
          sent: '0',
          held: '0',
          debit: '0',
          is_told: 0n,
          started_at: timeText(startedAt),
          updated_at: timeText(startedAt),
          ended_at: null,
        })
        .execute();
    },

    async save({ id, sent, held, debit }: Pick<KeptPull, 'id' | 'sent' | 'held' | 'debit'>, at: Date): Promise<void> {
      await update({ id, sent: String(sent), held: String(held), debit: String(debit), at: timeText(at) });
    },

    async end(id: string, at: Date): Promise<void> {
      await database
        .updateTable('pulls')
        .set({ ended_at: timeText(at) })
        .where('pull_id', '=', id)
        .execute();
    },

    async tell(id: string): Promise<void> {
      await database.updateTable('pulls').set({ is_told: 1n }).where('pull_id', '=', id).execute();
    },

    /** The ids of up to `limit` open pulls of which nothing was heard since that time. */
    async silentSince(time: Date, limit: number): Promise<string[]> {
      const rows = await database
        .selectFrom('pulls')
        .select('pull_id')
        .where('ended_at', 'is', null)
        .where('updated_at', '<=', timeText(time))
        .orderBy('updated_at')
        .limit(limit)
        .execute();
      return rows.map(({ pull_id: id }) => id);
    },

    /** Up to `limit` pulls of an agreement behind the one with ordinal `after` in the order of the list. */
    async page(agreementId: string, after: bigint | undefined, limit: number, order: ListOrder): Promise<KeptPull[]> {
      const rows = await database
        .selectFrom('pulls')
        .selectAll()
        .where('agreement_id', '=', agreementId)
        .$if(after !== undefined, (query) => query.where(sql<SqlBool>`id ${beyond(order)} ${after}`))
        .orderBy('id', order)
        .limit(limit)
        .execute();
      return rows.map(pullOf);
    },
  };
}

function pullOf(row: Row): KeptPull {
  return {
    ordinal: row.id,
    id: row.pull_id,
    agreementId: row.agreement_id,
    asset: { code: row.asset_code, scale: Number(row.asset_scale) },
    revision: Number(row.revision),
    tally: Number(row.tally),
    sent: BigInt(row.sent),
    held: BigInt(row.held),
    debit: BigInt(row.debit),
    isTold: row.is_told === 1n,
    startedAt: timeOf(row.started_at),
    endedAt: row.ended_at === null ? null : timeOf(row.ended_at),
  };
}
