import type { Generated } from 'kysely';

export interface SupportTables {
  saved_views: SavedViewsTable;
}

/** A list with its filters that a person has given a name. */
interface SavedViewsTable {
  id: Generated<bigint>;
  owner: string;
  name: string;
  path: string;
  created_at: string;
}
