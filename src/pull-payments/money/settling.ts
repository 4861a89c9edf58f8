import type { OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { requireAgreement } from '../agreements.ts';
import type { PullContext } from '../context.ts';
import { DomainError } from '../errors.ts';
import { type KeptAnswer, keptAnswer, readAnswer } from '../kept-answers.ts';
import type { PullPaymentsService } from '../service-type.ts';
import { agreementRepository, type KeptAgreement } from '../store/agreements.ts';
import { type Booked, type KeptPacket, packetRepository } from '../store/packets.ts';
import { type KeptPull, pullRepository } from '../store/pulls.ts';
import { tallyRepository } from '../store/tallies.ts';
import { costOf, standingAt } from '../terms/standing.ts';
import type { PullPacket } from '../types.ts';
import { balanceView, packetView, pointerView, pullView, subjectOf } from '../views.ts';
import { agreementAt } from './balances.ts';

type SettleCalls = Pick<PullPaymentsService, 'settle' | 'endPull' | 'resolve'>;

/** How a packet ended, once that is known. */
interface Outcome {
  state: 'fulfilled' | 'rejected';
  fulfillment: string | null;
  code: string | null;
  resolvedBy: string | null;
}

/** A code of ILP has three characters. */
const REJECT_CODE_LENGTH = 3;

/** Enters how packets ended, each once: what is known already is not changed by what is told later. */
export function settling(context: PullContext, { perform }: OperatorActions): SettleCalls {
  const { store, clock } = context;
  return {
    settle({ pullId, packet: number, outcome, fulfillment, code }) {
      const now = clock.now();
      return store.run(async (tx) => {
        const packet = await tx.use(packetRepository).find(pullId, number);
        if (packet === undefined || isKnown(packet)) return;
        if (outcome === 'unknown') return loseSight(tx, context, packet, now);
        const proof = fulfillment && Buffer.from(fulfillment).toString('hex');
        const rejectCode = code?.slice(0, REJECT_CODE_LENGTH) ?? null;
        await enter(
          tx,
          context,
          packet,
          { state: outcome, fulfillment: proof, code: rejectCode, resolvedBy: null },
          now,
        );
      });
    },

    endPull(pullId) {
      const now = clock.now();
      return store.run((tx) => endPull(tx, context, pullId, now));
    },

    async resolve(request, packetId, outcome, reason) {
      const answer = await perform<KeptAnswer>(request, async ({ tx, now }) => {
        const packet = await tx.use(packetRepository).findById(packetId);
        if (packet === undefined) throw new DomainError('pull_packet_not_found', String(packetId));
        if (packet.state !== 'unknown') throw new DomainError('pull_packet_not_unknown', String(packetId));
        const said = { state: outcome, fulfillment: null, code: null, resolvedBy: request.actor };
        const after = await enter(tx, context, packet, said, now);
        const views = { before: packetView(packet), after: packetView(after) };
        const subject = subjectOf(packet.agreementId);
        return { answer: keptAnswer(asShown(after)), record: { action: 'resolve packet', subject, reason, ...views } };
      });
      return readAnswer(answer);
    },
  };
}

function isKnown({ state }: PullPacket): boolean {
  return state === 'fulfilled' || state === 'rejected';
}

export function asShown({ tally: _, booked: __, packet: ___, ...packet }: KeptPacket): PullPacket {
  return packet;
}

/** A packet whose answer did not come: what it holds stays held. */
export async function loseSight(tx: Transaction, context: PullContext, packet: KeptPacket, now: Date): Promise<void> {
  if (packet.state !== 'sent') return;
  await tx.use(packetRepository).settle({ ...packet, state: 'unknown' });
  await tellIfOver(tx, context, await requirePull(tx, packet.pullId), now);
}

/** Ends a pull, if it is open. */
export async function endPull(tx: Transaction, context: PullContext, pullId: string, now: Date): Promise<void> {
  const pull = await tx.use(pullRepository).find(pullId);
  if (pull === undefined || pull.endedAt !== null) return;
  await tx.use(pullRepository).end(pullId, now);
  await tellIfOver(tx, context, { ...pull, endedAt: now }, now);
}

/** Enters the outcome of a packet: what it held is free, and what it paid counts. */
async function enter(
  tx: Transaction,
  context: PullContext,
  packet: KeptPacket,
  { state, fulfillment, code, resolvedBy }: Outcome,
  now: Date,
): Promise<KeptPacket> {
  const { agreementId, pullId, amount } = packet;
  const isPaid = state === 'fulfilled';
  const { agreement, debit, booked } = await release(tx, await requireAgreement(tx, agreementId), packet, isPaid, now);
  const after: KeptPacket = {
    ...packet,
    state,
    debit,
    booked,
    rejectCode: code,
    fulfillment,
    settledAt: now,
    resolvedBy,
  };
  await tx.use(packetRepository).settle(after);
  const before = await requirePull(tx, pullId);
  const sent = isPaid ? before.sent + amount : before.sent;
  const pull = { ...before, sent, held: before.held - amount, debit: before.debit + debit };
  await tx.use(pullRepository).save(pull, now);
  if (isPaid) {
    const shown = await shownAgreement(tx, context, agreement, now);
    await appendEvent(tx, context.subscriptions, {
      type: 'PullPacketPaid',
      subject: subjectOf(agreementId),
      payload: { ...shown, packet: packetView(after) },
      at: now,
    });
  }
  await tellIfOver(tx, context, pull, now);
  return after;
}

/** Takes a packet out of what is held. If it was fulfilled, its tally grows, and with it the agreement's total. */
async function release(
  tx: Transaction,
  agreement: KeptAgreement,
  packet: KeptPacket,
  isPaid: boolean,
  now: Date,
): Promise<{ agreement: KeptAgreement; debit: bigint; booked: Booked | null }> {
  const { id, revision, standing, bookings } = agreement;
  const tally = await tx.use(tallyRepository).get(id, revision.number, packet.tally);
  const units = isPaid ? tally.units + packet.amount : tally.units;
  await tx.use(tallyRepository).save(id, revision.number, { ...tally, units, held: tally.held - packet.amount });
  if (!isPaid) return { agreement, debit: 0n, booked: null };
  const debit = costOf(units, tally.rate) - costOf(tally.units, tally.rate);
  const present = standingAt(standing, revision, now);
  const booking = bookings + 1n;
  const grown = { ...present, total: present.total + debit };
  await tx.use(agreementRepository).saveStanding(id, grown, booking, now);
  return {
    agreement: { ...agreement, standing: grown, bookings: booking, updatedAt: now },
    debit,
    booked: { booking, revision: revision.number, cycle: present.cycle },
  };
}

/** Tells once of a pull that is over, none of whose packets is under way, and that has taken something. */
async function tellIfOver(tx: Transaction, context: PullContext, pull: KeptPull, now: Date): Promise<void> {
  if (pull.endedAt === null || pull.isTold || pull.sent === 0n) return;
  if (await tx.use(packetRepository).isUnderWay(pull.agreementId, pull.id)) return;
  await tx.use(pullRepository).tell(pull.id);
  const shown = await shownAgreement(tx, context, await requireAgreement(tx, pull.agreementId), now);
  await appendEvent(tx, context.subscriptions, {
    type: 'PullEnded',
    subject: subjectOf(pull.agreementId),
    payload: { ...shown, pull: pullView(pull) },
    at: now,
  });
}

async function shownAgreement(tx: Transaction, { uplink }: PullContext, kept: KeptAgreement, now: Date) {
  const { balances, terms } = await agreementAt(tx, kept, uplink, now);
  return {
    agreement: pointerView({ id: kept.id, ordinal: kept.ordinal, reference: terms.reference }),
    balance: balanceView(balances),
  };
}

async function requirePull(tx: Transaction, id: string): Promise<KeptPull> {
  const pull = await tx.use(pullRepository).find(id);
  if (pull === undefined) throw new Error(`There is no pull ${id}`);
  return pull;
}
