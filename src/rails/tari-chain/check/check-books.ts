import { paymentById, paymentsOnChainSince } from '#engine/records.ts';
import type { Payment } from '#engine/store/payments.ts';
import type { Reader } from '#platform/database/store.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';
import { chainRepository } from '#rails/tari-chain/store/chain.ts';
import { type Comparison, compare } from './compare.ts';
import type { ChainReading } from './read-chain.ts';

/** Payments read from the database in one query: a few hundred KB. */
export const PAYMENTS_AT_ONCE = 1_000;

export interface CheckReport extends Comparison {
  /** The blocks that were read. */
  from: number;
  to: number;
  outputs: number;
}

/**
 * Compares the chain as it was read with the database, in one snapshot.
 * @param wallet the public view key, hex.
 * @param paymentsAtOnce the number of payments read in one query.
 */
export async function checkBooks(
  reader: Reader,
  reading: ChainReading,
  { wallet, confirmations }: Pick<ChainSettings, 'confirmations'> & { wallet: string },
  paymentsAtOnce = PAYMENTS_AT_ONCE,
): Promise<CheckReport> {
  const books = await reader.read(async (tx) => {
    const payments = new Map<string, Payment>();
    let after = '';
    const start = { time: reading.fromTime, height: reading.from };
    for (;;) {
      const page = await paymentsOnChainSince(tx, start, after, paymentsAtOnce);
      for (const payment of page) payments.set(payment.txid, payment);
      const last = page.at(-1);
      if (page.length < paymentsAtOnce || last === undefined) break;
      after = last.txid;
    }
    // A payment may have been entered earlier than the block that it is in now.
    for (const { txid } of reading.found.filter((found) => !payments.has(found.txid))) {
      const payment = await paymentById(tx, txid);
      if (payment?.paymentType === 'on_chain') payments.set(txid, payment);
    }
    const [progress, top] = [await tx.use(chainRepository).progress(), await tx.use(chainRepository).top()];
    // Blocks that were scanned for another wallet say nothing about this one.
    const isWatched = progress?.wallet === wallet && top !== undefined;
    const watched = isWatched ? { from: progress.startHeight, upTo: top.height } : null;
    return { watched, payments: [...payments.values()] };
  });
  const { from, to, outputs } = reading;
  return { from, to, outputs, ...compare(reading, books, confirmations) };
}
