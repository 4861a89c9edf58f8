import { type BookCheck, type BookDifference, MAX_BOOK_DIFFERENCES } from '#platform/books.ts';
import type { Transaction } from '#platform/database/store.ts';
import { agreementRepository, type KeptAgreement } from './store/agreements.ts';
import { type KeptPacket, packetRepository } from './store/packets.ts';
import { pullRepository } from './store/pulls.ts';
import { pushRepository } from './store/pushes.ts';
import { tallyRepository } from './store/tallies.ts';
import { convertUp } from './terms/rate.ts';
import { costOf, type Tally } from './terms/standing.ts';
import { subjectOf } from './views.ts';

/** Rows that are read at once. */
const AT_ONCE = 500;

/** The reconciliation of pull payments: every packet is reckoned again, and with it all that follows from the packets. */
export const bookChecks: readonly BookCheck[] = [
  { title: 'pull payments', look: lookAtAgreements },
  { title: 'pushes', look: lookAtPushes },
];

async function lookAtAgreements(tx: Transaction): Promise<BookDifference[]> {
  const found = new Differences();
  let after: bigint | undefined;
  for (;;) {
    const agreements = await tx.use(agreementRepository).page({}, after, AT_ONCE, 'asc');
    for (const agreement of agreements) {
      await lookAtAgreement(tx, agreement, found);
      if (found.isFull) return found.list;
    }
    after = agreements.at(-1)?.ordinal;
    if (after === undefined || agreements.length < AT_ONCE) return found.list;
  }
}

async function lookAtAgreement(tx: Transaction, agreement: KeptAgreement, found: Differences): Promise<void> {
  const { id, bookings } = agreement;
  const tallies = await tx.use(tallyRepository).ofAgreement(id);
  const journal = new Journal(tallies);
  for (;;) {
    const booked = await tx.use(packetRepository).bookedAfter(id, journal.bookings, AT_ONCE);
    for (const packet of booked) journal.enter(packet, found);
    if (booked.length < AT_ONCE || found.isFull) break;
  }
  await holdAll(tx, id, journal);
  found.compare('pull_bookings', subjectOf(id), journal.bookings, bookings);
  for (const { revision, tally } of tallies) {
    const subject = `tally ${tally.number} of revision ${revision} of ${subjectOf(id)}`;
    found.compare('pull_tally_units', subject, journal.unitsOf(revision, tally.number), tally.units);
    const held = revision === agreement.revision.number ? journal.heldOf(tally.number) : 0n;
    found.compare('pull_tally_held', subject, held, tally.held);
  }
  await lookAtTotals(tx, agreement, tallies, journal, found);
  await lookAtPulls(tx, id, journal, found);
}

/** What a total is carried into each revision as, and what it is now. */
async function lookAtTotals(
  tx: Transaction,
  { id, revision: { number: last }, standing }: KeptAgreement,
  tallies: readonly { revision: number; tally: Tally }[],
  journal: Journal,
  found: Differences,
): Promise<void> {
  let total = 0n;
  for (const { revision, origin } of await tx.use(agreementRepository).revisions(id)) {
    const subject = `revision ${revision.number} of ${subjectOf(id)}`;
    found.compare('pull_carried_total', subject, convertUp(total, origin.conversion), revision.carriedTotal);
    const own = tallies.filter((tally) => tally.revision === revision.number);
    total = own.reduce((sum, { tally: { units, rate } }) => sum + costOf(units, rate), revision.carriedTotal);
    if (revision.number !== last) continue;
    const carried = revision.firstCycle === standing.cycle ? revision.carriedInterval : 0n;
    const interval = carried + journal.debitsIn(last, standing.cycle);
    found.compare('pull_interval', subjectOf(id), interval, standing.total - standing.totalBefore);
  }
  found.compare('pull_total', subjectOf(id), total, standing.total);
}

async function lookAtPulls(tx: Transaction, id: string, journal: Journal, found: Differences): Promise<void> {
  let after: bigint | undefined;
  for (;;) {
    const pulls = await tx.use(pullRepository).page(id, after, AT_ONCE, 'asc');
    for (const pull of pulls) {
      const sums = journal.pullSums(pull.id);
      found.compare('pull_sent', `pull ${pull.ordinal}`, sums.sent, pull.sent);
      found.compare('pull_debit', `pull ${pull.ordinal}`, sums.debit, pull.debit);
      found.compare('pull_held', `pull ${pull.ordinal}`, sums.held, pull.held);
    }
    after = pulls.at(-1)?.ordinal;
    if (after === undefined || pulls.length < AT_ONCE || found.isFull) return;
  }
}

async function holdAll(tx: Transaction, agreementId: string, journal: Journal): Promise<void> {
  for (const state of ['sent', 'unknown'] as const) {
    let after: bigint | undefined;
    for (;;) {
      const packets = await tx.use(packetRepository).page({ agreementId, state }, after, AT_ONCE, 'asc');
      for (const packet of packets) journal.hold(packet);
      after = packets.at(-1)?.id;
      if (after === undefined || packets.length < AT_ONCE) break;
    }
  }
}

/** What the packets of one agreement come to. */
class Journal {
  bookings = 0n;
  readonly #rates = new Map<string, Tally['rate']>();
  readonly #units = new Map<string, bigint>();
  readonly #held = new Map<number, bigint>();
  readonly #debits = new Map<string, bigint>();
  readonly #pulls = new Map<string, { sent: bigint; debit: bigint; held: bigint }>();

  constructor(tallies: readonly { revision: number; tally: Tally }[]) {
    for (const { revision, tally } of tallies) this.#rates.set(`${revision} ${tally.number}`, tally.rate);
  }

  /** A packet that was paid: they come in the order in which they were entered. */
  enter({ id, pullId, amount, debit, booked, tally }: KeptPacket, found: Differences): void {
    if (booked === null) throw new Error(`Packet ${id} was not entered`);
    const { booking, revision, cycle } = booked;
    found.compare('pull_booking', `packet ${id}`, this.bookings + 1n, booking);
    this.bookings = booking;
    const before = this.unitsOf(revision, tally);
    const rate = this.#rates.get(`${revision} ${tally}`);
    const expected = rate === undefined ? 0n : costOf(before + amount, rate) - costOf(before, rate);
    found.compare('pull_packet_debit', `packet ${id}`, expected, debit);
    this.#units.set(`${revision} ${tally}`, before + amount);
    this.#debits.set(`${revision} ${cycle}`, this.debitsIn(revision, cycle) + debit);
    const pull = this.pullSums(pullId);
    this.#pulls.set(pullId, { ...pull, sent: pull.sent + amount, debit: pull.debit + debit });
  }

  hold({ pullId, amount, tally }: KeptPacket): void {
    this.#held.set(tally, this.heldOf(tally) + amount);
    const pull = this.pullSums(pullId);
    this.#pulls.set(pullId, { ...pull, held: pull.held + amount });
  }

  unitsOf(revision: number, tally: number): bigint {
    return this.#units.get(`${revision} ${tally}`) ?? 0n;
  }

  heldOf(tally: number): bigint {
    return this.#held.get(tally) ?? 0n;
  }

  debitsIn(revision: number, cycle: number): bigint {
    return this.#debits.get(`${revision} ${cycle}`) ?? 0n;
  }

  pullSums(pullId: string) {
    return this.#pulls.get(pullId) ?? { sent: 0n, debit: 0n, held: 0n };
  }
}

async function lookAtPushes(tx: Transaction): Promise<BookDifference[]> {
  const found = new Differences();
  let after: bigint | undefined;
  for (;;) {
    const pushes = await tx.use(pushRepository).page(after, AT_ONCE, 'asc');
    for (const push of pushes) {
      const amounts = await tx.use(pushRepository).amountsOf(push.id);
      const sum = amounts.reduce((total, amount) => total + amount, 0n);
      found.compare('push_amount', `push ${push.ordinal}`, sum, push.amount);
      found.compare('push_packets', `push ${push.ordinal}`, BigInt(amounts.length), BigInt(push.packets));
    }
    after = pushes.at(-1)?.ordinal;
    if (after === undefined || pushes.length < AT_ONCE || found.isFull) return found.list;
  }
}

class Differences {
  readonly list: BookDifference[] = [];

  get isFull(): boolean {
    return this.list.length >= MAX_BOOK_DIFFERENCES;
  }

  compare(check: string, subject: string, expected: bigint, found: bigint): void {
    if (expected !== found && !this.isFull) this.list.push({ check, subject, expected, found });
  }
}
