import { type Kysely, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { Push } from '../types.ts';
import type { PullTables, PushesTable } from './tables.ts';

export interface KeptPush extends Push {
  ordinal: bigint;
}

export type PushRepository = ReturnType<typeof pushRepository>;

export function pushRepository(database: Kysely<PullTables>) {
  return {
    async find(id: string): Promise<KeptPush | undefined> {
      const row = await database.selectFrom('pushes').selectAll().where('push_id', '=', id).executeTakeFirst();
      return row && pushOf(row);
    },

    async insert({ id, asset, amount, packets, startedAt, updatedAt }: Push): Promise<void> {
      await database
        .insertInto('pushes')
        .values({
          push_id: id,
          asset_code: asset.code,
          asset_scale: BigInt(asset.scale),
          amount: String(amount),
          packets: BigInt(packets),
          started_at: timeText(startedAt),
          updated_at: timeText(updatedAt),
        })
        .execute();
    },

    async save({ id, amount, packets, updatedAt }: Push): Promise<void> {
      await database
        .updateTable('pushes')
        .set({ amount: String(amount), packets: BigInt(packets), updated_at: timeText(updatedAt) })
        .where('push_id', '=', id)
        .execute();
    },

    async hasPacket(pushId: string, packet: number): Promise<boolean> {
      const row = await database
        .selectFrom('push_packets')
        .select('packet')
        .where('push_id', '=', pushId)
        .where('packet', '=', BigInt(packet))
        .executeTakeFirst();
      return row !== undefined;
    },

    async insertPacket(pushId: string, packet: number, amount: bigint, at: Date): Promise<void> {
      await database
        .insertInto('push_packets')
        .values({ push_id: pushId, packet: BigInt(packet), amount: String(amount), received_at: timeText(at) })
        .execute();
    },

    /** Up to `limit` pushes behind the one with ordinal `after` in the order of the list. */
    async page(after: bigint | undefined, limit: number, order: ListOrder): Promise<KeptPush[]> {
      const rows = await database
        .selectFrom('pushes')
        .selectAll()
        .$if(after !== undefined, (query) => query.where(sql<SqlBool>`id ${beyond(order)} ${after}`))
        .orderBy('id', order)
        .limit(limit)
        .execute();
      return rows.map(pushOf);
    },

    /** The amounts of a push's packets, for reconciliation. */
    async amountsOf(pushId: string): Promise<bigint[]> {
      const rows = await database.selectFrom('push_packets').select('amount').where('push_id', '=', pushId).execute();
      return rows.map(({ amount }) => BigInt(amount));
    },
  };
}

function pushOf(row: Omit<PushesTable, 'id'> & { id: bigint }): KeptPush {
  return {
    ordinal: row.id,
    id: row.push_id,
    asset: { code: row.asset_code, scale: Number(row.asset_scale) },
    amount: BigInt(row.amount),
    packets: Number(row.packets),
    startedAt: timeOf(row.started_at),
    updatedAt: timeOf(row.updated_at),
  };
}
