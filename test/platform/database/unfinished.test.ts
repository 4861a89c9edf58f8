import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, it } from 'vitest';
import { takeBackUnfinished } from '#platform/database/sqlite/unfinished.ts';
import { newFolder } from '#test/database/database.ts';

it('takes back what a killed process had written into the file, for those who only read', () => {
  const folder = newFolder();
  const [file, left] = [join(folder, 'written.db'), join(folder, 'left.db')];
  const writer = new SqliteDatabase(file);
  writer.exec(`pragma journal_mode = delete; pragma cache_size = 1; create table rows_of_it (text);
    insert into rows_of_it values ('before')`);
  writer.exec(`begin; update rows_of_it set text = 'never';
    insert into rows_of_it with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
      select hex(zeroblob(1000)) from n`);
  // As they stand when it is killed.
  copyFileSync(file, left);
  copyFileSync(`${file}-journal`, `${left}-journal`);
  writer.close();
  takeBackUnfinished(left);
  expect(existsSync(`${left}-journal`)).toBe(false);
  const reader = new SqliteDatabase(left, { readonly: true });
  expect(reader.prepare('select text from rows_of_it').pluck().all()).toEqual(['before']);
  reader.close();
});
