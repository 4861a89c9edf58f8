import type { Transaction } from '#platform/database/store.ts';
import type { PullContext } from '../context.ts';
import type { PullPaymentsService } from '../service-type.ts';
import { agreementRepository, type KeptAgreement } from '../store/agreements.ts';
import { packetRepository } from '../store/packets.ts';
import { type KeptPull, pullRepository } from '../store/pulls.ts';
import { type KeptTally, tallyRepository } from '../store/tallies.ts';
import { MAX_AMOUNT } from '../terms/check.ts';
import { convertDown, isSameRate, type Rate } from '../terms/rate.ts';
import { grantedNow, heldCost, isOpenAt, isOver, type Standing, standingAt, unitsWithin } from '../terms/standing.ts';
import type { ReservedPacket } from '../types.ts';
import { rateBetween } from './rates-between.ts';

/** The granted money of one packet, in units of the uplink, or that there is none. */
type Grant = bigint | 'later';

/**
 * Grants money for packets. Each grant is in the journal, and held, before its packet is sent. The pair of pull and packet
 * is granted money once: a repeated request gets none, because the first packet may have been sent.
 */
export function reserving({ store, clock }: PullContext): Pick<PullPaymentsService, 'reserve'> {
  return {
    reserve(packet) {
      const now = clock.now();
      return store.run((tx) => reserve(tx, packet, now));
    },
  };
}

async function reserve(tx: Transaction, packet: ReservedPacket, now: Date): Promise<Grant> {
  const { agreementId, pullId, asset } = packet;
  const agreement = await tx.use(agreementRepository).find(agreementId);
  if (agreement === undefined || !mayBePulledFrom(agreement, now)) return 0n;
  const pull = await tx.use(pullRepository).find(pullId);
  if (pull !== undefined && !mayGoOn(pull, agreement, packet)) return 0n;
  if (pull !== undefined && (await tx.use(packetRepository).find(pullId, packet.packet)) !== undefined) return 0n;
  const rate = await rateBetween(tx, agreement.revision.terms.asset, asset);
  if (rate === undefined) return 0n;
  const held = await tx.use(tallyRepository).open(agreementId, agreement.revision.number, rate, asset);
  if (pull !== undefined && isAtAnotherRate(pull, agreement, held, rate)) return 0n;
  const limits = limitsOf({ agreement, pull, rate, packet }, held, now);
  if (limits.units > 0n) {
    await grant(tx, packet, limits, { agreement, pull, rate, now });
    return limits.units;
  }
  return limits.wouldGrant && (await tx.use(packetRepository).isUnderWay(agreementId)) ? 'later' : 0n;
}

function mayBePulledFrom({ state, revision, standing }: KeptAgreement, now: Date): boolean {
  const { terms } = revision;
  if (state !== 'active' || !isOpenAt({ state, terms }, now) || now < terms.startAt) return false;
  return !isOver(standingAt(standing, revision, now), terms);
}

/** A pull belongs to one agreement and one asset, and a limit of it to the terms that it began under. */
function mayGoOn(pull: KeptPull, { id, revision }: KeptAgreement, { asset }: ReservedPacket): boolean {
  if (pull.agreementId !== id || pull.endedAt !== null) return false;
  if (pull.asset.code !== asset.code || pull.asset.scale !== asset.scale) return false;
  return revision.terms.maxPull === null || pull.revision === revision.number;
}

/** A limit of a pull is exact as long as its rate stays. */
function isAtAnotherRate(pull: KeptPull, { revision }: KeptAgreement, open: readonly KeptTally[], rate: Rate): boolean {
  if (revision.terms.maxPull === null) return false;
  const tally = open.find(({ number }) => number === pull.tally);
  return tally === undefined || !isSameRate(tally.rate, rate);
}

interface Asked {
  agreement: KeptAgreement;
  pull: KeptPull | undefined;
  rate: Rate;
  packet: ReservedPacket;
}

interface Limits {
  units: bigint;
  /** Whether there would be some if nothing were held. */
  wouldGrant: boolean;
  standing: Standing;
  /** The tally of the rate; undefined if this is the first packet at it. */
  tally: KeptTally | undefined;
}

function limitsOf({ agreement, pull, rate, packet }: Asked, open: readonly KeptTally[], now: Date): Limits {
  const { revision } = agreement;
  const standing = standingAt(agreement.standing, revision, now);
  const granted = grantedNow(standing, revision, now);
  const isOfRate = (tally: KeptTally) =>
    isSameRate(tally.rate, rate) && tally.asset.code === packet.asset.code && tally.asset.scale === packet.asset.scale;
  const tally = open.find(isOfRate);
  const heldElsewhere = open.filter((other) => other !== tally).reduce((sum, other) => sum + heldCost(other), 0n);
  const own = tally ?? { number: 0, rate, units: 0n, held: 0n };
  const { maxPull } = revision.terms;
  const { sent, held } = pull ?? { sent: 0n, held: 0n };
  const leftOfPull = maxPull === null ? MAX_AMOUNT : convertDown(maxPull, rate) - sent;
  const asked = least(packet.amount, MAX_AMOUNT);
  return {
    units: least(asked, unitsWithin(granted - heldElsewhere, own), maxPull === null ? asked : leftOfPull - held),
    wouldGrant: least(unitsWithin(granted, { ...own, held: 0n }), leftOfPull) > 0n,
    standing,
    tally,
  };
}

async function grant(
  tx: Transaction,
  packet: ReservedPacket,
  { units, standing, tally }: Limits,
  { agreement, pull, rate, now }: Omit<Asked, 'packet'> & { now: Date },
): Promise<void> {
  const { agreementId, pullId, asset } = packet;
  const { number: revision } = agreement.revision;
  const tallies = tx.use(tallyRepository);
  const number = tally?.number ?? (await tallies.nextNumber(agreementId));
  if (tally === undefined) await tallies.insert(agreementId, revision, { number, asset, rate, units: 0n, held: units });
  else await tallies.save(agreementId, revision, { ...tally, held: tally.held + units });
  const pulls = tx.use(pullRepository);
  if (pull === undefined) {
    await pulls.insert({ id: pullId, agreementId, asset, revision, tally: number, startedAt: now });
  }
  const { sent, held, debit } = pull ?? { sent: 0n, held: 0n, debit: 0n };
  await pulls.save({ id: pullId, sent, held: held + units, debit }, now);
  await tx.use(packetRepository).insert({
    agreementId,
    pullId,
    packet: packet.packet,
    amount: units,
    tally: number,
    cycle: standing.cycle,
    expiresAt: packet.expiresAt,
    sentAt: now,
  });
  if (standing.cycle > agreement.standing.cycle) {
    await tx.use(agreementRepository).saveStanding(agreementId, standing, agreement.bookings, now);
  }
}

function least(...amounts: bigint[]): bigint {
  return amounts.reduce((least, amount) => (amount < least ? amount : least));
}
