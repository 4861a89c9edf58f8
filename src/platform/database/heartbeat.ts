import type { Kysely } from 'kysely';
import { timeText } from './columns.ts';
import type { Tables } from './tables.ts';

export type HeartbeatRepository = ReturnType<typeof heartbeatRepository>;

export function heartbeatRepository(database: Kysely<Tables>) {
  return {
    /** Proves, by doing it, that the database can be written. */
    async beat(now: Date): Promise<void> {
      await database
        .insertInto('heartbeat')
        .values({ id: 1n, written_at: timeText(now) })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ written_at: timeText(now) }))
        .execute();
    },
  };
}
