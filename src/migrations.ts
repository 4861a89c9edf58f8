import { modules } from './modules.ts';
import { loadMigrations, type Migrations } from './platform/database/migrations.ts';

let loaded: Promise<Migrations> | undefined;

/** All migrations of the program: those of before the contexts had folders of their own, and each context's later ones. */
export function allMigrations(): Promise<Migrations> {
  const ofContexts = modules.flatMap(({ migrations }) => migrations ?? []);
  loaded ??= loadMigrations([() => import('#migrations/index.ts'), ...ofContexts]);
  return loaded;
}
