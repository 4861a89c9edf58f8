import type { AuthenticatedMessage, Wallets } from '#auth/wallets.ts';
import { DomainError } from '#payouts/errors.ts';
import type { PayoutsService } from '#payouts/service.ts';
import type { LeasedPayout, Payout } from '#payouts/types.ts';
import type { Transaction } from '#platform/database/store.ts';

/** What wallets take and tell of payouts: each uses up its nonce in the unit of work that it changes something in. */

/** What a wallet says that it is about to pay. */
export interface StartReport {
  id: string;
  leaseToken: string;
  /** As it was given: the server refuses what it did not approve. */
  address: string;
  amount: bigint;
}

export type PayoutReports = ReturnType<typeof payoutReports>;

export function payoutReports({ wallet, payouts }: PayoutsService, wallets: Pick<Wallets, 'admit'>) {
  /** Who calls, and what comes first. */
  const callOf = (message: AuthenticatedMessage) => ({
    wallet: message.address,
    before: (tx: Transaction, now: Date) => wallets.admit(tx, message, now),
  });

  return {
    /** @throws {DomainError} as `wallets.admit` and the service of payouts; so does each of them. */
    leasePayouts: (max: number, leaseMs: number | undefined, message: AuthenticatedMessage): Promise<LeasedPayout[]> =>
      wallet.lease({ ...callOf(message), max, leaseMs }),

    releasePayout: (id: string, leaseToken: string, problem: string, message: AuthenticatedMessage): Promise<Payout> =>
      wallet.release({ ...callOf(message), id, leaseToken, problem }),

    /** What the wallet was told is compared with what was approved first. An approved payout never changes. */
    async startPayout(report: StartReport, message: AuthenticatedMessage): Promise<Payout> {
      const { id, leaseToken, address, amount } = report;
      const approved = await payouts.find(id);
      if (approved.address !== address || approved.amount !== amount) {
        throw new DomainError('payout_contradicted', 'Its address and amount are not those that were approved.');
      }
      return wallet.started({ ...callOf(message), id, leaseToken });
    },

    payoutSent: (id: string, txid: string, message: AuthenticatedMessage): Promise<Payout> =>
      wallet.reportSent({ ...callOf(message), id, txid }),

    payoutConfirmed: (id: string, txid: string, message: AuthenticatedMessage): Promise<Payout> =>
      wallet.reportConfirmed({ ...callOf(message), id, txid }),

    payoutFailed: (id: string, problem: string, message: AuthenticatedMessage): Promise<Payout> =>
      wallet.reportFailed({ ...callOf(message), id, problem }),

    payoutUnknown: (id: string, problem: string, message: AuthenticatedMessage): Promise<Payout> =>
      wallet.reportUnknown({ ...callOf(message), id, problem }),
  };
}
