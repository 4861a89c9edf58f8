import { ServerRefusal, ServerUnreachable } from '#platform/cli/server-call.ts';
import { pay } from './pay.ts';
import type { RecordedPayout } from './payout-record.ts';
import type { LeasedPayout } from './payout-server.ts';
import { nameOf, note, type PayoutWork } from './payout-work.ts';
import { follow, settle } from './settle.ts';

/** One round: what was begun is finished and reported, then what is new is paid and reported. */

/** What is given in one go. Those that must wait are given again each time, and must not keep others out. */
const MAX_LEASED = 50;

export async function round(work: PayoutWork): Promise<void> {
  for (const payout of work.record.inStates(['paying'])) await settle(work, payout);
  await followAll(work);
  await reportAll(work);
  for (const payout of work.record.inStates(['starting', 'started'])) {
    if (work.signal.aborted) return;
    await pay(work, payout);
    await reportAll(work);
  }
  if (work.signal.aborted) return;
  for (const leased of await work.server.lease(MAX_LEASED)) {
    if (work.signal.aborted) return;
    const payout = accept(work, leased);
    if (payout === undefined) continue;
    await pay(work, payout);
    await reportAll(work);
  }
}

/** What is in a block already is followed, and what a person paid by hand too. */
export async function followAll(work: PayoutWork): Promise<void> {
  const sent = work.record.inStates(['sent']);
  if (sent.length === 0) return;
  const height = await work.wallet.scannedHeight();
  for (const payout of sent) await follow(work, payout, height);
}

/**
 * Takes what the server gives: new, or given before and never begun.
 * @returns undefined if this machine has begun it, or knows it otherwise than it is given now.
 */
export function accept(
  work: Pick<PayoutWork, 'record' | 'clock' | 'warn'>,
  { lease, ...given }: LeasedPayout,
): RecordedPayout | undefined {
  const known = work.record.enter(given, lease, work.clock.now());
  if (known.address !== given.address || known.amount !== given.amount) {
    work.warn(
      `${nameOf(known)} to ${known.address} came again as ${nameOf(given)} to ${given.address}. Neither is paid: ` +
        'ask who runs the server.',
    );
    return undefined;
  }
  if (known.state === 'leased') return known.lease === lease ? known : note(work, known, { lease, note: null });
  // The server gives again what this machine began: it is paid once, whatever the server thinks.
  if (known.state === 'paying' || known.state === 'starting' || known.state === 'started') return undefined;
  work.warn(`${nameOf(known)} was given again by the server, and is ${known.state} here. It is not paid again.`);
  note(work, known, { reported: null });
  return undefined;
}

/** Tells the server what it has not taken yet, in order. @throws {ServerUnreachable} */
export async function reportAll(work: Pick<PayoutWork, 'record' | 'server' | 'clock' | 'say' | 'warn'>): Promise<void> {
  for (const payout of work.record.unreported()) {
    try {
      await report(work, payout);
    } catch (error) {
      if (error instanceof ServerUnreachable) throw error;
      if (!(error instanceof ServerRefusal)) throw error;
      if (error.code === '' || error.status >= 500) throw error;
      work.warn(`The server did not take that ${nameOf(payout)} is ${payout.state}: ${error.message}`);
    }
  }
}

async function report(work: Pick<PayoutWork, 'record' | 'server' | 'clock'>, payout: RecordedPayout): Promise<void> {
  const { id, state, txid, reference } = payout;
  if (txid !== null && (state === 'sent' || state === 'confirmed')) {
    // A confirmation of what it was not told of would come before its beginning.
    if (payout.reported !== 'sent') {
      await work.server.sent({ id, txid });
      note(work, payout, { reported: 'sent' });
    }
    if (state === 'sent') return;
    await work.server.confirmed({ id, txid, reference });
  } else if (state === 'failed') {
    await work.server.failed({ id, reason: payout.note ?? 'It was not paid.' });
  } else {
    await work.server.unknown({ id, reason: payout.note ?? 'What became of it is unknown.' });
  }
  note(work, payout, { reported: state });
}

/** Those that only a person can settle. */
export function openQuestions({ record }: Pick<PayoutWork, 'record'>): RecordedPayout[] {
  return record.inStates(['unknown']);
}
