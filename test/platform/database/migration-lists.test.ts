import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { migrations as firstMigrations } from '#migrations/index.ts';
import { joinMigrations, loadMigrations } from '#platform/database/migrations.ts';
import { sqliteSchema } from '#platform/database/sqlite/schema.ts';
import { migrations } from '#test/database/open.ts';

const nothing = () => ({ up: async () => undefined });
const list = (...names: string[]) => Object.fromEntries(names.map((name) => [name, nothing]));

describe('the migrations of several contexts', () => {
  it('are one sequence by their numbers, in whatever order the contexts come', async () => {
    const joined = await loadMigrations([
      async () => ({ migrations: list('0003-notes', '0004-note-authors') }),
      async () => ({ migrations: list('0001-orders', '0002-payments', '0005-refunds') }),
    ]);
    expect(joined.names).toEqual(['0001-orders', '0002-payments', '0003-notes', '0004-note-authors', '0005-refunds']);
    expect(Object.keys(joined.madeFor(sqliteSchema))).toEqual(joined.names);
  });

  it.each([
    ['0002-notes', 'The migrations 0002-notes and 0002-payments have the same number'],
    ['0002-payments', 'The migrations 0002-payments and 0002-payments have the same number'],
    ['0004-notes', 'The migration 0004-notes comes where number 3 is expected'],
    ['3-notes', '3-notes is not'],
    ['0003_notes', '0003_notes is not'],
    ['0003-', '0003- is not'],
  ])('are refused with %s', (name, sentence) => {
    expect(() => joinMigrations([list('0001-orders', '0002-payments'), list(name)])).toThrow(sentence);
  });

  it('are refused without a first one', () => {
    expect(() => joinMigrations([list('0002-payments')])).toThrow('number 1 is expected');
  });
});

describe('the migrations of the program', () => {
  it('are all that have a file, under the names of those', () => {
    const files = readdirSync(new URL('../../../migrations', import.meta.url), { recursive: true, encoding: 'utf8' });
    const names = files.flatMap((file) => /(?:^|\/)(\d{4}-[^/]*)\.ts$/.exec(file)?.[1] ?? []).sort();
    expect(migrations.names).toEqual(names);
    expect(migrations.names).toEqual(expect.arrayContaining(Object.keys(firstMigrations)));
  });
});
