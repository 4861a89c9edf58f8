import { type OutputOptions, plainText, table } from '#platform/cli/terminal/output.ts';
import type { MovementReportAnswer, MovementTotalsAnswer, OrderReportAnswer, OrderTotalsAnswer } from './answers.ts';

type About = Pick<OrderReportAnswer, 'period' | 'currency'>;

export function orderReportView(report: OrderReportAnswer, output: OutputOptions): string[] {
  const value = valueTitle(report);
  const lines = table<OrderReportAnswer['lines'][number]>(
    [
      { title: 'Order', of: (line) => line.order_id },
      { title: 'Name', of: (line) => line.name },
      { title: 'Customer', of: (line) => line.customer_id, canShrink: true },
      { title: 'Came', time: (line) => line.created_at },
      { title: 'State', of: (line) => line.status, isStatus: true },
      { title: 'Price', amount: (line) => line.price, isSummed: true },
      { title: 'Paid', amount: (line) => line.paid, isSummed: true },
      { title: 'Refunded', amount: (line) => line.refunded, isSummed: true },
      { title: 'Kept', amount: (line) => line.kept, isSummed: true },
      { title: value, of: (line) => line.kept_value, align: 'right' },
    ],
    report.lines,
    output,
  );
  return headed(report, lines, output);
}

export function movementReportView(report: MovementReportAnswer, output: OutputOptions): string[] {
  const value = valueTitle(report);
  const lines = table<MovementReportAnswer['lines'][number]>(
    [
      { title: 'When', time: (line) => line.time },
      { title: 'What', of: (line) => line.kind },
      { title: 'Number', of: (line) => line.id },
      { title: 'Order', of: (line) => line.order_id },
      { title: 'Wallet', of: (line) => line.address, canShrink: true },
      { title: 'Amount', amount: (line) => line.amount },
      { title: value, of: (line) => line.value, align: 'right' },
      { title: 'Memo', of: (line) => line.memo, canShrink: true },
    ],
    report.lines,
    output,
  );
  return headed(report, lines, output);
}

export function orderTotalsView(report: OrderTotalsAnswer, output: OutputOptions): string[] {
  const lines = table<OrderTotalsAnswer['totals'][number]>(
    [
      { title: 'State', of: (sum) => sum.status, isStatus: true },
      { title: 'Orders', whole: (sum) => sum.lines },
      { title: 'Price', amount: (sum) => sum.price, isSummed: true },
      { title: 'Paid', amount: (sum) => sum.paid, isSummed: true },
      { title: 'Refunded', amount: (sum) => sum.refunded, isSummed: true },
      { title: 'Kept', amount: (sum) => sum.kept, isSummed: true },
      { title: valueTitle(report), of: (sum) => sum.kept_value, align: 'right' },
      { title: 'Without a rate', whole: (sum) => sum.without_value },
    ],
    report.totals,
    output,
  );
  return headed(report, lines, output);
}

export function movementTotalsView(report: MovementTotalsAnswer, output: OutputOptions): string[] {
  const lines = table<MovementTotalsAnswer['totals'][number]>(
    [
      { title: 'What', of: (sum) => sum.kind },
      { title: 'Movements', whole: (sum) => sum.lines },
      { title: 'Amount', amount: (sum) => sum.amount },
      { title: valueTitle(report), of: (sum) => sum.value, align: 'right' },
      { title: 'Without a rate', whole: (sum) => sum.without_value },
    ],
    report.totals,
    output,
  );
  return headed(report, lines, output);
}

function valueTitle({ currency }: About): string {
  return currency === null ? 'Value' : `In ${currency}`;
}

/** The period stands above the table, not in a file for a spreadsheet. */
function headed({ period }: About, lines: readonly string[], output: OutputOptions): string[] {
  if (output.csv) return [...lines];
  return [plainText(`From ${period.from} to ${period.to}, ${period.time_zone}`), ...lines];
}
