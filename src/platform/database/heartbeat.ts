import type { Kysely } from 'kysely';
import { timeText } from './columns.ts';
import type { DatabaseTables } from './tables.ts';

export type HeartbeatRepository = ReturnType<typeof heartbeatRepository>;

export function heartbeatRepository(database: Kysely<DatabaseTables>) {
  return {
    /** Proves that the database can be written, by writing to it. */
    async beat(now: Date): Promise<void> {
      await database
        .insertInto('heartbeat')
        .values({ id: 1n, written_at: timeText(now) })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ written_at: timeText(now) }))
        .execute();
    },
  };
}
