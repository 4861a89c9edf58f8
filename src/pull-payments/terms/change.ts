import type { Terms, TermsChange } from '../types.ts';
import { boundaryMs } from './calendar.ts';
import { convertDown, convertFloor, convertUp, ONE_TO_ONE, type Rate } from './rate.ts';
import { intervalOf, type Revision, type Standing } from './standing.ts';

/** Whether a change says anything that the terms do not. */
export function changesTerms(terms: Terms, change: TermsChange): boolean {
  return Object.keys(change).some((name) => {
    const [before, after] = [comparable(terms, name), comparable(change, name)];
    return after !== undefined && before !== after;
  });
}

function comparable(terms: TermsChange, name: string): unknown {
  const value = terms[name as keyof TermsChange];
  if (value instanceof Date) return value.getTime();
  return typeof value === 'object' && value !== null ? `${value.code} ${value.scale}` : value;
}

/**
 * The revision after a change, and the standing in it. The total stays, in the new asset if there is one.
 *
 * A change of amount, interval or cap begins at the start of the present interval, or of the last one if all are over: what
 * the intervals before it granted stays granted, as far as the old terms let it, and what was pulled in this one counts.
 * The number of intervals is then of those that are left, unless the change says another. Other changes move nothing.
 * @param standing brought forward to the moment of the change.
 * @param conversion units of the new asset for one of the old.
 */
export function revise(
  revision: Revision,
  standing: Standing,
  change: TermsChange,
  conversion: Rate = ONE_TO_ONE,
): { revision: Revision; standing: Standing } {
  const begun = beginsAgain(revision.terms, change) ? beginAgain(revision, standing) : { revision, standing };
  const { terms } = begun.revision;
  const total = convertUp(standing.total, conversion);
  const interval = min(convertUp(standing.total - standing.totalBefore, conversion), total);
  const { cycle } = begun.standing;
  const asked = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as TermsChange;
  return {
    revision: {
      ...begun.revision,
      number: revision.number + 1,
      terms: {
        ...terms,
        amount: convertDown(terms.amount, conversion),
        maxPull: terms.maxPull === null ? null : convertDown(terms.maxPull, conversion),
        ...asked,
      },
      // A change of the interval can only count from where the present one began.
      ...(changesInterval(revision.terms, change) && { anchorAt: terms.startAt, skipped: 0 }),
      grantedBefore: convertFloor(begun.revision.grantedBefore, conversion),
      carriedTotal: total,
      carriedInterval: interval,
      firstCycle: cycle,
    },
    standing: { total, cycle, totalBefore: total - interval },
  };
}

function beginsAgain(terms: Terms, { amount, asset, cap, interval }: TermsChange): boolean {
  const differs = (before: unknown, after: unknown) => after !== undefined && after !== before;
  // The same number of another asset is another amount.
  if (amount !== undefined && asset !== undefined) return true;
  return differs(terms.amount, amount) || differs(terms.cap, cap) || differs(terms.interval, interval);
}

function changesInterval(terms: Terms, { interval }: TermsChange): boolean {
  return interval !== undefined && interval !== terms.interval;
}

/** The same terms, counted from the present interval. */
function beginAgain(revision: Revision, standing: Standing): { revision: Revision; standing: Standing } {
  const { terms, anchorAt, skipped } = revision;
  const over = Math.min(standing.cycle, terms.cycles) - 1;
  const startAt = new Date(boundaryMs(anchorAt.getTime(), intervalOf(terms), skipped + over));
  return {
    revision: {
      ...revision,
      terms: { ...terms, startAt, cycles: terms.cycles - over },
      skipped: skipped + over,
      grantedBefore: grantedBy(revision, standing, over),
    },
    standing: { ...standing, cycle: standing.cycle - over },
  };
}

/** What the intervals before the last `over + 1` granted, so that nothing that was lost by a cap comes back. */
function grantedBy({ terms, grantedBefore }: Revision, standing: Standing, over: number): bigint {
  if (!terms.cap) return grantedBefore + terms.amount * BigInt(over);
  return standing.cycle > terms.cycles ? standing.total - terms.amount : standing.totalBefore;
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
