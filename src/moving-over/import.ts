import { statSync } from 'node:fs';
import { audit } from '#engine/reconciliation.ts';
import { OldDatabaseError } from '#moving-over/old/old-file.ts';
import type { Scratch, Work } from '#moving-over/plan/scratch.ts';
import type { Summary } from '#moving-over/report/report.ts';
import { writeAll } from '#moving-over/write/all-tables.ts';
import type { Target } from '#moving-over/write/target.ts';
import { isPostgres, shownDatabaseUrl, sqliteFile } from '#platform/database/url.ts';
import { differencesInTarget } from './compare.ts';

/** Writes what was worked out, looks at the books, and keeps them only if they are right. */

/** What was found in the books before they were kept. */
export interface Imported {
  /** Of each kind, as the audit counted them. */
  books: { orders: number; payments: number; settlements: number; accounts: number };
}

/** So many differences are named. */
const MAX_NAMED = 10;

/**
 * Refuses a database that has been used, before anything is read.
 * @param oldFile must be another one.
 * @throws {OldDatabaseError | StoreUnavailableError | StoreBrokenError}
 */
export async function refuseFilledTarget(databaseUrl: string, oldFile: string): Promise<void> {
  if (isPostgres(databaseUrl)) {
    const { refuseFilledPostgres } = await import('#moving-over/write/postgres-target.ts');
    return refuseFilledPostgres(databaseUrl);
  }
  const file = sqliteFile(databaseUrl);
  if (file === ':memory:')
    throw new OldDatabaseError('A database in memory would be gone at once: name a file with -d.');
  if (isSameFile(file, oldFile)) {
    throw new OldDatabaseError(
      `${oldFile} is the old database, and also what -d or TPG_DATABASE_URL names. The old one stays as it is: name another file with -d.`,
    );
  }
  const { refuseFilledSqlite } = await import('#moving-over/write/sqlite-target.ts');
  refuseFilledSqlite(file);
}

/** By whichever path: through a link, or where a folder is mounted twice. */
function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

/** @throws what the database says; nothing is kept then. */
export async function importInto(work: Work, databaseUrl: string, summary: Summary): Promise<Imported> {
  const target = await openTarget(work.scratch, databaseUrl);
  try {
    await writeAll(work, target, summary);
    const books = await audit(target.reader);
    refuse(
      books.differences.map(
        ({ check, subject, expected, found }) => `${check} of ${subject} is ${found}, not ${expected}`,
      ),
      `The books in ${shownDatabaseUrl(databaseUrl)} would not add up`,
    );
    const differences = await differencesInTarget(work.scratch, target.kept);
    refuse(
      differences.map(({ subject, old, found }) => `${subject} has ${found} µT, and had ${old} µT`),
      'The balances would not be those of the old database',
    );
    work.old.requireUnchanged();
    await target.commit();
    return { books };
  } finally {
    await target.close();
  }
}

async function openTarget(scratch: Scratch, databaseUrl: string): Promise<Target> {
  if (isPostgres(databaseUrl)) {
    const { openPostgresTarget } = await import('#moving-over/write/postgres-target.ts');
    return openPostgresTarget(scratch, databaseUrl);
  }
  const { openSqliteTarget } = await import('#moving-over/write/sqlite-target.ts');
  return openSqliteTarget(scratch, databaseUrl, sqliteFile(databaseUrl));
}

function refuse(differences: readonly string[], sentence: string): void {
  if (differences.length === 0) return;
  throw new OldDatabaseError(`${sentence}, so nothing was kept: ${differences.slice(0, MAX_NAMED).join('; ')}.`);
}
