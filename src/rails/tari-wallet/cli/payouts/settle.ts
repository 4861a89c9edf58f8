import type { WalletTransaction } from '#rails/tari-wallet/console-wallet/messages.ts';
import { WalletError } from '#rails/tari-wallet/console-wallet/wallet-error.ts';
import type { RecordedPayout } from './payout-record.ts';
import { askPerson, nameOf, note, type PayoutWork } from './payout-work.ts';
import { type InWallet, inWallet, isConfirmed, isDropped, referenceOf } from './wallet-transactions.ts';

/** What became of payments that were asked for: the wallet's own list says so, or a person does. */

/** A wallet that was asked to pay may need this long until its list shows it. */
export const SETTLES_WITHIN_MS = 180_000;
const LOOKS = 3;
const LOOK_EVERY_MS = 2_000;

/** Finds out what became of a payment. It is never paid again here. */
export async function settle(work: PayoutWork, payout: RecordedPayout, known?: InWallet): Promise<void> {
  try {
    let found = known ?? (await inWallet(work.wallet, work.record, payout));
    for (let looks = 1; isNothing(found) && looks < LOOKS && !work.signal.aborted; looks += 1) {
      await work.sleep(LOOK_EVERY_MS);
      found = await inWallet(work.wallet, work.record, payout);
    }
    apply(work, payout, verdictOf(payout, found, work.clock.now()));
  } catch (error) {
    if (!(error instanceof WalletError)) throw error;
    work.warn(`${nameOf(payout)}: ${error.message} What became of it is looked up later.`);
  }
}

const isNothing = ({ paid, dropped, odd }: InWallet): boolean => paid.length + dropped.length + odd.length === 0;

type Verdict = { kind: 'paid'; txid: string } | { kind: 'look again' } | { kind: 'ask'; why: string };

/** What the wallet's list says of a payment that was asked for. */
export function verdictOf(
  { payingSince }: Pick<RecordedPayout, 'payingSince'>,
  { paid, dropped, odd }: InWallet,
  now: Date,
): Verdict {
  const [first, second] = paid;
  if (first !== undefined && second === undefined && odd.length === 0) return { kind: 'paid', txid: first.txid };
  if (paid.length + odd.length > 0) {
    const txids = [...paid, ...odd].map(({ txid }) => txid).join(', ');
    return {
      kind: 'ask',
      why: `The wallet has payments that may be it, and are not just the one asked for: ${txids}.`,
    };
  }
  const [last] = dropped;
  if (last !== undefined) return { kind: 'ask', why: droppedSentence(last) };
  if (payingSince !== null && now.getTime() - Date.parse(payingSince) < SETTLES_WITHIN_MS)
    return { kind: 'look again' };
  return { kind: 'ask', why: `It was asked for at ${payingSince}, and the wallet's list does not have it.` };
}

function droppedSentence({ txid, rejectedReason }: WalletTransaction): string {
  const why = rejectedReason === '' ? '' : ` (${rejectedReason})`;
  return `Its transaction ${txid} was cancelled or rejected${why}.`;
}

function apply(work: PayoutWork, payout: RecordedPayout, verdict: Verdict): void {
  switch (verdict.kind) {
    case 'paid':
      note(work, payout, { state: 'sent', txid: verdict.txid, note: null });
      work.say(`${nameOf(payout)} was paid by transaction ${verdict.txid}, as the wallet's list shows.`);
      break;
    case 'look again':
      work.say(`${nameOf(payout)} is not in the wallet's list yet; it is looked up again.`);
      break;
    case 'ask':
      askPerson(work, payout, verdict.why);
  }
}

/** Looks at a payment that went out: how deep it is, or whether it was given up. @throws {WalletError} */
export async function follow(work: PayoutWork, payout: RecordedPayout, scannedHeight: bigint): Promise<void> {
  const { txid } = payout;
  if (txid === null) return;
  const found = await work.wallet.transaction(txid);
  if (found === undefined) {
    const why = `The wallet does not know its transaction ${txid}. Is it the wallet that paid?`;
    if (payout.note !== why) work.warn(`${nameOf(payout)}: ${why}`);
    note(work, payout, { note: why });
  } else if (isDropped(found)) {
    askPerson(work, payout, droppedSentence(found));
  } else if (isConfirmed(found, scannedHeight, work.confirmations)) {
    note(work, payout, { state: 'confirmed', reference: referenceOf(found), note: null });
    work.say(`${nameOf(payout)} is confirmed (transaction ${txid}, block ${found.minedHeight}).`);
  }
}
