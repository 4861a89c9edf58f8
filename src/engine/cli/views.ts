import type {
  AddressHistoryAnswer,
  AuditRecordAnswer,
  BalanceAnswer,
  ClaimedOrderAnswer,
  CreditorAnswer,
  CustomerHistoryAnswer,
  DeadLetterAnswer,
  EventAnswer,
  ExchangeRateAnswer,
  HeldMoneyAnswer,
  OrderAnswer,
  OrderDetailsAnswer,
  OrderMovedAnswer,
  PaymentAnswer,
  PriceUpdateAnswer,
  ReadinessAnswer,
  RejectedAnswer,
  SetRateAnswer,
  SettlementAnswer,
  SettlementEntryAnswer,
  WalletAnswer,
} from '#platform/cli/api-shapes.ts';
import {
  formatAmount,
  formatTime,
  heading,
  type OutputOptions,
  plainText,
  progressLine,
  record,
  table,
} from '#platform/cli/terminal/output.ts';
import { stringifyJson } from '#platform/json.ts';
import { addressToEmoji, parseAddress } from '#tari/address.ts';

/** How each answer of the server is shown to people, as lines. The menus show the same. */

// ---- Orders -------------------------------------------------------------------------------------------------------

export function ordersView(orders: readonly OrderAnswer[], output: OutputOptions): string[] {
  return table<OrderAnswer>(
    [
      { title: 'Order', of: (order) => order.order_id },
      { title: 'Name', of: (order) => order.alt_id },
      { title: 'Status', of: (order) => order.status, isStatus: true },
      { title: 'Price', amount: (order) => order.total_price, isSummed: true },
      { title: 'In the shop', of: shopPrice, align: 'right' },
      { title: 'Customer', of: (order) => order.customer_id, canShrink: true },
      { title: 'Created', time: (order) => order.created_at },
      { title: 'Memo', of: (order) => order.memo, canShrink: true },
    ],
    orders,
    output,
  );
}

export function orderView(order: OrderDetailsAnswer | null, output: OutputOptions): string[] {
  if (order === null) return ['There is no such order, or it is not yours.'];
  return record(
    [
      ['Order', order.order_id],
      ['Name', order.alt_id],
      ['Number', String(order.id)],
      ['Status', order.status],
      ['Customer', order.customer_id],
      ['Price', formatAmount(order.total_price)],
      ['In the shop', shopPrice(order)],
      ['Missing', formatAmount(order.amount_missing ?? null)],
      ...(order.amount_seen ? [['Seen in a mempool', formatAmount(order.amount_seen)] as const] : []),
      ['Due in the shop', order.amount_outstanding],
      ['Pay to', order.pay_to ?? null],
      ...(order.claims === undefined ? [] : operatorsRows(order, output)),
      ['Created', formatTime(order.created_at, output)],
      ['Changed', formatTime(order.updated_at, output)],
      ['Memo', order.memo],
    ],
    output.terminal,
  );
}

/** What only operators are told of an order. */
function operatorsRows(order: OrderDetailsAnswer, output: OutputOptions): [string, string | null][] {
  const signers = order.claims?.map((claim) => `${claim.address} on ${formatTime(claim.created_at, output)}`) ?? [];
  return [
    ['Claimed by', order.claimed_by ?? null],
    ['Claimed how', claimText(order.claim_kind)],
    ['Signed by', signers.join(', ') || null],
    ['Due before', order.due_at ? formatTime(order.due_at, output) : null],
  ];
}

/** In the words of docs/money.md; a newer server's kind stands as it is. */
const CLAIM_KINDS: Readonly<Record<string, string>> = {
  proven: 'by a signature',
  stated: 'by what a payment says, unsigned',
  credit: 'by credit that covered it',
  by_hand: 'by hand',
};

function claimText(kind: string | null | undefined): string | null {
  return kind === null || kind === undefined ? null : `${CLAIM_KINDS[kind] ?? kind} (${kind})`;
}

function shopPrice({ original_price: price, currency }: OrderAnswer): string {
  return price === null ? currency : `${price} ${currency}`;
}

export function orderMovedView({ orders, settlements }: OrderMovedAnswer, output: OutputOptions): string[] {
  return [
    ...titled('Before', orderView(orders.old_order, output), output),
    ...titled('After', orderView(orders.new_order, output), output),
    ...titled('Settlements', settlementsView(settlements, output), output),
  ];
}

export function claimedOrderView(order: ClaimedOrderAnswer, output: OutputOptions): string[] {
  return record(
    [
      ['Order', order.order_id],
      ['Status', order.status],
      ['Amount', isNothingMissing(order) ? 'Nothing is missing.' : formatAmount(amountToPay(order))],
      ['Payment due before', formatTime(order.expires_at, output)],
      ['Send to', addressToPay(order)],
      ['Send to (emoji)', order.send_to === null ? null : emojiOf(addressToPay(order) ?? '')],
    ],
    output.terminal,
  );
}

/** Where to pay a claimed order: its own address, if the server tells it, else the shop's. Null if nothing can be paid. */
export function addressToPay({ pay_to: own, send_to: shop }: ClaimedOrderAnswer): string | null {
  return own ?? shop;
}

/** What is still to be paid for a claimed order, in µT; all of it where the server does not say. */
export function amountToPay({ amount_missing: missing, total_price: price }: ClaimedOrderAnswer): bigint {
  return missing ?? price;
}

/** Whether what is there covers the order, or it can't be paid any more. */
export function isNothingMissing(order: ClaimedOrderAnswer): boolean {
  return order.send_to === null || amountToPay(order) === 0n;
}

export function creditorsView(creditors: readonly CreditorAnswer[], output: OutputOptions): string[] {
  return table<CreditorAnswer>(
    [
      { title: 'Customer', of: (creditor) => creditor.customer_id, canShrink: true },
      { title: 'Status', of: (creditor) => creditor.status, isStatus: true },
      { title: 'Total', amount: (creditor) => creditor.total_orders, isSummed: true },
    ],
    creditors,
    output,
  );
}

// ---- Money --------------------------------------------------------------------------------------------------------

export function paymentsView(payments: readonly PaymentAnswer[], output: OutputOptions): string[] {
  return table<PaymentAnswer>(
    [
      { title: 'Transaction', of: (payment) => payment.txid, canShrink: true },
      { title: 'Status', of: (payment) => payment.status, isStatus: true },
      { title: 'Amount', amount: (payment) => payment.amount, isSummed: true },
      { title: 'Kind', of: (payment) => payment.payment_type },
      { title: 'Sender', of: (payment) => payment.sender, canShrink: true },
      { title: 'Order', of: (payment) => payment.order_id },
      { title: 'Reference', of: (payment) => payment.payment_reference ?? null, canShrink: true },
      { title: 'Block', whole: (payment) => payment.block_height },
      { title: 'Received', time: (payment) => payment.created_at },
      { title: 'Memo', of: (payment) => payment.memo, canShrink: true },
    ],
    payments,
    output,
  );
}

export function settlementsView(entries: readonly SettlementEntryAnswer[], output: OutputOptions): string[] {
  return table<SettlementEntryAnswer>(
    [
      { title: 'Number', whole: (entry) => entry.id },
      { title: 'Order', of: (entry) => entry.order_id },
      { title: 'Paid', amount: (entry) => entry.amount, isSummed: true },
      { title: 'Kind', of: (entry) => entry.settlement_type },
      { title: 'From', of: (entry) => entry.payment_address, canShrink: true },
      { title: 'Time', time: (entry) => entry.created_at },
    ],
    entries,
    output,
  );
}

export function settlementView(settlement: SettlementAnswer | null, output: OutputOptions): string[] {
  if (settlement === null || settlement.orders_paid.length === 0) return ['No order could be paid.'];
  return [
    ...titled('Orders paid', ordersView(settlement.orders_paid, output), output),
    ...titled('Settlements', settlementsView(settlement.settlements, output), output),
  ];
}

export function balanceView(balance: BalanceAnswer, output: OutputOptions): string[] {
  return record(
    [
      ['Address', balance.address],
      ['Confirmed', formatAmount(balance.total_confirmed)],
      ['Paid', formatAmount(balance.total_paid)],
      ['Balance', formatAmount(balance.current_balance)],
      ['Last change', new Date(balance.last_update).getTime() === 0 ? null : formatTime(balance.last_update, output)],
    ],
    output.terminal,
  );
}

export function balancesView(balances: readonly BalanceAnswer[], output: OutputOptions): string[] {
  return table<BalanceAnswer>(
    [
      { title: 'Address', of: (account) => account.address, canShrink: true },
      { title: 'Confirmed', amount: (account) => account.total_confirmed, isSummed: true },
      { title: 'Paid', amount: (account) => account.total_paid, isSummed: true },
      { title: 'Balance', amount: (account) => account.current_balance, isSummed: true },
    ],
    balances,
    output,
  );
}

export function addressHistoryView(history: AddressHistoryAnswer, output: OutputOptions): string[] {
  return [
    ...titled('Balance', balanceView(history.balance, output), output),
    ...titled('Orders', ordersView(history.orders, output), output),
    ...titled('Payments', paymentsView(history.payments, output), output),
    ...titled('Settlements', settlementsView(history.settlements, output), output),
  ];
}

export function customerHistoryView(history: CustomerHistoryAnswer, output: OutputOptions): string[] {
  const { balance, order_balance: totals } = history;
  const sums = record(
    [
      ['Customer', history.customer_id],
      ['Confirmed', formatAmount(balance.total_confirmed)],
      ['Paid', formatAmount(balance.total_paid)],
      ['Balance', formatAmount(balance.current_balance)],
      ['Orders to pay', formatAmount(totals.total_current)],
      ['Orders paid', formatAmount(totals.total_paid)],
      ['Orders expired', formatAmount(totals.total_expired)],
      ['Orders cancelled', formatAmount(totals.total_cancelled)],
    ],
    output.terminal,
  );
  return [
    ...sums,
    '',
    ...titled('Addresses', balancesView(balance.addresses, output), output),
    ...titled('Orders', ordersView(history.orders, output), output),
    ...titled('Settlements', settlementsView(history.settlements, output), output),
  ];
}

// ---- Administration -----------------------------------------------------------------------------------------------

export function walletsView(wallets: readonly WalletAnswer[], output: OutputOptions): string[] {
  return table<WalletAnswer>(
    [
      { title: 'Address', of: (wallet) => wallet.address, canShrink: true },
      { title: 'IP address', of: (wallet) => wallet.ip_address },
      { title: 'Last nonce', whole: (wallet) => wallet.last_nonce },
    ],
    wallets,
    output,
  );
}

export function rolesView(everybody: readonly { address: string; roles: string[] }[], output: OutputOptions): string[] {
  return table<{ address: string; roles: string[] }>(
    [
      { title: 'Address', of: (one) => one.address, canShrink: true },
      { title: 'Roles', of: (one) => one.roles.join(', ') },
    ],
    everybody,
    output,
  );
}

export function ratesView(rates: readonly ExchangeRateAnswer[], output: OutputOptions): string[] {
  return table<ExchangeRateAnswer>(
    [
      { title: 'Currency', of: (rate) => rate.currency },
      { title: 'One unit costs', amount: (rate) => rate.rate },
      { title: 'Since', time: (rate) => rate.updated_at },
    ],
    rates,
    output,
  );
}

export function rateHistoryView(rates: readonly SetRateAnswer[], output: OutputOptions): string[] {
  return table<SetRateAnswer>(
    [
      { title: 'Number', whole: (rate) => rate.id },
      { title: 'Set', time: (rate) => rate.updated_at },
      { title: 'One unit costs', amount: (rate) => rate.rate },
      { title: 'By', of: (rate) => rate.actor, canShrink: true },
    ],
    rates,
    output,
  );
}

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

/** One line an event, so that they can follow each other for hours. */
export function eventLine(event: EventAnswer, output: OutputOptions): string {
  const payload = plainText(stringifyJson(event.payload));
  return `${event.id}  ${formatTime(event.created_at, output)}  ${plainText(event.type).padEnd(16)}  ${payload}`;
}

export function eventsView(events: readonly EventAnswer[], output: OutputOptions): string[] {
  if (!output.csv) return events.map((event) => eventLine(event, output));
  return table<EventAnswer>(
    [
      { title: 'Id', whole: (event) => event.id },
      { title: 'Time', time: (event) => event.created_at },
      { title: 'Type', of: (event) => event.type },
      { title: 'Payload', of: (event) => stringifyJson(event.payload) },
    ],
    events,
    output,
  );
}

export function heldView(rows: readonly HeldMoneyAnswer[], output: OutputOptions): string[] {
  return table<HeldMoneyAnswer>(
    [
      { title: 'Transaction', of: (row) => row.txid, canShrink: true },
      { title: 'Amount', amount: (row) => row.amount, isSummed: true },
      { title: 'Reason', of: (row) => row.reason },
      { title: 'Since', time: (row) => row.since },
      { title: 'Order', of: (row) => row.order_id },
      { title: 'Customer', of: (row) => row.customer_id, canShrink: true },
      { title: 'Sender', of: (row) => row.sender, canShrink: true },
      { title: 'What can be done', of: (row) => row.advice, canShrink: true },
    ],
    rows,
    output,
  );
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

export function deadLettersView(letters: readonly DeadLetterAnswer[], output: OutputOptions): string[] {
  return table<DeadLetterAnswer>(
    [
      { title: 'Event', whole: (letter) => letter.event_id },
      { title: 'Type', of: (letter) => letter.type },
      { title: 'About', of: (letter) => letter.subject },
      { title: 'For', of: (letter) => letter.subscriber },
      { title: 'Tries', whole: (letter) => letter.attempts },
      { title: 'Last error', of: (letter) => letter.last_error, canShrink: true },
      { title: 'Last try', time: (letter) => letter.updated_at },
    ],
    letters,
    output,
  );
}

export function auditLogView(records: readonly AuditRecordAnswer[], output: OutputOptions): string[] {
  return table<AuditRecordAnswer>(
    [
      { title: 'Id', whole: (entry) => entry.id },
      { title: 'Time', time: (entry) => entry.created_at },
      { title: 'Who', of: (entry) => entry.actor, canShrink: true },
      { title: 'What', of: (entry) => entry.action, canShrink: true },
      { title: 'Of', of: (entry) => entry.subject, canShrink: true },
      { title: 'Reason', of: (entry) => entry.reason, canShrink: true },
    ],
    records,
    output,
  );
}

export function readinessView(readiness: ReadinessAnswer, output: OutputOptions): string[] {
  const { outbox, webhooks } = readiness;
  const age = webhooks?.age_seconds;
  return [
    ...record(
      [
        ['Ready', readiness.ready ? 'yes' : 'no'],
        ['Database', readiness.database],
        ['Shop', readiness.storefront],
        ['Events to deliver', String(outbox.pending)],
        ['Dead letters', String(outbox.dead_letters)],
        ['Behind by', `${outbox.lag_seconds} s`],
        ['Rejected webhooks', webhooks ? String(webhooks.rejected) : null],
        ['Last webhook', age === undefined || age === null ? null : `${age} s ago`],
      ],
      output.terminal,
    ),
    ...readiness.reasons.map((reason) => `- ${plainText(reason)}`),
  ];
}

// ---- Parts --------------------------------------------------------------------------------------------------------

/** A part under its title, with an empty line behind it. */
export function titled(title: string, lines: readonly string[], output: OutputOptions): string[] {
  return [heading(title, output.terminal), ...lines, ''];
}

/** Undefined for what is no address: the server may be newer. */
export function emojiOf(address: string): string {
  try {
    return addressToEmoji(parseAddress(address));
  } catch {
    return '-';
  }
}
