import { addUpEverything, addUpOldBalances, compareWithOldViews, differencesInPlan } from '#moving-over/compare.ts';
import { type OldDatabase, translated } from '#moving-over/old/old-file.ts';
import { readOldSchema } from '#moving-over/old/old-schema.ts';
import { Findings } from '#moving-over/report/findings.ts';
import { giveMoneyItsOwners } from './give-owners.ts';
import { readClaims } from './read-claims.ts';
import { Corrections, settleOrders } from './read-money.ts';
import { readOldRows } from './read-old.ts';
import { type Progress, Scratch, type Work } from './scratch.ts';
import { Sources } from './sources.ts';

/** Everything that is read and decided before anything is written. */

export interface PlanOptions {
  now: Date;
  returnsOvercharges: boolean;
  progress: Progress;
}

/**
 * Reads the old database whole, and works out what becomes of each row.
 * @returns with problems among the findings, nothing of it may be written.
 * @throws {OldDatabaseError}
 */
export function planImport(old: OldDatabase, { now, returnsOvercharges, progress }: PlanOptions): Work {
  return translated(old.file, () => {
    const schema = readOldSchema(old.connection, old.file);
    const findings = new Findings();
    const scratch = new Scratch(old.connection, progress);
    const work: Work = { old, schema, findings, scratch, now };
    const sources = new Sources(scratch, findings);
    readOldRows(work, sources);
    old.requireUnchanged();
    // What is missing or there twice makes all that follows guesswork.
    if (findings.problems.count > 0) return work;
    readClaims(work, sources);
    const corrections = new Corrections(work);
    settleOrders(work, sources, corrections, { returnsOvercharges });
    addUpOldBalances(work);
    compareWithOldViews(work);
    if (findings.problems.count > 0) return work;
    giveMoneyItsOwners(work, corrections);
    addUpEverything(work);
    for (const { subject, old: expected, found } of differencesInPlan(scratch)) {
      findings.problem(`The balance of ${subject} would be ${found} µT here, and is ${expected} µT there.`);
    }
    return work;
  });
}
