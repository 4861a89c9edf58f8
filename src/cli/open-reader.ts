import type { OpenedReader } from '#platform/database/open.ts';

/** Opens a server's database only to read it. Loaded where it is needed alone: each start of the tool would take longer. */
export async function openReader(databaseUrl: string): Promise<OpenedReader> {
  const [database, { allMigrations }] = await Promise.all([
    import('#platform/database/open.ts'),
    import('#migrations.ts'),
  ]);
  return database.openReader(databaseUrl, await allMigrations());
}
