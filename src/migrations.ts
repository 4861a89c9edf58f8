import { modules } from './modules.ts';
import { loadMigrations, type Migrations } from './platform/database/migrations.ts';

let loaded: Promise<Migrations> | undefined;

/** All migrations: the early common ones, and the later ones in each context's own folder. */
export function allMigrations(): Promise<Migrations> {
  const ofContexts = modules.flatMap(({ migrations }) => migrations ?? []);
  loaded ??= loadMigrations([() => import('#migrations/index.ts'), ...ofContexts]);
  return loaded;
}
