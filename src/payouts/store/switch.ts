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

export function switchRepository(database: Kysely<PayoutTables>) {
  return {
    async read(): Promise<StopSwitch> {
      const row = await database.selectFrom('payout_switch').selectAll().executeTakeFirstOrThrow();
      return {
        isStopped: row.is_stopped === 1n,
        reason: row.reason,
        actor: row.actor,
        updatedAt: row.updated_at === null ? null : timeOf(row.updated_at),
      };
    },

    async set(isStopped: boolean, reason: string, actor: string, now: Date): Promise<void> {
      await database
        .updateTable('payout_switch')
        .set({ is_stopped: isStopped ? 1n : 0n, reason, actor, updated_at: timeText(now) })
        .execute();
    },
  };
}
