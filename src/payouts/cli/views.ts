import { formatAmount, formatTime, type OutputOptions, record, table } from '#platform/cli/terminal/output.ts';
import type { ConditionsAnswer, PayoutAnswer, QuoteAnswer, RefundAnswer, SwitchedAnswer } from './answers.ts';

export function refundsView(refunds: readonly RefundAnswer[], output: OutputOptions): string[] {
  return table<RefundAnswer>(
    [
      { title: 'Refund', of: (refund) => refund.id },
      { title: 'Order', of: (refund) => refund.order_id },
      { title: 'Amount', amount: (refund) => refund.amount, isSummed: true },
      { title: 'State', of: (refund) => refund.state },
      { title: 'Requested', time: (refund) => refund.created_at },
      { title: 'By', of: (refund) => refund.requested_by, canShrink: true },
      { title: 'To', of: (refund) => refund.address, canShrink: true },
      { title: 'Reason', of: (refund) => refund.reason, canShrink: true },
    ],
    refunds,
    output,
  );
}

export function refundView(refund: RefundAnswer, output: OutputOptions): string[] {
  const { shop_amount: value, currency } = refund;
  return record(
    [
      ['Refund', refund.id],
      ['Order', refund.order_id],
      ['Customer', refund.customer_id],
      ['Amount', formatAmount(refund.amount)],
      ['In the shop', value === null ? null : `${value} ${currency ?? ''}`],
      ['State', refund.state],
      ['To', refund.address],
      ['Proven', refund.address === null ? null : refund.address_proven ? 'yes' : 'no'],
      ['Reason', refund.reason],
      ['Requested by', refund.requested_by],
      ['Needs an approval', refund.needs_approval],
      ['Approved by', refund.approved_by],
      ['Payout', refund.payout_id],
      ['Ended because', refund.end_reason],
      ['Requested', formatTime(refund.created_at, output)],
    ],
    output.terminal,
  );
}

export function quoteView(quote: QuoteAnswer, output: OutputOptions): string[] {
  const { payer, limits, shop_rest: rest, currency } = quote;
  return record(
    [
      ['Order', quote.name === null ? quote.order_id : `${quote.name} (${quote.order_id})`],
      ['Customer', quote.customer_id],
      ['Status', quote.status],
      ['Price', formatAmount(quote.price)],
      ['Given back', formatAmount(quote.refunded)],
      ['Left of it', formatAmount(quote.rest)],
      ['In the shop', rest === null ? null : `${rest} ${currency}`],
      ['Left at today’s rate', quote.rest_today === null ? null : formatAmount(quote.rest_today)],
      ['Surplus', formatAmount(quote.surplus)],
      ['Late money', formatAmount(quote.late)],
      ['Paid from', payer.order === null ? null : `${payer.order.address}${payer.order.proven ? ', proven' : ''}`],
      ['You may refund alone', formatAmount(limits.left_of_person)],
    ],
    output.terminal,
  );
}

export function payoutsView(payouts: readonly PayoutAnswer[], output: OutputOptions): string[] {
  return table<PayoutAnswer>(
    [
      { title: 'Payout', of: (payout) => payout.id },
      { title: 'Kind', of: (payout) => payout.kind },
      { title: 'Order', of: (payout) => payout.order_id },
      { title: 'Amount', amount: (payout) => payout.amount, isSummed: true },
      { title: 'State', of: (payout) => payout.state },
      { title: 'Since', time: (payout) => payout.created_at },
      { title: 'Transaction', of: (payout) => payout.txid, canShrink: true },
      { title: 'To', of: (payout) => payout.address, canShrink: true },
      { title: 'Problem', of: (payout) => payout.problem, canShrink: true },
    ],
    payouts,
    output,
  );
}

export function payoutView(payout: PayoutAnswer, output: OutputOptions): string[] {
  return record(
    [
      ['Payout', payout.id],
      ['Kind', payout.kind],
      ['Refund', payout.refund_id],
      ['Order', payout.order_id],
      ['Amount', formatAmount(payout.amount)],
      ['To', payout.address],
      ['State', payout.state],
      ['Reason', payout.reason],
      ['Requested by', payout.requested_by],
      ['Approved by', payout.approved_by],
      ['Wallet', payout.leased_by],
      ['Transaction', payout.txid],
      ['Problem', payout.problem],
      ['Since', formatTime(payout.created_at, output)],
    ],
    output.terminal,
  );
}

export function conditionsView(conditions: ConditionsAnswer, output: OutputOptions): string[] {
  return record(
    [
      ['Payouts', conditions.is_stopped ? 'stopped' : 'going on'],
      ['Because', conditions.stop_reason],
      ['Last changed by', conditions.stopped_by],
      ['Limit of one person', formatAmount(conditions.refund_limit)],
      ['Limit of a day', formatAmount(conditions.daily_limit)],
      ['Approved today', formatAmount(conditions.approved_today)],
      ['Sweeps go to', conditions.cold_address],
    ],
    output.terminal,
  );
}

export function switchedView({ is_stopped: isStopped }: SwitchedAnswer): string[] {
  return [isStopped ? 'Payouts are stopped.' : 'Payouts are going on.'];
}
