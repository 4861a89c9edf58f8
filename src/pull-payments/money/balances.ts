import type { Transaction } from '#platform/database/store.ts';
import type { Uplink } from '../context.ts';
import type { KeptAgreement } from '../store/agreements.ts';
import { tallyRepository } from '../store/tallies.ts';
import { grantedNow, heldCost, intervalEndsAt, isOpenAt, standingAt, type Tally } from '../terms/standing.ts';
import type { Agreement, Balances, Obstacle } from '../types.ts';
import { rateBetween } from './rates-between.ts';

/** Shows agreements as they are at a time, with what can be pulled from them. */
export async function agreementsAt(
  tx: Transaction,
  kept: readonly KeptAgreement[],
  uplink: Uplink,
  now: Date,
): Promise<Agreement[]> {
  const held = await tx.use(tallyRepository).holding(kept.map(({ id }) => id));
  const shown: Agreement[] = [];
  for (const agreement of kept) {
    const hasRate = await canBeSent(tx, agreement, uplink);
    shown.push(shownAt(agreement, balancesAt(agreement, held.get(agreement.id) ?? [], hasRate, now)));
  }
  return shown;
}

export async function agreementAt(tx: Transaction, kept: KeptAgreement, uplink: Uplink, now: Date): Promise<Agreement> {
  const [agreement] = await agreementsAt(tx, [kept], uplink, now);
  if (agreement === undefined) throw new Error('An agreement was shown as nothing');
  return agreement;
}

function shownAt({ id, source, state, revision, createdAt, updatedAt }: KeptAgreement, balances: Balances): Agreement {
  return { id, source, state, terms: revision.terms, revision: revision.number, balances, createdAt, updatedAt };
}

/** Whether there is a rate to the uplink's asset. As long as that is not known, there may be one. */
async function canBeSent(tx: Transaction, { revision }: KeptAgreement, { state }: Uplink): Promise<boolean> {
  const asset = state?.asset;
  return !asset || (await rateBetween(tx, revision.terms.asset, asset)) !== undefined;
}

/** @param tallies those that hold something. */
export function balancesAt(
  kept: Pick<KeptAgreement, 'state' | 'revision' | 'standing'>,
  tallies: readonly Tally[],
  hasRate: boolean,
  now: Date,
): Balances {
  const { state, revision } = kept;
  const standing = standingAt(kept.standing, revision, now);
  const granted = grantedNow(standing, revision, now);
  const held = tallies.reduce((sum, tally) => sum + heldCost(tally), 0n);
  const obstacle = obstacleOf({
    isOpen: isOpenAt({ state, terms: revision.terms }, now),
    isPaused: state === 'paused',
    hasStarted: now >= revision.terms.startAt,
    granted,
    held,
    hasRate,
  });
  return {
    total: standing.total,
    interval: standing.total - standing.totalBefore,
    available: obstacle === null ? granted - held : 0n,
    held,
    cycle: standing.cycle,
    intervalEndsAt: intervalEndsAt(standing, revision, now),
    obstacle,
  };
}

interface Found {
  isOpen: boolean;
  isPaused: boolean;
  hasStarted: boolean;
  granted: bigint;
  held: bigint;
  hasRate: boolean;
}

function obstacleOf({ isOpen, isPaused, hasStarted, granted, held, hasRate }: Found): Obstacle | null {
  if (!isOpen) return 'exhausted';
  if (isPaused) return 'paused';
  if (!hasStarted) return 'not_started';
  if (granted <= 0n) return 'exhausted';
  if (held >= granted) return 'held';
  return hasRate ? null : 'no_rate';
}
