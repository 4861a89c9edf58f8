import type { Kysely } from 'kysely';
import { timeText } from '#platform/database/columns.ts';
import type { SupportTables } from './tables.ts';

/** A list with its filters, under a name. */
export interface SavedView {
  id: bigint;
  name: string;
  /** Below the console, with its query. */
  path: string;
}

export function savedViewRepository(database: Kysely<SupportTables>) {
  return {
    /** Those of a person, by name. */
    async of(owner: string): Promise<SavedView[]> {
      return database
        .selectFrom('saved_views')
        .select(['id', 'name', 'path'])
        .where('owner', '=', owner)
        .orderBy('name')
        .execute();
    },

    /** Under a name that the person has used before it takes the place of the one from then. */
    async save(owner: string, { name, path }: Omit<SavedView, 'id'>, now: Date): Promise<void> {
      await database
        .insertInto('saved_views')
        .values({ owner, name, path, created_at: timeText(now) })
        .onConflict((conflict) => conflict.columns(['owner', 'name']).doUpdateSet({ path }))
        .execute();
    },

    /** Returns whether there was one. */
    async forget(owner: string, id: bigint): Promise<boolean> {
      const { numDeletedRows } = await database
        .deleteFrom('saved_views')
        .where('id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}
