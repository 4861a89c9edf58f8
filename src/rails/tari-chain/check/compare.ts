import type { Payment } from '#engine/store/payments.ts';
import type { PaymentStatus } from '#engine/store/tables.ts';
import type { FoundOutput } from '#rails/tari-chain/scan/found-output.ts';

/** Compares the shop's payments on the chain with those in the database: pure, on plain data. */

/** An output found in a block for the shop's wallet. */
export type FoundInBlock = FoundOutput & { height: number };

export interface ChainSide {
  /** The first and the last block that were read. */
  from: number;
  to: number;
  /** When the first of them was mined. */
  fromTime: Date;
  found: readonly FoundInBlock[];
}

export interface BooksSide {
  /** The first and last block that the server's watcher has read; null if it has read none, and wallets report. */
  watched: { from: number; upTo: number } | null;
  /** Payments in the database, each once: those that were found, and those that were entered since the first block. */
  payments: readonly Payment[];
}

/**
 * `missing`: only on the chain. `not_on_chain`: only in the database. `no_payment`: in the database, but refused on the
 * chain. The others name the field that differs.
 */
export type DifferenceKind = 'missing' | 'not_on_chain' | 'no_payment' | 'amount' | 'block' | 'reference' | 'status';

export interface Difference {
  txid: string;
  kind: DifferenceKind;
  /** The values on each side; null if it has none. Amounts are µT. */
  chain: string | null;
  books: string | null;
}

/** Payments that both sides have, and those that one lacks. Amounts in µT. */
export interface Sums {
  payments: number;
  amount: bigint;
  confirmed: bigint;
}

export interface Comparison {
  /** Outputs that were encrypted for the shop but are not payments to it. */
  refused: number;
  /** Payments in blocks that the server has not read yet: they are not compared. */
  notReadYet: number;
  chain: Sums;
  books: Sums;
  differences: Difference[];
}

/** A reporting wallet may know blocks that the queried node does not know yet. */
const MAX_WALLET_LEAD = 2;

export function compare(chain: ChainSide, books: BooksSide, confirmations: number): Comparison {
  const byTxid = new Map(books.payments.map((payment) => [payment.txid, payment]));
  const { payments, refused } = sorted(chain.found);
  const isRead = ({ height }: FoundInBlock) => books.watched === null || height <= books.watched.upTo;
  const compared = payments.filter(isRead);
  const onChain = new Set(payments.map(({ txid }) => txid));
  const refusedIds = new Set(refused.map(({ txid }) => txid));
  const entered = compared.flatMap(({ txid }) => byTxid.get(txid) ?? []);
  const alone = books.payments.filter(
    (payment) => !onChain.has(payment.txid) && !refusedIds.has(payment.txid) && isInRange(payment, chain),
  );
  const wronglyEntered = refused.flatMap((output) => {
    const payment = byTxid.get(output.txid);
    return payment === undefined || payment.status === 'cancelled' ? [] : [{ output, payment }];
  });

  const depthOf = ({ height }: FoundInBlock) => Math.max(chain.to, books.watched?.upTo ?? 0) - height;
  const isDeep = (found: FoundInBlock) => depthOf(found) >= confirmations;
  return {
    refused: refused.length,
    notReadYet: payments.length - compared.length,
    chain: sumOf(compared.map((found) => ({ amount: found.amount, isConfirmed: isDeep(found) }))),
    books: sumOf(
      [...entered, ...alone, ...wronglyEntered.map(({ payment }) => payment)]
        .filter(({ status }) => status !== 'cancelled')
        .map(({ amount, status }) => ({ amount, isConfirmed: status === 'confirmed' })),
    ),
    differences: [
      ...compared.flatMap((found) => differencesOf(found, byTxid.get(found.txid), books, { depthOf, confirmations })),
      ...alone.map((payment): Difference => aloneInBooks(payment)),
      ...wronglyEntered.map(
        ({ output, payment }): Difference => ({
          txid: output.txid,
          kind: 'no_payment',
          chain: output.refusal ?? 'no_amount',
          books: payment.status,
        }),
      ),
    ],
  };
}

/** An output is in one block only, so each transaction id has one payment. */
function sorted(found: readonly FoundInBlock[]): { payments: FoundInBlock[]; refused: FoundInBlock[] } {
  const isPayment = ({ refusal, amount }: FoundInBlock) => refusal === undefined && amount > 0n;
  return { payments: found.filter(isPayment), refused: found.filter((output) => !isPayment(output)) };
}

/** Whether a payment of the database must be in the blocks that were read. */
function isInRange(payment: Payment, { from, to, fromTime }: ChainSide): boolean {
  if (payment.status === 'cancelled') return false;
  if (payment.blockHeight === null) return payment.createdAt >= fromTime;
  return payment.blockHeight >= from && payment.blockHeight <= to;
}

function differencesOf(
  found: FoundInBlock,
  payment: Payment | undefined,
  books: BooksSide,
  { depthOf, confirmations }: { depthOf: (found: FoundInBlock) => number; confirmations: number },
): Difference[] {
  const { txid } = found;
  if (payment === undefined) return [{ txid, kind: 'missing', chain: String(found.amount), books: null }];

  const differences: Difference[] = [];
  const note = (kind: DifferenceKind, chain: string, inBooks: string | null) => {
    if (chain !== inBooks) differences.push({ txid, kind, chain, books: inBooks });
  };
  note('amount', String(found.amount), String(payment.amount));
  // A reporting wallet sends neither, so they may be missing in blocks that the watcher has not read.
  const isWatched = books.watched !== null && found.height >= books.watched.from;
  if (isWatched || payment.blockHeight !== null) {
    note('block', String(found.height), payment.blockHeight === null ? null : String(payment.blockHeight));
    note('reference', found.paymentReference, payment.paymentReference);
  }
  const expected = expectedStatus(payment.status, { depth: depthOf(found), isWatched, confirmations });
  note('status', expected, payment.status);
  return differences;
}

function expectedStatus(
  status: PaymentStatus,
  { depth, isWatched, confirmations }: { depth: number; isWatched: boolean; confirmations: number },
): PaymentStatus {
  if (depth >= confirmations) return 'confirmed';
  const isReportedAhead = !isWatched && depth >= confirmations - MAX_WALLET_LEAD;
  return status === 'confirmed' && isReportedAhead ? 'confirmed' : 'received';
}

function aloneInBooks({ txid, amount, status, blockHeight }: Payment): Difference {
  const where = blockHeight === null ? 'in no block' : `in block ${blockHeight}`;
  return { txid, kind: 'not_on_chain', chain: null, books: `${amount}, ${status}, ${where}` };
}

function sumOf(payments: readonly { amount: bigint; isConfirmed: boolean }[]): Sums {
  const total = (some: readonly { amount: bigint }[]) => some.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    payments: payments.length,
    amount: total(payments),
    confirmed: total(payments.filter(({ isConfirmed }) => isConfirmed)),
  };
}
