import type { PaperOrder } from './records.ts';
import type { Paper } from './reference-model.ts';

/**
 * What may be missing of an order that counts as paid, on paper, written from the rules: an order that somebody has begun
 * to pay is given what is missing, as a credit with the reason `tolerance`, if that is no more than the tolerance and no
 * more than half of the price; then it is paid at once.
 */
export type PaperTolerance = { kind: 'share'; perMillion: number } | { kind: 'amount'; microTari: number };

export const TOLERANCE_REASON = 'tolerance';

/** In whole µT, rounded down. */
export function toleratedOnPaper(price: number, tolerance: PaperTolerance | undefined): number {
  if (tolerance === undefined) return 0;
  // A large price times its share is beyond what a number holds without loss.
  const most =
    tolerance.kind === 'amount'
      ? tolerance.microTari
      : Number((BigInt(price) * BigInt(tolerance.perMillion)) / 1_000_000n);
  return Math.min(most, Math.floor(price / 2));
}

/** What can come of a tolerance: each is to come up. */
export const TOLERANCE_OUTCOMES = [
  'tolerance: a share of the price was given',
  'tolerance: an amount was given',
  'tolerance: half of the price was given, the most',
  'tolerance: as much as there may be was given',
  'tolerance: one µT too much was missing',
  'tolerance: an order that nobody has claimed is given nothing',
] as const;

export type ToleranceOutcome = (typeof TOLERANCE_OUTCOMES)[number];

/**
 * Looks at every credit of a tolerance, whatever the rules made of it: it is within the tolerance, its order is paid, has
 * no other, and all of it went into that order's settlements. @throws {Error}
 */
export function checkTolerance(paper: Paper): void {
  const seen = new Set<string>();
  for (const { txid, memo, isManual, amount, orderId, left } of paper.payments.values()) {
    if (memo !== TOLERANCE_REASON || !isManual) continue;
    const order = orderId === null ? undefined : paper.orders.get(orderId);
    const fault = (why: string) => new Error(`The tolerance ${txid} of ${amount} for ${orderId} ${why}`);
    if (order?.state !== 'Paid') throw fault(`stands with an order that is ${order?.state ?? 'unknown'}`);
    if (seen.has(order.orderId)) throw fault('is a second one');
    seen.add(order.orderId);
    if (amount <= 0 || amount > toleratedOnPaper(order.price, paper.settings.tolerance)) throw fault('is too much');
    if (left !== 0 || usedFor(paper, order, txid) !== amount) throw fault('is not all in its order’s settlements');
  }
}

function usedFor(paper: Paper, { orderId }: PaperOrder, txid: string): number {
  let sum = 0;
  for (const use of paper.money.uses) {
    if (use.txid !== txid) continue;
    const settlement = paper.money.settlements[Number(use.what) - 1];
    if (settlement?.orderId === orderId) sum += use.amount;
  }
  return sum;
}
