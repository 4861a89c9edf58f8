import type { EngineContext } from '#engine/context.ts';
import { deskRepository } from '#engine/store/desk.ts';
import { ORDER_STATUSES, type OrderStatus } from '#engine/store/tables.ts';
import type { Transaction } from '#platform/database/store.ts';
import { MAX_COUNTED } from './limits.ts';

/** Counts and sums for people at a desk. */

/** Of one day. */
const MAX_COUNTED_PER_DAY = 10_000;

const DAY_MS = 24 * 3_600_000;
const DAYS = 7;

/** How many of the newest Paid orders the median is of. */
const MEDIAN_OF = 100;

/** How long figures of the week are kept: they are read with each look at the start page. */
const WEEK_KEPT_MS = 30_000;

/** What waits for a person: counts, up to `MAX_COUNTED`. */
export interface Waiting {
  late: number;
  partlyPaid: number;
  held: number;
  byStatus: Readonly<Record<OrderStatus, number>>;
}

export interface Day {
  /** Its beginning, at midnight UTC. */
  from: Date;
  orders: number;
  expired: number;
  paid: number;
  /** Payments that came and were confirmed. */
  payments: number;
  /** In µT. */
  received: bigint;
  /** Whether there was more than was counted. */
  isMore: boolean;
}

export interface Week {
  /** The last is the present one. */
  days: readonly Day[];
  /** From the placing of an order to its payment; null if none was paid. */
  medianPaidMs: number | null;
}

export function figures({ store, clock }: Pick<EngineContext, 'store' | 'clock'>) {
  let kept: { week: Promise<Week>; at: number } | undefined;

  return {
    waiting: (): Promise<Waiting> =>
      store.read(async (tx) => {
        const desk = tx.use(deskRepository);
        const byStatus = {} as Record<OrderStatus, number>;
        for (const status of ORDER_STATUSES) byStatus[status] = await desk.countOrders(status, MAX_COUNTED + 1);
        return {
          late: await desk.countMoney('late', MAX_COUNTED + 1),
          partlyPaid: await desk.countPartlyPaid(MAX_COUNTED + 1),
          held: await desk.countHeld(MAX_COUNTED + 1),
          byStatus,
        };
      }),

    /** The last seven days, with the present one. It may be half a minute old. */
    week(): Promise<Week> {
      const now = clock.now().getTime();
      if (kept === undefined || Math.abs(now - kept.at) > WEEK_KEPT_MS) {
        const week = store.read((tx) => weekOf(tx, now));
        kept = { week, at: now };
        week.catch(() => {
          kept = undefined;
        });
      }
      return kept.week;
    },
  };
}

async function weekOf(tx: Transaction, now: number): Promise<Week> {
  const desk = tx.use(deskRepository);
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const days: Day[] = [];
  for (let ago = DAYS - 1; ago >= 0; ago -= 1) {
    const from = new Date(today - ago * DAY_MS);
    const until = new Date(from.getTime() + DAY_MS);
    const counts: number[] = [];
    for (const status of ORDER_STATUSES) {
      counts.push(await desk.countOrders(status, MAX_COUNTED_PER_DAY, from, until));
    }
    const received = await desk.receivedBetween(from, until, MAX_COUNTED_PER_DAY);
    const of = (status: OrderStatus) => counts[ORDER_STATUSES.indexOf(status)] ?? 0;
    days.push({
      from,
      orders: counts.reduce((sum, count) => sum + count, 0),
      expired: of('Expired'),
      paid: of('Paid'),
      payments: received.count,
      received: received.amount,
      isMore: [...counts, received.count].some((count) => count >= MAX_COUNTED_PER_DAY),
    });
  }
  return { days, medianPaidMs: medianOf(await desk.timesOfPaid(MEDIAN_OF)) };
}

function medianOf(values: readonly number[]): number | null {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? null;
}
