import type { LedgerContext } from '#engine/money/ledger.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';

export interface PayoutContext extends PlatformContext {
  settings: Pick<Settings, 'strictMode' | 'refundLimit' | 'payoutDailyLimit' | 'coldAddress'> & {
    paymentWalletAddress: string | undefined;
  };
  subscriptions: Subscriptions;
  /** What the ledger needs when money comes back. */
  ledger: LedgerContext;
  randomBytes: (length: number) => Uint8Array;
}
