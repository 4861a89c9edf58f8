import type { Migration } from 'kysely';
import type { MigrationList, SchemaDialect } from '#migrations/schema.ts';

/** Every migration that the program knows, in one sequence. */
export interface Migrations {
  /** In the order in which they are applied. A database remembers them under these names. */
  readonly names: readonly string[];
  /** By name, for one kind of database. */
  madeFor(schema: SchemaDialect): Record<string, Migration>;
}

/** The `index.ts` of a folder of migrations. */
export interface MigrationModule {
  readonly migrations: MigrationList;
}

/** Its number in the sequence, and what it does. */
const NAME = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Joins the folders that the contexts bring. @throws as `joinMigrations` */
export async function loadMigrations(load: readonly (() => Promise<MigrationModule>)[]): Promise<Migrations> {
  const folders = await Promise.all(load.map((one) => one()));
  return joinMigrations(folders.map(({ migrations }) => migrations));
}

/**
 * Merges several lists, in any order, into one sequence.
 * @throws if a name is not a number of four digits and words, or if a number occurs twice or is missing.
 */
export function joinMigrations(lists: readonly MigrationList[]): Migrations {
  const all = lists.flatMap((list) => Object.entries(list)).sort(([one], [other]) => (one < other ? -1 : 1));
  const names = all.map(([name]) => name);
  for (const [index, name] of names.entries()) {
    const number = NAME.exec(name)?.[1];
    if (number === undefined) throw new Error(`A migration is named by four digits and words; ${name} is not`);
    const before = names[index - 1];
    if (before?.startsWith(`${number}-`) || before === name) {
      throw new Error(`The migrations ${before} and ${name} have the same number`);
    }
    if (Number(number) !== index + 1) {
      throw new Error(`The migration ${name} comes where number ${index + 1} is expected`);
    }
  }
  return {
    names,
    madeFor: (schema) => Object.fromEntries(all.map(([name, migration]) => [name, migration(schema)])),
  };
}
