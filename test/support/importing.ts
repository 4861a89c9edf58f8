import { allBookChecks } from '#books.ts';
import { audit } from '#engine/reconciliation.ts';
import { importInto, refuseFilledTarget } from '#moving-over/import.ts';
import { openOldDatabase } from '#moving-over/old/old-file.ts';
import { planImport } from '#moving-over/plan/plan.ts';
import { problemLines, reportLines, type Summary, summaryOf } from '#moving-over/report/report.ts';
import { openReader } from '#test/database/open.ts';
import type { TestDatabase } from './database/database.ts';

/** An import as the command does it, without the command. */

export const IMPORT_TIME = new Date('2026-12-01T10:00:00.000Z');

export interface ImportOutcome {
  report: string[];
  problems: string[];
  summary: Summary | undefined;
}

/** Imports the file, or answers the problems that keep it from being imported. */
export async function importFile(
  file: string,
  database: Pick<TestDatabase, 'url'>,
  { returnsOvercharges = false }: { returnsOvercharges?: boolean } = {},
): Promise<ImportOutcome> {
  await refuseFilledTarget(database.url, file);
  const old = openOldDatabase(file);
  try {
    const work = planImport(old, { now: IMPORT_TIME, returnsOvercharges, progress: () => undefined });
    const problems = problemLines(work);
    if (problems.length > 0) return { report: [], problems, summary: undefined };
    const summary = summaryOf(work);
    const report = [...reportLines(work, summary)];
    await importInto(work, database.url, summary);
    return { report, problems, summary };
  } finally {
    old.close();
  }
}

/** What `taritools audit` finds. */
export async function auditOf(database: Pick<TestDatabase, 'url'>) {
  const reader = await openReader(database.url);
  return audit(reader, await allBookChecks()).finally(() => reader.close());
}
