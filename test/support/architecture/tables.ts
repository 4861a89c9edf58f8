import { partOf } from './imports.ts';

/** Whose tables the SQL of a file speaks of. */

const TABLES = /^export interface \w+Tables \{\n(.*?)^\}/gms;

/** The tables that a `store/tables.ts` describes. */
export function tablesIn(text: string): string[] {
  return [...text.matchAll(TABLES)].flatMap(([, body = '']) =>
    [...body.matchAll(/^ {2}(\w+): \w/gm)].map(([, name = '']) => name),
  );
}

const BUILT = /\b(?:selectFrom|insertInto|updateTable|deleteFrom|(?:inner|left|right|full)Join)\(\s*'(\w+)/g;
const WRITTEN = /\bsql(?:<[^>`]*>)?`([^`]*)`/g;
const IN_SQL = /\b(?:from|join|into|update)\s+"?([a-z_]+)/gi;

/** The tables that queries of a file name, built by functions or written as SQL. */
export function tablesNamedIn(text: string): string[] {
  const built = [...text.matchAll(BUILT)].map(([, name = '']) => name);
  const written = [...text.matchAll(WRITTEN)].flatMap(([, sql = '']) =>
    [...sql.matchAll(IN_SQL)].map(([, name = '']) => name),
  );
  return [...new Set([...built, ...written])].sort();
}

/** By file, the tables of other contexts that its queries name. */
export function foreignTables(texts: ReadonlyMap<string, string>): Record<string, string[]> {
  const owners = new Map<string, string>();
  for (const [file, text] of texts) {
    if (file.endsWith('/store/tables.ts')) for (const table of tablesIn(text)) owners.set(table, partOf(file));
  }
  const found = [...texts].map(([file, text]): [string, string[]] => {
    const isForeign = (table: string) => owners.has(table) && owners.get(table) !== partOf(file);
    return [file, tablesNamedIn(text).filter(isForeign)];
  });
  return Object.fromEntries(found.filter(([, tables]) => tables.length > 0));
}
