import { formatAmount, formatTime, type OutputOptions, record, table, titled } from '#platform/cli/terminal/output.ts';
import { addressToEmoji, parseAddress } from '#tari/address.ts';
import type {
  AddressHistoryAnswer,
  BalanceAnswer,
  ClaimedOrderAnswer,
  CustomerHistoryAnswer,
  DebtorAnswer,
  HeldMoneyAnswer,
  OrderAnswer,
  OrderDetailsAnswer,
  OrderMovedAnswer,
  PaymentAnswer,
  SettlementAnswer,
  SettlementEntryAnswer,
} from './answers.ts';
import { historyTable } from './history-table.ts';

/** How the server's answers about orders and money are shown to people, as lines. */

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

export function debtorsView(debtors: readonly DebtorAnswer[], output: OutputOptions): string[] {
  return table<DebtorAnswer>(
    [
      { title: 'Customer', of: (debtor) => debtor.customer_id, canShrink: true },
      { title: 'Status', of: (debtor) => debtor.status, isStatus: true },
      { title: 'Total', amount: (debtor) => debtor.total_orders, isSummed: true },
    ],
    debtors,
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
  if (output.csv) return historyTable(history, output);
  return [
    ...titled('Balance', balanceView(history.balance, output), output),
    ...titled('Orders', ordersView(history.orders, output), output),
    ...titled('Payments', paymentsView(history.payments, output), output),
    ...titled('Settlements', settlementsView(history.settlements, output), output),
  ];
}

export function customerHistoryView(history: CustomerHistoryAnswer, output: OutputOptions): string[] {
  if (output.csv) return historyTable(history, output);
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

/** Undefined for what is no address: the server may be newer. */
export function emojiOf(address: string): string {
  try {
    return addressToEmoji(parseAddress(address));
  } catch {
    return '-';
  }
}
