import { newestCurrency } from '#engine/money/period-lists.ts';
import type { OrderPosition } from '#engine/store/orders.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import type { Page } from '#platform/paging.ts';
import type { MovementLine, OrderLine } from './lines.ts';
import { movementLines } from './movement-lines.ts';
import { orderLines } from './order-lines.ts';
import type { ReportPeriod } from './periods.ts';
import type { MovementPosition } from './position.ts';
import { type MovementSum, type OrderSum, sumMovements, sumOrders } from './sums.ts';

declare module '#platform/module.ts' {
  interface Services {
    reports: ReportsService;
  }
}

export interface ReportRequest {
  period: ReportPeriod;
  /** That values are in. */
  currency: string | undefined;
}

/** A part of a report. Each is one snapshot, and a later part of a report that changes meanwhile a later one. */
export interface ReportPart<Position> {
  after?: Position | undefined;
  /** How many lines, up to MAX_LINES_AT_ONCE. */
  limit?: number | undefined;
}

/** Between two parts other requests get their turn: a part takes some tens of milliseconds. */
export const MAX_LINES_AT_ONCE = 1000;

export interface SummedPart<Sum, Position> {
  sums: Sum[];
  /** Where the rest begins; undefined if there is none. */
  next: Position | undefined;
}

type ReadLines<Line, Position> = (
  tx: Transaction,
  request: ReportRequest,
  after: Position | undefined,
  limit: number,
) => Promise<Page<Line, Position>>;

export type ReportsService = ReturnType<typeof reports>;

/** Reports with one line per order, and with one line per movement of money. */
function reports({ store }: Pick<ServiceContext, 'store'>) {
  const partOf =
    <Line, Position>(read: ReadLines<Line, Position>) =>
    (request: ReportRequest, { after, limit = MAX_LINES_AT_ONCE }: ReportPart<Position> = {}) =>
      store.read((tx) => read(tx, request, after, Math.min(limit, MAX_LINES_AT_ONCE)));
  const orders = partOf<OrderLine, OrderPosition>(orderLines);
  const movements = partOf<MovementLine, MovementPosition>(movementLines);

  return {
    /** The currency that reports are in unless told: that of the newest order. Undefined before the first one. */
    currency: (): Promise<string | undefined> => store.read(newestCurrency),

    /** The orders that came in the period, oldest first. */
    orders,

    /** What money moved in the period, oldest first. */
    movements,

    /** The sums of the next part of the orders, by their state. */
    async sumOfOrders(
      request: ReportRequest,
      after: OrderPosition | undefined,
    ): Promise<SummedPart<OrderSum, OrderPosition>> {
      const { rows, next } = await orders(request, { after });
      return { sums: sumOrders(rows), next };
    },

    /** The sums of the next part of the movements, by their kind. */
    async sumOfMovements(
      request: ReportRequest,
      after: MovementPosition | undefined,
    ): Promise<SummedPart<MovementSum, MovementPosition>> {
      const { rows, next } = await movements(request, { after });
      return { sums: sumMovements(rows), next };
    },
  };
}

export function open(context: ServiceContext): Opened<ReportsService> {
  return { service: reports(context) };
}
