import { type Kysely, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import { columnsOf, preparedQuery } from '#platform/database/prepared-query.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { PacketFilter } from '../service-type.ts';
import type { PacketState, PullPacket } from '../types.ts';
import type { PullPacketsTable, PullTables } from './tables.ts';

export interface KeptPacket extends PullPacket {
  /** Its number on its connection. */
  packet: number;
  tally: number;
  /** Where its debit was entered; null if it has none. */
  booked: Booked | null;
}

export interface Booked {
  /** Its number among the bookings of the agreement. */
  booking: bigint;
  revision: number;
  cycle: number;
}

export type NewPacket = Pick<
  KeptPacket,
  'agreementId' | 'pullId' | 'packet' | 'amount' | 'tally' | 'cycle' | 'expiresAt' | 'sentAt'
>;

type Row = Omit<PullPacketsTable, 'id'> & { id: bigint };

export type PacketRepository = ReturnType<typeof packetRepository>;

export function packetRepository(database: Kysely<PullTables>) {
  const all = () => database.selectFrom('pull_packets').selectAll();
  const selectOne = preparedQuery<{ pullId: string; packet: bigint }, Row>(database, (value) =>
    all().where('pull_id', '=', value('pullId')).where('packet', '=', value('packet')),
  );
  const insert = preparedQuery<Omit<PullPacketsTable, 'id' | (typeof SETTLED_WITH)[number]>>(database, (value) =>
    database.insertInto('pull_packets').values({
      ...columnsOf(value, SENT_WITH),
      state: sql<PacketState>`'sent'`,
      debit: sql<string>`'0'`,
    }),
  );
  const settle = preparedQuery<Settlement>(database, (value) =>
    database.updateTable('pull_packets').set(columnsOf(value, SETTLED_WITH)).where('id', '=', value('id')),
  );

  return {
    async find(pullId: string, packet: number): Promise<KeptPacket | undefined> {
      const [row] = (await selectOne({ pullId, packet: BigInt(packet) })).rows;
      return row && packetOf(row);
    },

    async findById(id: bigint): Promise<KeptPacket | undefined> {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row && packetOf(row);
    },

    /** A packet that is to be sent. */
    async insert(packet: NewPacket): Promise<void> {
      await insert({
        agreement_id: packet.agreementId,
        pull_id: packet.pullId,
        packet: BigInt(packet.packet),
        amount: String(packet.amount),
        tally: BigInt(packet.tally),
        cycle: BigInt(packet.cycle),
        expires_at: timeText(packet.expiresAt),
        sent_at: timeText(packet.sentAt),
      });
    },

    /** Saves the outcome of a packet: all of it but what it was sent with. */
    async settle({ id, state, debit, booked, ...packet }: KeptPacket): Promise<void> {
      await settle({
        id,
        state,
        debit: String(debit),
        booking: booked?.booking ?? null,
        booked_revision: booked && BigInt(booked.revision),
        booked_cycle: booked && BigInt(booked.cycle),
        reject_code: packet.rejectCode,
        fulfillment: packet.fulfillment,
        settled_at: packet.settledAt && timeText(packet.settledAt),
        resolved_by: packet.resolvedBy,
      });
    },

    /** Whether a packet of the agreement, or of one of its pulls, is under way. */
    async isUnderWay(agreementId: string, pullId?: string): Promise<boolean> {
      const row = await database
        .selectFrom('pull_packets')
        .select('id')
        .where('state', '=', sql.lit('sent'))
        .where('agreement_id', '=', agreementId)
        .$if(pullId !== undefined, (query) => query.where('pull_id', '=', pullId ?? ''))
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /**
     * Up to `limit` packets under way that had expired by that time. They are in no order in the query: for one, SQLite
     * would read the whole journal.
     */
    async expiredBy(time: Date, limit: number): Promise<KeptPacket[]> {
      const rows = await all()
        .where('state', '=', sql.lit('sent'))
        .where('expires_at', '<=', timeText(time))
        .limit(limit)
        .execute();
      return rows.map(packetOf).sort((one, other) => (one.id < other.id ? -1 : 1));
    },

    /** Up to `limit` packets of an agreement that were entered after that booking, in the order of their bookings. */
    async bookedAfter(agreementId: string, booking: bigint, limit: number): Promise<KeptPacket[]> {
      const rows = await all()
        .where('agreement_id', '=', agreementId)
        .where('booking', '>', booking)
        .orderBy('booking')
        .limit(limit)
        .execute();
      return rows.map(packetOf);
    },

    async countUnknown(agreementId: string): Promise<number> {
      const { count } = await database
        .selectFrom('pull_packets')
        .select(({ fn }) => fn.countAll<bigint | number>().as('count'))
        .where('state', '=', sql.lit('unknown'))
        .where('agreement_id', '=', agreementId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** How many packets are in a state, and what they hold by the uplink's asset, for metrics. */
    async heldIn(
      state: 'sent' | 'unknown',
    ): Promise<{ code: string; scale: number; packets: number; units: number }[]> {
      const rows = await database
        .selectFrom('pull_packets')
        .innerJoin('pulls', 'pulls.pull_id', 'pull_packets.pull_id')
        .select(['asset_code', 'asset_scale', ({ fn }) => fn.countAll<bigint | number>().as('count')])
        .select(sql<number>`sum(cast(amount as double precision))`.as('units'))
        .where('state', '=', sql.lit(state))
        .groupBy(['asset_code', 'asset_scale'])
        .orderBy('asset_code')
        .orderBy('asset_scale')
        .execute();
      return rows.map((row) => ({
        code: row.asset_code,
        scale: Number(row.asset_scale),
        packets: Number(row.count),
        units: Number(row.units),
      }));
    },

    /** Up to `limit` packets behind the one with id `after` in the order of the list. */
    async page(
      { agreementId, pullId, state }: PacketFilter,
      after: bigint | undefined,
      limit: number,
      order: ListOrder,
    ): Promise<KeptPacket[]> {
      let query = all().orderBy('id', order).limit(limit);
      if (after !== undefined) query = query.where(sql<SqlBool>`id ${beyond(order)} ${after}`);
      if (agreementId !== undefined) query = query.where('agreement_id', '=', agreementId);
      if (pullId !== undefined) query = query.where('pull_id', '=', pullId);
      if (state !== undefined) query = query.where('state', '=', sql.lit(state));
      return (await query.execute()).map(packetOf);
    },
  };
}

const SENT_WITH = ['agreement_id', 'pull_id', 'packet', 'amount', 'tally', 'cycle', 'expires_at', 'sent_at'] as const;

const SETTLED_WITH = [
  'state',
  'debit',
  'booking',
  'booked_revision',
  'booked_cycle',
  'reject_code',
  'fulfillment',
  'settled_at',
  'resolved_by',
] as const;

type Settlement = Pick<PullPacketsTable, (typeof SETTLED_WITH)[number]> & { id: bigint };

function packetOf(row: Row): KeptPacket {
  const { booking, booked_revision: revision, booked_cycle: cycle } = row;
  const isBooked = booking !== null && revision !== null && cycle !== null;
  return {
    id: row.id,
    agreementId: row.agreement_id,
    pullId: row.pull_id,
    packet: Number(row.packet),
    amount: BigInt(row.amount),
    tally: Number(row.tally),
    state: row.state,
    debit: BigInt(row.debit),
    booked: isBooked ? { booking, revision: Number(revision), cycle: Number(cycle) } : null,
    cycle: Number(row.cycle),
    rejectCode: row.reject_code,
    fulfillment: row.fulfillment,
    expiresAt: timeOf(row.expires_at),
    sentAt: timeOf(row.sent_at),
    settledAt: row.settled_at === null ? null : timeOf(row.settled_at),
    resolvedBy: row.resolved_by,
  };
}
