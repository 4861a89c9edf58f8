import type { Migration } from 'kysely';
import type { MigrationList, SchemaDialect } from '#migrations/schema.ts';

/** Every migration that the program knows, in one sequence. */
export interface Migrations {
  /** In the order in which they are applied. A database remembers them under these names. */
  readonly names: readonly string[];
  /** By their names, as one database wants them. */
  madeFor(schema: SchemaDialect): Record<string, Migration>;
}

/** A folder of migrations, as its `index.ts` is. */
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
 * Makes one sequence of several lists, in whatever order they come.
 * @throws where a name is not a number of four digits and words, a number is given twice, or one is left out.
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
