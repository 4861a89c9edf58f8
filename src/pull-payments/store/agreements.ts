import { type Kysely, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { AgreementFilter } from '../service-type.ts';
import type { Rate } from '../terms/rate.ts';
import type { Revision, Standing } from '../terms/standing.ts';
import type { AgreementSource, AgreementState, Terms } from '../types.ts';
import type { PullAgreementsTable, PullRevisionsTable, PullTables } from './tables.ts';

/** An agreement as it is kept: what can be pulled follows from it, the time, and what is held. */
export interface KeptAgreement {
  ordinal: bigint;
  id: string;
  /** What stands in the pointer if it is not the id. */
  token: string | null;
  source: AgreementSource;
  state: AgreementState;
  revision: Revision;
  standing: Standing;
  /** How many packets have added to the total. */
  bookings: bigint;
  createdAt: Date;
  updatedAt: Date;
}

export interface NewAgreement extends Pick<KeptAgreement, 'id' | 'token' | 'source' | 'revision' | 'standing'> {
  tokenHash: string;
  createdAt: Date;
}

/** How a revision came about. */
export interface RevisionOrigin {
  /** Units of the new asset for one of the revision before. */
  conversion: Rate;
  by: string | null;
  reason: string | null;
  at: Date;
}

export type AgreementRepository = ReturnType<typeof agreementRepository>;

export function agreementRepository(database: Kysely<PullTables>) {
  const agreements = () =>
    database
      .selectFrom('pull_agreements as a')
      .innerJoin('pull_revisions as r', (join) =>
        join.onRef('r.agreement_id', '=', 'a.agreement_id').onRef('r.revision', '=', 'a.revision'),
      )
      .select(AGREEMENT_COLUMNS)
      .select(REVISION_COLUMNS);
  const selectById = preparedQuery<{ id: string }, Row>(database, (value) =>
    agreements().where('a.agreement_id', '=', value('id')),
  );
  const selectByToken = preparedQuery<{ hash: string }, Row>(database, (value) =>
    agreements().where('a.token_hash', '=', value('hash')),
  );
  const updateStanding = preparedQuery<{
    id: string;
    total: string;
    cycle: bigint;
    before: string;
    bookings: bigint;
    at: string;
  }>(database, (value) =>
    database
      .updateTable('pull_agreements')
      .set({
        total: value('total'),
        cycle: value('cycle'),
        total_before: value('before'),
        bookings: value('bookings'),
        updated_at: value('at'),
      })
      .where('agreement_id', '=', value('id')),
  );

  return {
    async insert({ revision, standing, ...agreement }: NewAgreement): Promise<void> {
      const { terms } = revision;
      await database
        .insertInto('pull_agreements')
        .values({
          agreement_id: agreement.id,
          token_hash: agreement.tokenHash,
          token: agreement.token,
          source: agreement.source,
          state: 'active',
          revision: BigInt(revision.number),
          asset_code: terms.asset.code,
          reference: terms.reference,
          description: terms.description,
          webhook: terms.webhook,
          ...standingColumns(standing),
          bookings: 0n,
          created_at: timeText(agreement.createdAt),
          updated_at: timeText(agreement.createdAt),
        })
        .execute();
    },

    async insertRevision(agreementId: string, revision: Revision, origin: RevisionOrigin): Promise<void> {
      await database
        .insertInto('pull_revisions')
        .values(revisionColumns(agreementId, revision, origin))
        .execute();
    },

    async find(id: string): Promise<KeptAgreement | undefined> {
      const [row] = (await selectById({ id })).rows;
      return row && agreementOf(row);
    },

    async findByToken(hash: string): Promise<KeptAgreement | undefined> {
      const [row] = (await selectByToken({ hash })).rows;
      return row && agreementOf(row);
    },

    async saveStanding(id: string, standing: Standing, bookings: bigint, at: Date): Promise<void> {
      const { total, cycle, total_before: before } = standingColumns(standing);
      await updateStanding({ id, total, cycle, before, bookings, at: timeText(at) });
    },

    /** Puts a revision that was inserted into force. */
    async revise(id: string, { number, terms }: Revision, standing: Standing, at: Date): Promise<void> {
      await database
        .updateTable('pull_agreements')
        .set({
          revision: BigInt(number),
          asset_code: terms.asset.code,
          ...standingColumns(standing),
          updated_at: timeText(at),
        })
        .where('agreement_id', '=', id)
        .execute();
    },

    async setState(id: string, state: AgreementState, at: Date): Promise<void> {
      await database
        .updateTable('pull_agreements')
        .set({ state, updated_at: timeText(at) })
        .where('agreement_id', '=', id)
        .execute();
    },

    /** Up to `limit` agreements behind the one with ordinal `after` in the order of the list. */
    async page(
      { state, assetCode, reference, createdSince }: AgreementFilter,
      after: bigint | undefined,
      limit: number,
      order: ListOrder,
    ): Promise<KeptAgreement[]> {
      let query = agreements().orderBy('a.id', order).limit(limit);
      if (after !== undefined) query = query.where(sql<SqlBool>`a.id ${beyond(order)} ${after}`);
      if (state !== undefined) query = query.where('a.state', '=', state);
      if (assetCode !== undefined) query = query.where('a.asset_code', '=', assetCode);
      if (reference !== undefined) query = query.where('a.reference', '=', reference);
      if (createdSince !== undefined) query = query.where('a.created_at', '>=', timeText(createdSince));
      return (await query.execute()).map(agreementOf);
    },

    /** All terms that were ever in force, the first first. */
    async revisions(id: string): Promise<{ revision: Revision; origin: RevisionOrigin }[]> {
      const rows = await database
        .selectFrom('pull_revisions as r')
        .innerJoin('pull_agreements as a', 'a.agreement_id', 'r.agreement_id')
        .select(REVISION_COLUMNS)
        .select(['a.webhook', 'a.reference', 'a.description', 'r.revision'])
        .select(['r.converted_units', 'r.converted_per', 'r.actor', 'r.reason', 'r.created_at as revised_at'])
        .where('r.agreement_id', '=', id)
        .orderBy('r.revision')
        .execute();
      return rows.map((row) => ({
        revision: revisionOf(row),
        origin: {
          conversion: { units: BigInt(row.converted_units), per: BigInt(row.converted_per) },
          by: row.actor,
          reason: row.reason,
          at: timeOf(row.revised_at),
        },
      }));
    },

    /** How many agreements may be pulled from at that time, by state. */
    async openCounts(now: Date): Promise<{ active: number; paused: number }> {
      const rows = await database
        .selectFrom('pull_agreements as a')
        .innerJoin('pull_revisions as r', (join) =>
          join.onRef('r.agreement_id', '=', 'a.agreement_id').onRef('r.revision', '=', 'a.revision'),
        )
        .select(['a.state', ({ fn }) => fn.countAll<bigint | number>().as('count')])
        .where('a.state', '<>', 'cancelled')
        .where((where) => where.or([where('r.expiry_at', 'is', null), where('r.expiry_at', '>', timeText(now))]))
        .groupBy('a.state')
        .execute();
      const countOf = (state: AgreementState) => Number(rows.find((row) => row.state === state)?.count ?? 0);
      return { active: countOf('active'), paused: countOf('paused') };
    },
  };
}

const AGREEMENT_COLUMNS = [
  'a.id',
  'a.agreement_id',
  'a.token',
  'a.source',
  'a.state',
  'a.revision',
  'a.webhook',
  'a.reference',
  'a.description',
  'a.total',
  'a.cycle',
  'a.total_before',
  'a.bookings',
  'a.created_at',
  'a.updated_at',
] as const;

const REVISION_COLUMNS = [
  'r.amount',
  'r.asset_code',
  'r.asset_scale',
  'r.start_at',
  'r.expiry_at',
  'r.interval_length',
  'r.cycles',
  'r.cap',
  'r.max_pull',
  'r.anchor_at',
  'r.skipped',
  'r.granted_before',
  'r.carried_total',
  'r.carried_interval',
  'r.first_cycle',
] as const;

type RevisionRow = Pick<
  PullRevisionsTable,
  Exclude<
    keyof PullRevisionsTable,
    'agreement_id' | 'converted_units' | 'converted_per' | 'actor' | 'reason' | 'created_at'
  >
> &
  Pick<PullAgreementsTable, 'webhook' | 'reference' | 'description'>;

type Row = RevisionRow & Omit<PullAgreementsTable, 'id' | 'token_hash'> & { id: bigint };

function standingColumns({ total, cycle, totalBefore }: Standing) {
  return { total: String(total), cycle: BigInt(cycle), total_before: String(totalBefore) };
}

function revisionColumns(agreementId: string, revision: Revision, origin: RevisionOrigin): PullRevisionsTable {
  const { terms } = revision;
  return {
    agreement_id: agreementId,
    revision: BigInt(revision.number),
    amount: String(terms.amount),
    asset_code: terms.asset.code,
    asset_scale: BigInt(terms.asset.scale),
    start_at: timeText(terms.startAt),
    expiry_at: terms.expiryAt && timeText(terms.expiryAt),
    interval_length: terms.interval,
    cycles: BigInt(terms.cycles),
    cap: terms.cap ? 1n : 0n,
    max_pull: terms.maxPull === null ? null : String(terms.maxPull),
    anchor_at: timeText(revision.anchorAt),
    skipped: BigInt(revision.skipped),
    granted_before: String(revision.grantedBefore),
    carried_total: String(revision.carriedTotal),
    carried_interval: String(revision.carriedInterval),
    first_cycle: BigInt(revision.firstCycle),
    converted_units: String(origin.conversion.units),
    converted_per: String(origin.conversion.per),
    actor: origin.by,
    reason: origin.reason,
    created_at: timeText(origin.at),
  };
}

function agreementOf(row: Row): KeptAgreement {
  return {
    ordinal: row.id,
    id: row.agreement_id,
    token: row.token,
    source: row.source,
    state: row.state,
    revision: revisionOf(row),
    standing: { total: BigInt(row.total), cycle: Number(row.cycle), totalBefore: BigInt(row.total_before) },
    bookings: row.bookings,
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}

function revisionOf(row: RevisionRow): Revision {
  return {
    number: Number(row.revision),
    terms: termsOf(row),
    anchorAt: timeOf(row.anchor_at),
    skipped: Number(row.skipped),
    grantedBefore: BigInt(row.granted_before),
    carriedTotal: BigInt(row.carried_total),
    carriedInterval: BigInt(row.carried_interval),
    firstCycle: Number(row.first_cycle),
  };
}

function termsOf(row: RevisionRow): Terms {
  return {
    amount: BigInt(row.amount),
    asset: { code: row.asset_code, scale: Number(row.asset_scale) },
    startAt: timeOf(row.start_at),
    expiryAt: row.expiry_at === null ? null : timeOf(row.expiry_at),
    interval: row.interval_length,
    cycles: Number(row.cycles),
    cap: row.cap === 1n,
    maxPull: row.max_pull === null ? null : BigInt(row.max_pull),
    webhook: row.webhook,
    description: row.description,
    reference: row.reference,
  };
}
