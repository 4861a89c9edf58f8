import { ServerRefusal } from '#platform/cli/server-call.ts';
import type { TransferResult } from '#rails/tari-wallet/console-wallet/messages.ts';
import { WalletError } from '#rails/tari-wallet/console-wallet/wallet-error.ts';
import { addressToBase58, parseAddress } from '#tari/address.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { LIMIT_WINDOW_MS, refusalOf } from './own-limits.ts';
import type { RecordedPayout } from './payout-record.ts';
import { nameOf, note, type PayoutWork } from './payout-work.ts';
import { settle } from './settle.ts';
import { inWallet, paymentText } from './wallet-transactions.ts';

/** Pays one payout, once. */

/** What the wallet says when it has not enough that it can spend at this moment; its change comes back with the next blocks. */
const NOT_NOW = /not enough funds|funds (?:are )?(?:still )?pending/i;
/** It never sends less than the fee. */
const NEVER = /\bFee \(.*\) is greater than the amount sent\b/;

/**
 * A payout that was leased, or that the wallet certainly has not paid yet.
 * @throws {WalletError} before anything is asked to be paid. @throws {ServerUnreachable}
 */
export async function pay(work: PayoutWork, payout: RecordedPayout): Promise<void> {
  if (!(await mayBePaid(work, payout)) || !(await isAffordable(work, payout))) return;
  const found = await inWallet(work.wallet, work.record, payout);
  if (!(await isStarted(work, payout))) return;
  if (found.paid.length + found.odd.length + found.dropped.length > 0) return settle(work, payout, found);
  // Written down before it is asked for: what ends the tool from here on leaves a payment whose fate the wallet knows.
  const paying = note(work, payout, { state: 'paying', payingSince: work.clock.now().toISOString(), note: null });
  work.say(`${nameOf(paying)} is being paid to ${paying.address}.`);
  await transfer(work, paying);
}

async function mayBePaid(work: PayoutWork, payout: RecordedPayout): Promise<boolean> {
  const { record, clock, own, limits } = work;
  const spent = record.askedSince(new Date(clock.now().getTime() - LIMIT_WINDOW_MS));
  const refusal = refusalOf(payout, own, limits, spent);
  if (refusal === undefined) return true;
  const isNew = payout.note !== refusal.why;
  if (refusal.isForGood) {
    note(work, payout, { state: 'failed', note: refusal.why });
    work.warn(`${nameOf(payout)} is refused: ${refusal.why}`);
  } else {
    if (isNew) work.warn(`${nameOf(payout)} waits: ${refusal.why}`);
    await letWait(work, payout, refusal.why);
  }
  return false;
}

async function isAffordable(work: PayoutWork, payout: RecordedPayout): Promise<boolean> {
  const available = await work.wallet.available();
  // The estimate itself fails if there is too little: then the wallet says so when it is asked to pay.
  const fee = await work.wallet.feeOf(payout.amount, work.feePerGram).catch(() => 0n);
  if (available > payout.amount && available >= payout.amount + fee) return true;
  const why = `The wallet can spend ${formatTari(available)} now, which is not enough for it and the fee.`;
  if (payout.note !== why) work.warn(`${nameOf(payout)} waits: ${why}`);
  await letWait(work, payout, why);
  return false;
}

/** Gives back what was not begun, with the reason: people see it, and another wallet may take it. */
async function letWait(work: PayoutWork, payout: RecordedPayout, why: string): Promise<void> {
  note(work, payout, { note: why });
  if (payout.state !== 'leased') return;
  await work.server.release({ ...payout, reason: why }).catch((error: unknown) => {
    // The lease ends by itself.
    if (!(error instanceof ServerRefusal)) throw error;
  });
}

/**
 * Tells the server that it is about to be paid, also where the wallet could not pay it before: the server may have been
 * told to stop. Whatever ends the tool in between, it is told again.
 */
async function isStarted(work: PayoutWork, payout: RecordedPayout): Promise<boolean> {
  const wasStarted = payout.state === 'started';
  if (!wasStarted) note(work, payout, { state: 'starting' });
  try {
    await work.server.started(payout);
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.code === '' || error.status >= 500) throw error;
    if (wasStarted && error.code === 'payout_lease_lost') {
      refuse(work, payout, payout.note ?? 'The wallet did not pay it in time.');
      return false;
    }
    note(work, payout, { state: wasStarted ? 'started' : 'leased', note: error.message });
    if (payout.note !== error.message) work.say(`${nameOf(payout)} is left: ${error.message}`);
    return false;
  }
  note(work, payout, { state: 'started' });
  return true;
}

async function transfer(work: PayoutWork, payout: RecordedPayout): Promise<void> {
  const { wallet, feePerGram } = work;
  const order = {
    address: addressToBase58(parseAddress(payout.address)),
    amount: payout.amount,
    feePerGram,
    paymentId: paymentText(payout),
  };
  try {
    await take(work, payout, await wallet.transfer(order));
  } catch (error) {
    if (!(error instanceof WalletError)) throw error;
    if (error.kind === 'refused') return refuse(work, payout, error.message);
    // It may have been paid all the same: the wallet's own list says so.
    note(work, payout, { note: error.message });
    work.warn(`${nameOf(payout)}: ${error.message} Whether it was paid is looked up.`);
    await settle(work, payout);
  }
}

async function take(work: PayoutWork, payout: RecordedPayout, result: TransferResult): Promise<void> {
  if (result.isSuccess && result.txid !== '0') {
    note(work, payout, { state: 'sent', txid: result.txid, note: null });
    const isSlow = result.failure === '' ? '' : ` The wallet adds: ${result.failure}`;
    return work.say(`${nameOf(payout)} is paid by transaction ${result.txid}.${isSlow}`);
  }
  const isPlainNo = !result.isSuccess && result.txid === '0';
  if (isPlainNo && NEVER.test(result.failure)) return refuse(work, payout, `The wallet says: ${result.failure}`);
  if (isPlainNo && NOT_NOW.test(result.failure)) {
    const found = await inWallet(work.wallet, work.record, payout);
    if (found.paid.length > 0) return settle(work, payout, found);
    note(work, payout, { state: 'started', note: result.failure });
    return work.warn(`${nameOf(payout)} waits: ${result.failure}`);
  }
  note(work, payout, { note: result.failure });
  await settle(work, payout);
}

/** The wallet took the request for none that it could ever carry out. */
function refuse(work: PayoutWork, payout: RecordedPayout, why: string): void {
  note(work, payout, { state: 'failed', note: why });
  work.warn(`${nameOf(payout)} is not paid: ${why}`);
}
