import { hex } from '@scure/base';
import { goneBehind } from '#engine/money/giving-back.ts';
import type { Transaction } from '#platform/database/store.ts';
import { isSameSecret } from '#platform/sha256.ts';
import { accountOf, addressToBase58, parseAddress, type TariAddress } from '#tari/address.ts';
import type { PayoutContext } from './context.ts';
import { DomainError } from './errors.ts';
import { PayoutWork } from './refund-changes.ts';
import { type KeptPayout, payoutRepository } from './store/payouts.ts';
import { switchRepository } from './store/switch.ts';
import type { LeasedPayout, Payout } from './types.ts';
import { DEFAULT_LEASE_MS, MAX_LEASE_MS, MAX_LEASED_AT_ONCE, MIN_LEASE_MS } from './types.ts';

/**
 * How wallets take payouts, pay them and report them (docs/payouts.md). A wallet pays only what it has leased and has said
 * that it starts to pay: what was never started may be given to another wallet, what was started never is. Each call may be
 * repeated with the same answer, for the answer may have been lost.
 */

/** A call of a wallet, which has been authenticated. */
export interface WalletCall {
  wallet: TariAddress;
  /** Runs first in the same unit of work, to use up the nonce of the wallet's message, for instance. */
  before?: ((tx: Transaction, now: Date) => Promise<void>) | undefined;
}

export interface LeaseRequest extends WalletCall {
  /** The most payouts that it takes. */
  max: number;
  /** How long; for a person who pays from a list, longer. */
  leaseMs?: number | undefined;
}

export interface PayoutReport extends WalletCall {
  id: string;
}

export interface LeaseReport extends PayoutReport {
  leaseToken: string;
}

/** Payouts that are looked at in one unit of work. */
const LOOKED_AT_ONCE = 500;
const TOKEN_BYTES = 16;
/** A wallet's sentences are shown to people. */
const MAX_PROBLEM_LENGTH = 500;

export type WalletPayouts = ReturnType<typeof walletPayouts>;

export function walletPayouts(context: PayoutContext) {
  const { store, clock, log, randomBytes } = context;

  /** One call as one unit of work. */
  const call = <Answer>(
    { before }: Pick<WalletCall, 'before'>,
    change: (work: PayoutWork) => Promise<Answer>,
  ): Promise<Answer> => {
    const now = clock.now();
    return store.run(async (tx) => {
      await before?.(tx, now);
      return change(new PayoutWork(tx, now, context));
    });
  };

  return {
    /**
     * Leases approved payouts, oldest first: those that this wallet holds and has not started, then others. None while payouts
     * are stopped.
     */
    lease(request: LeaseRequest): Promise<LeasedPayout[]> {
      const token = hex.encode(randomBytes(TOKEN_BYTES));
      return call(request, async (work) => {
        await endLeases(work);
        if ((await work.tx.use(switchRepository).read()).isStopped) return [];
        return leaseSome(work, request, token);
      });
    },

    /**
     * The wallet is about to pay: from now on no other wallet gets the payout. Repeated, it answers the same.
     * @throws {DomainError} `payout_not_found`, `payout_lease_lost`, `payouts_stopped`
     */
    started: (report: LeaseReport): Promise<Payout> =>
      call(report, async (work) => {
        const payout = await work.payoutOf(report.id);
        requireLease(payout, report, work.now);
        if (payout.startedAt !== null) return shown(payout);
        const { isStopped, reason } = await work.tx.use(switchRepository).read();
        if (isStopped) throw new DomainError('payouts_stopped', reason ?? '');
        return shown(await change(work, payout, { startedAt: work.now }));
      }),

    /** The wallet gives a payout back that it has not started, for what kept it from paying. @throws as `started` */
    release: (report: LeaseReport & { problem: string | null }): Promise<Payout> =>
      call(report, async (work) => {
        const payout = await work.payoutOf(report.id);
        requireLease(payout, report, work.now);
        if (payout.startedAt !== null)
          throw new DomainError('payout_contradicted', 'Its wallet had started to pay it.');
        return shown(await giveBackLease(work, payout, cut(report.problem)));
      }),

    /**
     * The wallet has sent it. Repeated, it answers the same; so does a report that comes after the lease has run out.
     * @throws {DomainError} `payout_not_found`, `payout_contradicted`
     */
    reportSent: (report: PayoutReport & { txid: string }): Promise<Payout> =>
      reported(report, async (work, payout) => enterSent(work, payout, report.txid)),

    /** It is confirmed on the chain. One that was not reported as sent is now. @throws as `reportSent` */
    reportConfirmed: (report: PayoutReport & { txid: string }): Promise<Payout> =>
      reported(report, async (work, payout) => {
        const sent = await enterSent(work, payout, report.txid);
        return sent.state === 'confirmed' ? sent : enterConfirmed(work, sent);
      }),

    /**
     * The wallet could not pay it. If nothing was sent, its money comes back; if it was sent and has vanished or was refused
     * afterwards, nothing comes back by itself: a person resolves it.
     * @throws as `reportSent`
     */
    reportFailed: (report: PayoutReport & { problem: string }): Promise<Payout> =>
      reported(report, (work, payout) => enterFailed(work, payout, cut(report.problem) ?? '')),

    /**
     * The wallet asked for the payment and does not know whether it was made, or made it and has seen it vanish: nothing comes
     * back by itself, and no wallet gets it again.
     * @throws as `reportSent`
     */
    reportUnknown: (report: PayoutReport & { problem: string }): Promise<Payout> =>
      reported(report, (work, payout) => enterUnknown(work, payout, cut(report.problem) ?? '')),

    /** Ends the leases that have run out. Returns how many. */
    endLeases: (): Promise<number> => call({}, endLeases),
  };

  /** A report of the wallet that has or had the payout. What contradicts the books is kept with it, and logged. */
  async function reported(
    report: PayoutReport,
    change: (work: PayoutWork, payout: KeptPayout) => Promise<KeptPayout>,
  ): Promise<Payout> {
    const outcome = await call(report, async (work) => {
      const payout = await work.payoutOf(report.id);
      try {
        requireOwn(payout, report.wallet);
        return { payout: await change(work, payout) };
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'payout_contradicted') throw error;
        // The row stays as it was but for this sentence: what a wallet has done must not get lost with its report.
        await work.tx.use(payoutRepository).change(payout, { problem: error.message }, work.now);
        return { error };
      }
    });
    if ('payout' in outcome) return shown(outcome.payout);
    log.error({ payout: report.id }, outcome.error.message);
    throw outcome.error;
  }
}

/** Without what only its wallet may know. */
function shown({ leaseToken, leases, ...payout }: KeptPayout): Payout {
  return payout;
}

async function leaseSome(
  work: PayoutWork,
  { wallet, max, leaseMs = DEFAULT_LEASE_MS }: LeaseRequest,
  token: string,
): Promise<LeasedPayout[]> {
  const { tx, now } = work;
  const most = Math.min(Math.max(max, 0), MAX_LEASED_AT_ONCE);
  const until = new Date(now.getTime() + Math.min(Math.max(leaseMs, MIN_LEASE_MS), MAX_LEASE_MS));
  const leased: LeasedPayout[] = [];
  for (const state of ['leased', 'approved'] as const) {
    for (const payout of await tx.use(payoutRepository).page({ states: [state] }, undefined, LOOKED_AT_ONCE, 'asc')) {
      if (leased.length >= most) return leased;
      const isHeld = payout.startedAt === null && isOf(payout, wallet);
      if ((state === 'leased' && !isHeld) || !(await isCovered(work, payout))) continue;
      const leases = payout.leases + 1n;
      const leaseToken = `${token}-${leases}`;
      const taken = await change(work, payout, {
        state: 'leased',
        leasedBy: addressToBase58(wallet),
        leaseToken,
        leaseUntil: until,
        leases,
        problem: null,
      });
      leased.push({ ...shown(taken), leaseToken });
    }
  }
  return leased;
}

/** Whether the payments behind a refund are still on the chain. If not, it says so in the payout and is not paid. */
async function isCovered(work: PayoutWork, payout: KeptPayout): Promise<boolean> {
  if (payout.refundId === null) return true;
  const [gone] = await goneBehind(work.tx, payout.refundId);
  if (gone === undefined) return true;
  const problem = `The payment ${gone} that it gives back has left the chain.`;
  if (payout.problem !== problem) await work.tx.use(payoutRepository).change(payout, { problem }, work.now);
  return false;
}

/** What was never started is approved again; the fate of the others is unknown. */
async function endLeases(work: PayoutWork): Promise<number> {
  const ended = await work.tx.use(payoutRepository).leasedUntil(work.now, LOOKED_AT_ONCE);
  for (const payout of ended) {
    if (payout.startedAt === null) await giveBackLease(work, payout, 'Its wallet took it and did not start to pay.');
    else await loseSight(work, payout, 'Its wallet started to pay it, and has not reported what came of it.');
  }
  return ended.length;
}

function giveBackLease(work: PayoutWork, payout: KeptPayout, problem: string | null): Promise<KeptPayout> {
  return change(work, payout, { state: 'approved', leaseToken: null, leaseUntil: null, problem });
}

async function loseSight(work: PayoutWork, payout: KeptPayout, problem: string): Promise<KeptPayout> {
  const unknown = await change(work, payout, { state: 'unknown', problem });
  await work.announcePayout('PayoutUnknown', unknown);
  return unknown;
}

/** @throws {DomainError} `payout_contradicted` */
export async function enterSent(work: PayoutWork, payout: KeptPayout, txid: string): Promise<KeptPayout> {
  const { state } = payout;
  if ((state === 'sent' || state === 'confirmed') && payout.txid === txid) return payout;
  if (payout.txid !== null && payout.txid !== txid) {
    throw new DomainError('payout_contradicted', `It was paid by transaction ${payout.txid}, and not by ${txid}.`);
  }
  if (state !== 'leased' && state !== 'unknown' && state !== 'approved') {
    throw new DomainError('payout_contradicted', `It is ${state}, and transaction ${txid} is said to have paid it.`);
  }
  const other = await work.tx.use(payoutRepository).findByTransaction(txid);
  if (other !== undefined && other.id !== payout.id) {
    throw new DomainError('payout_contradicted', `Transaction ${txid} has paid ${other.id}.`);
  }
  const sent = await change(work, payout, {
    state: 'sent',
    txid,
    sentAt: payout.sentAt ?? work.now,
    startedAt: payout.startedAt ?? work.now,
    problem: null,
  });
  await work.announcePayout('PayoutSent', sent);
  return sent;
}

async function enterConfirmed(work: PayoutWork, payout: KeptPayout): Promise<KeptPayout> {
  const confirmed = await change(work, payout, { state: 'confirmed', confirmedAt: work.now, problem: null });
  await work.announcePayout('PayoutConfirmed', confirmed);
  return confirmed;
}

async function enterFailed(work: PayoutWork, payout: KeptPayout, problem: string): Promise<KeptPayout> {
  switch (payout.state) {
    case 'failed':
      return payout;
    case 'unknown':
      // What has a transaction may still be mined; without one, its own wallet knows best.
      return payout.txid === null ? endUnpaid(work, payout, problem) : payout;
    case 'leased':
      return endUnpaid(work, payout, problem);
    case 'sent':
    case 'confirmed':
      return loseSight(work, payout, problem);
    default:
      throw new DomainError('payout_contradicted', `It is ${payout.state}, and its wallet says: ${problem}`);
  }
}

async function enterUnknown(work: PayoutWork, payout: KeptPayout, problem: string): Promise<KeptPayout> {
  switch (payout.state) {
    case 'unknown':
      return change(work, payout, { problem });
    case 'leased':
    case 'sent':
    case 'confirmed':
      return loseSight(work, payout, problem);
    default:
      throw new DomainError('payout_contradicted', `It is ${payout.state}, and its wallet says: ${problem}`);
  }
}

/** A payout that was never sent: its money is back. */
export async function endUnpaid(work: PayoutWork, payout: KeptPayout, problem: string): Promise<KeptPayout> {
  const failed = await work.changePayout(payout, { state: 'failed', problem });
  await work.returnMoney(failed, problem);
  await work.announcePayout('PayoutFailed', failed);
  return failed;
}

function change(work: PayoutWork, payout: KeptPayout, to: Parameters<PayoutWork['changePayout']>[1]) {
  return work.changePayout(payout, to);
}

function requireLease(payout: KeptPayout, { wallet, leaseToken }: LeaseReport, now: Date): void {
  const { state, leaseUntil } = payout;
  const isCurrent = payout.leaseToken !== null && isSameSecret(leaseToken, payout.leaseToken);
  const isIts = state === 'leased' && isOf(payout, wallet) && isCurrent;
  if (!isIts || leaseUntil === null || leaseUntil <= now) throw new DomainError('payout_lease_lost', payout.id);
}

function requireOwn(payout: KeptPayout, wallet: TariAddress): void {
  if (isOf(payout, wallet)) return;
  throw new DomainError('payout_contradicted', `Wallet ${addressToBase58(wallet)} reports it, and does not have it.`);
}

function isOf({ leasedBy }: Payout, wallet: TariAddress): boolean {
  return leasedBy !== null && accountOf(parseAddress(leasedBy)) === accountOf(wallet);
}

function cut(text: string | null): string | null {
  return text === null ? null : text.slice(0, MAX_PROBLEM_LENGTH);
}
