import type { Kysely } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import type { PayoutTables } from './tables.ts';

/** Whether payouts are stopped, and by whom. */
export interface StopSwitch {
  isStopped: boolean;
  reason: string | null;
  actor: string | null;
  updatedAt: Date | null;
}

const NEVER_STOPPED: StopSwitch = { isStopped: false, reason: null, actor: null, updatedAt: null };

export function switchRepository(database: Kysely<PayoutTables>) {
  return {
    async read(): Promise<StopSwitch> {
      const row = await database.selectFrom('payout_switch').selectAll().executeTakeFirst();
      return row === undefined
        ? NEVER_STOPPED
        : {
            isStopped: row.is_stopped === 1n,
            reason: row.reason,
            actor: row.actor,
            updatedAt: timeOf(row.updated_at),
          };
    },

    async set(isStopped: boolean, reason: string, actor: string, now: Date): Promise<void> {
      await database
        .insertInto('payout_switch')
        .values({ id: 1n, is_stopped: isStopped ? 1n : 0n, reason, actor, updated_at: timeText(now) })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((column) => ({
            is_stopped: column.ref('excluded.is_stopped'),
            reason: column.ref('excluded.reason'),
            actor: column.ref('excluded.actor'),
            updated_at: column.ref('excluded.updated_at'),
          })),
        )
        .execute();
    },
  };
}
