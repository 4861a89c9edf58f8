import type { Clock } from '#platform/clock.ts';
import type { ConsoleWallet } from '#rails/tari-wallet/console-wallet/console-wallet.ts';
import type { TariAddress } from '#tari/address.ts';
import { formatTari } from '#tari/micro-tari.ts';
import type { OwnLimits } from './own-limits.ts';
import type { GivenPayout, PayoutChange, PayoutRecord, RecordedPayout } from './payout-record.ts';
import type { PayoutServer } from './payout-server.ts';

/** What paying needs. */
export interface PayoutWork {
  wallet: ConsoleWallet;
  /** The wallet's own address, as it says itself. */
  own: TariAddress;
  server: PayoutServer;
  record: PayoutRecord;
  limits: OwnLimits;
  feePerGram: bigint;
  confirmations: number;
  clock: Clock;
  sleep: (milliseconds: number) => Promise<void>;
  /** Tells what it does. */
  say: (line: string) => void;
  /** Tells what needs a person. */
  warn: (line: string) => void;
  /** Ctrl-C: what has begun is finished, and nothing more is begun. */
  signal: AbortSignal;
}

/** How a payout is called in a sentence. */
export function nameOf({ id, amount }: Pick<GivenPayout, 'id' | 'amount'>): string {
  return `Payout ${id} of ${formatTari(amount)}`;
}

/** Writes down durably what is known now. */
export function note(
  { record, clock }: Pick<PayoutWork, 'record' | 'clock'>,
  { id }: Pick<RecordedPayout, 'id'>,
  change: PayoutChange,
): RecordedPayout {
  return record.change(id, change, clock.now());
}

/** Leaves a payout to a person, who is told how to go on. */
export function askPerson(
  work: Pick<PayoutWork, 'record' | 'clock' | 'warn'>,
  payout: RecordedPayout,
  why: string,
): void {
  note(work, payout, { state: 'unknown', note: why });
  work.warn(`${nameOf(payout)} needs a person: ${why} ${howToGoOn(payout)}`);
}

export function howToGoOn({ id }: Pick<RecordedPayout, 'id'>): string {
  return (
    `Look through the wallet's transactions. If it was paid: taritools wallet payouts paid ${id} TRANSACTION. ` +
    `If it was not: taritools wallet payouts not-paid ${id}, and it can be asked for again.`
  );
}
