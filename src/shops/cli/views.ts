import {
  formatAmount,
  formatTime,
  type OutputOptions,
  plainText,
  progressLine,
  record,
  table,
} from '#platform/cli/terminal/output.ts';
import type { PriceUpdateAnswer, RejectedAnswer } from './answers.ts';

export function priceUpdatesView(updates: readonly PriceUpdateAnswer[], output: OutputOptions): string[] {
  return table<PriceUpdateAnswer>(
    [
      { title: 'Number', whole: (update) => update.id },
      { title: 'Prices of', of: priceUpdateTarget },
      { title: 'State', of: (update) => update.state, isStatus: true },
      { title: 'Seen', of: progressText, align: 'right' },
      { title: 'Changed', whole: (update) => update.variants_changed },
      { title: 'Left out', whole: (update) => update.variants_left_out },
      { title: 'Started', time: (update) => update.created_at },
      { title: 'Remark', of: (update) => update.last_error ?? update.remark, canShrink: true },
    ],
    updates,
    output,
  );
}

export function priceUpdateView(update: PriceUpdateAnswer, output: OutputOptions): string[] {
  const when = (time: string | null) => (time === null ? null : formatTime(time, output));
  return record(
    [
      ['Number', String(update.id)],
      ['Prices of', priceUpdateTarget(update)],
      ['Rate', formatAmount(update.rate)],
      ['State', update.state],
      ['Variants seen', progressText(update)],
      ['Changed', String(update.variants_changed)],
      ['Left out', String(update.variants_left_out)],
      ['Started', when(update.created_at)],
      ['Finished', when(update.finished_at)],
      ['Next try', when(update.next_attempt_at)],
      ['Last error', update.last_error],
      ['Remark', update.remark],
    ],
    output.terminal,
  );
}

function priceUpdateTarget({ product_id: productId, currency }: PriceUpdateAnswer): string {
  return productId === null ? `the shop, in ${currency ?? '?'}` : `product ${productId}`;
}

function progressText({ variants_seen: seen, variants_total: total }: PriceUpdateAnswer): string {
  return total === null ? String(seen) : `${seen} of ${total}`;
}

/** `[###########…] 37 %  74 of 200 variants, 12 changed`; without a total only what was seen. */
export function progressBar(update: PriceUpdateAnswer): string {
  const { variants_seen: seen, variants_total: total, variants_changed: changed } = update;
  const counts = `${progressText(update)} variants, ${changed} changed, ${plainText(update.state)}`;
  return total === null || total === 0 ? counts : progressLine(seen, total, counts);
}

export function rejectedView(webhooks: readonly RejectedAnswer[], output: OutputOptions): string[] {
  return table<RejectedAnswer>(
    [
      { title: 'Id', whole: (webhook) => webhook.id },
      { title: 'Received', time: (webhook) => webhook.received_at },
      { title: 'Topic', of: (webhook) => webhook.topic },
      { title: 'Order', of: (webhook) => webhook.order_name ?? webhook.order_id ?? null },
      { title: 'Reason', of: (webhook) => webhook.reason, canShrink: true },
    ],
    webhooks,
    output,
  );
}
