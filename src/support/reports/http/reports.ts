import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { OrderPosition } from '#engine/store/orders.ts';
import type { Clock } from '#platform/clock.ts';
import { announceNext } from '#platform/http/pagination.ts';
import { MOVEMENT_COLUMNS, ORDER_COLUMNS } from '#support/reports/csv.ts';
import type { MovementPosition } from '#support/reports/position.ts';
import type { ReportsService } from '#support/reports/service.ts';
import { sendCsv } from './csv-stream.ts';
import { aboutView, askedIn } from './request.ts';
import * as shapes from './schemas.ts';
import { totalOf, valuesIn } from './totals.ts';

/** Without a limit a page has this many lines. */
const DEFAULT_LINES = 100;

const ACCESS = { access: ['read_all'] };
const TAGS = ['accounts'];
const JSON_OR_CSV = ['application/json', 'text/csv'];

/** Reports: the whole of one as CSV, its lines in pages, and its sums. The URL of a report says all of it. */
export function reportRoutes(reports: ReportsService, clock: Clock): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/reports/orders',
      {
        config: ACCESS,
        schema: {
          summary: 'One line per order of a period, with what was paid and given back, oldest first',
          tags: TAGS,
          querystring: shapes.orderReport,
          produces: JSON_OR_CSV,
          response: { 200: shapes.orderReportAnswer },
        },
      },
      async ({ query }, reply) => {
        const asked = await askedIn(query, reports, clock.now());
        if (query.format === 'csv') {
          return sendCsv(reply, { name: 'orders', asked, columns: ORDER_COLUMNS }, (after: OrderPosition | undefined) =>
            reports.orders(asked, { after }),
          );
        }
        const { limit = DEFAULT_LINES, cursor: after } = query;
        const { rows, next } = await reports.orders(asked, { after, limit });
        announceNext(reply, shapes.ORDER_LINE_CURSOR, next);
        return { ...aboutView(asked), lines: rows };
      },
    );

    app.get(
      '/api/reports/movements',
      {
        config: ACCESS,
        schema: {
          summary: 'One line per movement of money in a period: payments, credit, settlements, refunds, oldest first',
          tags: TAGS,
          querystring: shapes.movementReport,
          produces: JSON_OR_CSV,
          response: { 200: shapes.movementReportAnswer },
        },
      },
      async ({ query }, reply) => {
        const asked = await askedIn(query, reports, clock.now());
        if (query.format === 'csv') {
          return sendCsv(
            reply,
            { name: 'movements', asked, columns: MOVEMENT_COLUMNS },
            (after: MovementPosition | undefined) => reports.movements(asked, { after }),
          );
        }
        const { limit = DEFAULT_LINES, cursor: after } = query;
        const { rows, next } = await reports.movements(asked, { after, limit });
        announceNext(reply, shapes.MOVEMENT_CURSOR, next);
        return { ...aboutView(asked), lines: rows };
      },
    );

    await app.register(totalRoutes(reports, clock));
  };
}

function totalRoutes(reports: ReportsService, clock: Clock): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/reports/orders/totals',
      {
        config: ACCESS,
        schema: {
          summary: 'The sums of the report on orders, by their state',
          tags: TAGS,
          querystring: shapes.totalsOf,
          response: { 200: shapes.orderTotals },
        },
      },
      async ({ query, socket }) => {
        const asked = await askedIn(query, reports, clock.now());
        const sums = await totalOf(
          (after: OrderPosition | undefined) => reports.sumOfOrders(asked, after),
          () => !socket.destroyed,
        );
        const totals = sums.map((sum) => {
          const { price = 0n, paid = 0n, refunded = 0n, kept = 0n } = sum.amounts;
          const values = valuesIn(sum, ['paid_value', 'refunded_value', 'kept_value'], asked.currency);
          const { group: status, lines, withoutValue } = sum;
          return { status, lines, without_value: withoutValue, price, paid, refunded, kept, ...values };
        });
        return { ...aboutView(asked), totals };
      },
    );

    app.get(
      '/api/reports/movements/totals',
      {
        config: ACCESS,
        schema: {
          summary: 'The sums of the report on movements, by their kind',
          tags: TAGS,
          querystring: shapes.totalsOf,
          response: { 200: shapes.movementTotals },
        },
      },
      async ({ query, socket }) => {
        const asked = await askedIn(query, reports, clock.now());
        const sums = await totalOf(
          (after: MovementPosition | undefined) => reports.sumOfMovements(asked, after),
          () => !socket.destroyed,
        );
        const totals = sums.map((sum) => {
          const { group: kind, lines, withoutValue, amounts } = sum;
          const { value } = valuesIn(sum, ['value'], asked.currency);
          return { kind, lines, without_value: withoutValue, amount: amounts.amount ?? 0n, value };
        });
        return { ...aboutView(asked), totals };
      },
    );
  };
}
