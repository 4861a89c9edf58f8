import {
  outMovementsOfPeriod,
  type Period,
  paymentsOfPeriod,
  settlementsOfPeriod,
} from '#engine/money/period-lists.ts';
import type { Payment } from '#engine/store/payments.ts';
import type { SettlementEntry } from '#engine/store/settlements.ts';
import { destinationOfOut } from '#payouts/destinations-of.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { Page } from '#platform/paging.ts';
import { ratesAt } from '#rates/past-rates.ts';
import type { MovementKind, MovementLine } from './lines.ts';
import type { ReportPeriod } from './periods.ts';
import { JOURNALS, type Journal, type MovementPosition } from './position.ts';
import { valueAtRate, valueText } from './value.ts';

type UnvaluedLine = Omit<MovementLine, 'time' | 'rate' | 'value'> & { time: Date };

/** Up to `limit` movements of one journal in the period, after the one at this place. */
type ReadJournal = (
  tx: Transaction,
  period: Period,
  after: { time: Date; id: string } | undefined,
  limit: number,
) => Promise<UnvaluedLine[]>;

const payments: ReadJournal = async (tx, period, after, limit) => {
  const position = after && { createdAt: after.time, txid: after.id };
  return (await paymentsOfPeriod(tx, period, position, limit)).map(paymentLine);
};

const settlements: ReadJournal = async (tx, period, after, limit) => {
  const position = after && { createdAt: after.time, id: BigInt(after.id) };
  return (await settlementsOfPeriod(tx, period, position, limit)).map(settlementLine);
};

const payouts: ReadJournal = async (tx, period, after, limit) => {
  const position = after && { createdAt: after.time, outId: after.id };
  const lines: UnvaluedLine[] = [];
  for (const movement of await outMovementsOfPeriod(tx, period, position, limit)) {
    const { outId, kind, amount, createdAt } = movement;
    const destination = await destinationOfOut(tx, kind, outId);
    lines.push({
      time: createdAt,
      kind,
      id: outId,
      order_id: destination?.orderId ?? null,
      address: destination?.address ?? null,
      amount: -amount,
      memo: destination?.reason ?? null,
    });
  }
  return lines;
};

const READ: Readonly<Record<Journal, ReadJournal>> = { payments, settlements, payouts };

const PLACE = Object.fromEntries(JOURNALS.map((journal, place) => [journal, place])) as Record<Journal, number>;

/** A page of the report with one line per movement of the period. */
export async function movementLines(
  tx: Transaction,
  { period, currency }: { period: ReportPeriod; currency: string | undefined },
  after: MovementPosition | undefined,
  limit: number,
): Promise<Page<MovementLine, MovementPosition>> {
  const found: { line: UnvaluedLine; journal: Journal }[] = [];
  for (const journal of JOURNALS) {
    const lines = await READ[journal](tx, restOf(period, after, journal), placeIn(after, journal), limit + 1);
    found.push(...lines.map((line) => ({ line, journal })));
  }
  // Each journal is in order, so a stable sort leaves it so.
  found.sort((a, b) => a.line.time.getTime() - b.line.time.getTime() || PLACE[a.journal] - PLACE[b.journal]);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: await valued(
      tx,
      currency,
      shown.map(({ line }) => line),
    ),
    next:
      found.length > limit && last !== undefined
        ? { time: last.line.time, journal: last.journal, id: last.line.id }
        : undefined,
  };
}

/** What is left of the period in a journal: of the moment of the position, the earlier journals have been read. */
function restOf(period: Period, after: MovementPosition | undefined, journal: Journal): Period {
  if (after === undefined || journal === after.journal) return period;
  return {
    since: new Date(after.time.getTime() + (PLACE[journal] < PLACE[after.journal] ? 1 : 0)),
    until: period.until,
  };
}

function placeIn(after: MovementPosition | undefined, journal: Journal): { time: Date; id: string } | undefined {
  return after?.journal === journal ? after : undefined;
}

async function valued(
  tx: Transaction,
  currency: string | undefined,
  lines: readonly UnvaluedLine[],
): Promise<MovementLine[]> {
  const times = lines.map(({ time }) => time);
  const rates = currency === undefined ? [] : await ratesAt(tx, currency, times);
  return lines.map((line, index) => {
    const rate = rates[index] ?? null;
    const value =
      rate === null || currency === undefined ? null : valueText(valueAtRate(line.amount, rate, currency), currency);
    return { ...line, time: line.time.toISOString(), rate, value };
  });
}

function paymentLine(payment: Payment): UnvaluedLine {
  return {
    time: payment.createdAt,
    kind: kindOf(payment),
    id: payment.txid,
    order_id: payment.orderId,
    address: payment.sender === '' ? null : payment.sender,
    amount: payment.amount,
    memo: payment.memo,
  };
}

function kindOf({ paymentType, status }: Payment): MovementKind {
  if (paymentType === 'manual') return 'credit';
  return status === 'confirmed' ? 'payment' : 'unconfirmed';
}

function settlementLine({ id, createdAt, orderId, address, amount }: SettlementEntry): UnvaluedLine {
  return { time: createdAt, kind: 'settlement', id: String(id), order_id: orderId, address, amount, memo: null };
}
