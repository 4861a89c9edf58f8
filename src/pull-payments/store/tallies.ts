import { type Kysely, sql } from 'kysely';
import type { Asset } from '#interledger/stream/connection/state.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { Rate } from '../terms/rate.ts';
import type { Tally } from '../terms/standing.ts';
import type { PullTables, PullTalliesTable } from './tables.ts';

/** A tally with the asset of its units. */
export interface KeptTally extends Tally {
  asset: Asset;
}

export type TallyRepository = ReturnType<typeof tallyRepository>;

export function tallyRepository(database: Kysely<PullTables>) {
  const all = () => database.selectFrom('pull_tallies').selectAll();
  const selectOpen = preparedQuery<Omit<PullTalliesTable, 'number' | 'units' | 'held'>, PullTalliesTable>(
    database,
    (value) =>
      all()
        .where('agreement_id', '=', value('agreement_id'))
        .where('revision', '=', value('revision'))
        .where('held', '<>', sql.lit('0'))
        .unionAll(
          all()
            .where('agreement_id', '=', value('agreement_id'))
            .where('revision', '=', value('revision'))
            .where('asset_code', '=', value('asset_code'))
            .where('asset_scale', '=', value('asset_scale'))
            .where('rate_units', '=', value('rate_units'))
            .where('rate_per', '=', value('rate_per'))
            .where('held', '=', sql.lit('0')),
        ),
  );
  const selectHolding = preparedQuery<{ id: string }, PullTalliesTable>(database, (value) =>
    all().where('held', '<>', sql.lit('0')).where('agreement_id', '=', value('id')),
  );
  const selectOne = preparedQuery<{ id: string; revision: bigint; number: bigint }, PullTalliesTable>(
    database,
    (value) =>
      all()
        .where('agreement_id', '=', value('id'))
        .where('revision', '=', value('revision'))
        .where('number', '=', value('number')),
  );
  const update = preparedQuery<{ id: string; revision: bigint; number: bigint; units: string; held: string }>(
    database,
    (value) =>
      database
        .updateTable('pull_tallies')
        .set({ units: value('units'), held: value('held') })
        .where('agreement_id', '=', value('id'))
        .where('revision', '=', value('revision'))
        .where('number', '=', value('number')),
  );

  return {
    /** Those that hold something, and the one of that rate and asset if there is one. */
    async open(agreementId: string, revision: number, rate: Rate, asset: Asset): Promise<KeptTally[]> {
      const { rows } = await selectOpen({
        agreement_id: agreementId,
        revision: BigInt(revision),
        asset_code: asset.code,
        asset_scale: BigInt(asset.scale),
        rate_units: String(rate.units),
        rate_per: String(rate.per),
      });
      return rows.map(tallyOf);
    },

    /** Those of several agreements that hold something, by the agreement's id. Of earlier revisions none do. */
    async holding(agreementIds: readonly string[]): Promise<Map<string, KeptTally[]>> {
      const found = new Map<string, KeptTally[]>();
      const [id] = agreementIds;
      if (id === undefined) return found;
      if (agreementIds.length === 1) return found.set(id, (await selectHolding({ id })).rows.map(tallyOf));
      const rows = await all().where('held', '<>', '0').where('agreement_id', 'in', agreementIds).execute();
      for (const row of rows) found.set(row.agreement_id, [...(found.get(row.agreement_id) ?? []), tallyOf(row)]);
      return found;
    },

    /** @throws {Error} if there is none: what is held is carried over into each revision. */
    async get(agreementId: string, revision: number, number: number): Promise<KeptTally> {
      const found = await selectOne({ id: agreementId, revision: BigInt(revision), number: BigInt(number) });
      const [row] = found.rows;
      if (row === undefined) throw new Error(`Revision ${revision} has no tally ${number}`);
      return tallyOf(row);
    },

    async insert(agreementId: string, revision: number, tally: KeptTally): Promise<void> {
      await database
        .insertInto('pull_tallies')
        .values({
          agreement_id: agreementId,
          revision: BigInt(revision),
          number: BigInt(tally.number),
          asset_code: tally.asset.code,
          asset_scale: BigInt(tally.asset.scale),
          rate_units: String(tally.rate.units),
          rate_per: String(tally.rate.per),
          units: String(tally.units),
          held: String(tally.held),
        })
        .execute();
    },

    async save(agreementId: string, revision: number, { number, units, held }: Tally): Promise<void> {
      await update({
        id: agreementId,
        revision: BigInt(revision),
        number: BigInt(number),
        units: String(units),
        held: String(held),
      });
    },

    /** A number that no tally of the agreement has. */
    async nextNumber(agreementId: string): Promise<number> {
      const { last } = await database
        .selectFrom('pull_tallies')
        .select(({ fn }) => fn.max<bigint | null>('number').as('last'))
        .where('agreement_id', '=', agreementId)
        .executeTakeFirstOrThrow();
      return Number(last ?? 0n) + 1;
    },

    /** Of all revisions, for reconciliation. */
    async ofAgreement(agreementId: string): Promise<{ revision: number; tally: KeptTally }[]> {
      const rows = await all().where('agreement_id', '=', agreementId).orderBy('revision').orderBy('number').execute();
      return rows.map((row) => ({ revision: Number(row.revision), tally: tallyOf(row) }));
    },
  };
}

function tallyOf(row: PullTalliesTable): KeptTally {
  return {
    number: Number(row.number),
    asset: { code: row.asset_code, scale: Number(row.asset_scale) },
    rate: { units: BigInt(row.rate_units), per: BigInt(row.rate_per) },
    units: BigInt(row.units),
    held: BigInt(row.held),
  };
}
