import { copyFileSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { takeBackUnfinished } from '#platform/database/sqlite/unfinished.ts';
import { newFolder } from '#test/database/database.ts';

/** A file as it stands when a process is killed that was writing it, and the process's connection. */
function fileBeingWritten() {
  const folder = newFolder();
  const [file, left] = [join(folder, 'written.db'), join(folder, 'left.db')];
  const writer = new SqliteDatabase(file);
  writer.exec(`pragma journal_mode = delete; pragma cache_size = 1; create table rows_of_it (text);
    insert into rows_of_it values ('before')`);
  writer.exec(`begin; update rows_of_it set text = 'never';
    insert into rows_of_it with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
      select hex(zeroblob(1000)) from n`);
  copyFileSync(file, left);
  copyFileSync(`${file}-journal`, `${left}-journal`);
  return { file, left, writer };
}

const textsIn = (file: string) => {
  const reader = new SqliteDatabase(file, { readonly: true });
  try {
    return reader.prepare('select text from rows_of_it limit 2').pluck().all();
  } finally {
    reader.close();
  }
};

describe('what a process had written into a file', () => {
  it('is taken back for those who only read, once it was killed', () => {
    const { left, writer } = fileBeingWritten();
    writer.close();
    takeBackUnfinished(left);
    expect(existsSync(`${left}-journal`)).toBe(false);
    expect(textsIn(left)).toEqual(['before']);
  });

  it('is taken back where a link leads to the file', () => {
    const { left, writer } = fileBeingWritten();
    writer.close();
    const link = join(newFolder(), 'link.db');
    symlinkSync(left, link);
    takeBackUnfinished(link);
    expect(existsSync(`${left}-journal`)).toBe(false);
    expect(textsIn(link)).toEqual(['before']);
  });

  it('stays while that process is at work', () => {
    const { file, writer } = fileBeingWritten();
    expect(() => takeBackUnfinished(file)).toThrow(StoreUnavailableError);
    expect(existsSync(`${file}-journal`)).toBe(true);
    writer.exec('commit');
    writer.close();
    expect(textsIn(file)).toEqual(['never', expect.stringMatching(/^0+$/)]);
  });
});
