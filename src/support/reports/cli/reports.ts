import { type Command, Option } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption, serverCommandOf } from '#platform/cli/server-command.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import { PRESETS } from '#support/reports/periods.ts';
import type { MovementReportAnswer, MovementTotalsAnswer, OrderReportAnswer, OrderTotalsAnswer } from './answers.ts';
import { movementReportView, movementTotalsView, orderReportView, orderTotalsView } from './views.ts';

interface PeriodFlags {
  period?: string;
  from?: string;
  to?: string;
  timeZone?: string;
  currency?: string;
}

type ListFlags = PeriodFlags & { limit: number };

const reportCommand = serverCommandOf(async () => (await import('./requests.ts')).reportsClient);

const SECTION = { menu: 'admin', section: 'reports', asks: ['--period'] };

/** `admin reports`: one line per order, one line per movement of money, and the sums of both. */
export function reportsCommand(ports: CommandPorts): Command {
  return group('reports', 'What came, was paid and went out in a period', [
    reportCommand<[], ListFlags, OrderReportAnswer>(ports, {
      name: 'orders',
      description: 'One line per order that came in the period, with what was paid and given back',
      example: 'admin reports orders --period last_month --time-zone Europe/Berlin --csv',
      menus: [{ ...SECTION, label: 'Report on orders', hint: 'one line per order' }],
      options: [...periodOptions(), limitOption(), csvOption()],
      run: async (client, { options }) => {
        const read = (query: Query) => client.orderReport({ ...query, ...periodOf(options) });
        const { first, rows } = await allParts(ports, options.limit, read, ({ lines }) => lines);
        return { ...first, lines: rows };
      },
      show: orderReportView,
    }),
    reportCommand<[], ListFlags, MovementReportAnswer>(ports, {
      name: 'movements',
      description: 'One line per movement of money in the period: payments, credit, settlements, refunds',
      example: 'admin reports movements --from 2026-11-01 --to 2026-11-30 --csv',
      menus: [{ ...SECTION, label: 'Report on money', hint: 'one line per movement' }],
      options: [...periodOptions(), limitOption(), csvOption()],
      run: async (client, { options }) => {
        const read = (query: Query) => client.movementReport({ ...query, ...periodOf(options) });
        const { first, rows } = await allParts(ports, options.limit, read, ({ lines }) => lines);
        return { ...first, lines: rows };
      },
      show: movementReportView,
    }),
    reportCommand<[], PeriodFlags, OrderTotalsAnswer>(ports, {
      name: 'order-totals',
      description: 'The sums of the report on orders, by their state',
      example: 'admin reports order-totals --period month',
      menus: [{ ...SECTION, label: 'Sums of orders', hint: 'by their state' }],
      options: [...periodOptions(), csvOption()],
      run: (client, { options }) => client.orderTotals(periodOf(options)),
      show: orderTotalsView,
    }),
    reportCommand<[], PeriodFlags, MovementTotalsAnswer>(ports, {
      name: 'movement-totals',
      description: 'The sums of the report on movements of money, by their kind',
      example: 'admin reports movement-totals --period all',
      menus: [{ ...SECTION, label: 'Sums of money', hint: 'by what moved it' }],
      options: [...periodOptions(), csvOption()],
      run: (client, { options }) => client.movementTotals(periodOf(options)),
      show: movementTotalsView,
    }),
  ]);
}

function periodOptions(): Option[] {
  return [
    askedAs(new Option('--period <name>', 'which period; the month unless told').choices(PRESETS), {
      whenEmpty: 'this month',
    }),
    new Option('--from <day>', 'the first day, such as 2026-11-01').conflicts('period'),
    new Option('--to <day>', 'the last day').conflicts('period'),
    new Option('--time-zone <name>', 'whose days, such as Europe/Berlin; UTC unless told'),
    new Option('--currency <code>', 'that values are in; that of the newest order unless told'),
  ];
}

/** @throws {CommandError} if one of two days is missing. */
function periodOf({ period, from, to, timeZone, currency }: PeriodFlags): Query {
  if ((from === undefined) !== (to === undefined)) {
    throw new CommandError('Name both --from and --to, or a --period.', EXIT_CODES.wrongUse);
  }
  return { period, from, to, time_zone: timeZone, currency };
}
