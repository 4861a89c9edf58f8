import type { Query } from '#platform/cli/api-client.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { readable } from '#platform/cli/server-call.ts';
import { allParts } from '#platform/cli/server-command.ts';
import {
  formatAmount,
  formatTime,
  type OutputOptions,
  plainText,
  table,
  titled,
} from '#platform/cli/terminal/output.ts';
import type { EventAnswer } from '#platform/outbox/cli/answers.ts';
import type { OrderDetailsAnswer, PaymentAnswer } from './answers.ts';
import type { EngineClient } from './requests.ts';
import { orderView, paymentsView } from './views.ts';

/** An order with the payments that came for it and what happened to it; these only for those who may read all. */
export interface OrderStory extends OrderDetailsAnswer {
  payments?: PaymentAnswer[];
  events?: EventAnswer[];
}

/** More than any order has. */
const MAX_PAYMENTS = 1_000;
const MAX_EVENTS = 10_000;

/** @returns null if there is no such order. */
export async function orderStory(
  ports: CommandPorts,
  client: EngineClient,
  orderId: string,
): Promise<OrderStory | null> {
  const order = await client.order(orderId);
  if (order === null) return null;
  const { order_id: id } = order;
  const payments = await readable(
    allParts(ports, MAX_PAYMENTS, (query: Query) => client.paymentsForOrder(id, query), rowsOf),
  );
  const events = await readable(
    allParts(ports, MAX_EVENTS, ({ cursor }: Query) => client.orderEvents(id, { cursor }), rowsOf),
  );
  return { ...order, ...(payments && { payments: payments.rows }), ...(events && { events: events.rows }) };
}

function rowsOf<Row>(rows: Row[]): Row[] {
  return rows;
}

export function orderStoryView(story: OrderStory | null, output: OutputOptions): string[] {
  if (output.csv) return eventsTable(story?.events ?? [], output);
  const lines = orderView(story, output);
  if (story?.payments === undefined || story.events === undefined) return lines;
  return [
    ...lines,
    '',
    ...titled('Came for it', paymentsView(story.payments, output), output),
    ...titled('Paid it', paidByView(story, output), output),
    ...titled('What happened', storyView(story.events, output), output).slice(0, -1),
  ];
}

function paidByView({ paid_by: parts = [] }: OrderDetailsAnswer, output: OutputOptions): string[] {
  return table<(typeof parts)[number]>(
    [
      { title: 'Transaction', of: ({ txid }) => txid, canShrink: true },
      { title: 'Amount', amount: ({ amount }) => amount, isSummed: true },
      { title: 'Sender', of: ({ sender }) => sender, canShrink: true },
    ],
    parts,
    output,
  );
}

function eventsTable(events: readonly EventAnswer[], output: OutputOptions): string[] {
  return table<EventAnswer>(
    [
      { title: 'Id', whole: ({ id }) => id },
      { title: 'Time', time: ({ created_at: time }) => time },
      { title: 'Type', of: ({ type }) => type },
      { title: 'What happened', of: sentenceOf },
    ],
    events,
    output,
  );
}

function storyView(events: readonly EventAnswer[], output: OutputOptions): string[] {
  return events.length === 0
    ? ['Nothing.']
    : events.map((event) => `${formatTime(event.created_at, output)}  ${plainText(sentenceOf(event))}`);
}

/** Each type of event by what it says of the order; a newer server's unknown type stands by its name. */
const SENTENCES: Readonly<Record<string, (payload: Payload) => string>> = {
  NewOrder: ({ order }) => `ordered, for ${amountText(order?.total_price)}`,
  OrderClaimed: ({ claimant }) => `claimed by ${claimant}`,
  OrderPaid: () => 'paid',
  OrderAnnulled: ({ status }) => (status === 'Expired' ? 'expired' : 'cancelled'),
  OrderModified: ({ field_changed: field, orders }) => `${field} changed${changeOf(field, orders)}`,
  PaymentSeen: ({ txid, amount }) => `${amountText(amount)} seen in a mempool, transaction ${txid}`,
  PaymentReceived: ({ payment }) => `${amountText(payment?.amount)} received, transaction ${payment?.txid}`,
  PaymentConfirmed: ({ payment }) => `${amountText(payment?.amount)} confirmed, transaction ${payment?.txid}`,
  PaymentUnmatched: ({ payment, reason }) => `payment ${payment?.txid} matched no order: ${reason}`,
  PaymentAssigned: ({ payment, reason }) => `payment ${payment?.txid} given by hand: ${reason}`,
  PaymentLeftTheChain: ({ payment }) => `payment ${payment?.txid} left the chain`,
};

interface Payload {
  order?: { total_price?: unknown };
  orders?: { old_order?: Record<string, unknown>; new_order?: Record<string, unknown> };
  payment?: { txid?: unknown; amount?: unknown };
  claimant?: unknown;
  status?: unknown;
  field_changed?: unknown;
  txid?: unknown;
  amount?: unknown;
  reason?: unknown;
}

function sentenceOf({ type, payload }: EventAnswer): string {
  const sentence = Object.hasOwn(SENTENCES, type) ? SENTENCES[type] : undefined;
  return sentence === undefined || typeof payload !== 'object' || payload === null
    ? type
    : sentence(payload as Payload);
}

function changeOf(field: unknown, orders: Payload['orders']): string {
  const text = (value: unknown) => (field === 'total_price' ? amountText(value) : String(value ?? '-'));
  const name = String(field);
  if (orders?.old_order === undefined || orders.new_order === undefined || name === 'memo') return '';
  return ` from ${text(orders.old_order[name])} to ${text(orders.new_order[name])}`;
}

/** JSON has amounts as numbers, and as bigint past 2^53. */
function amountText(value: unknown): string {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
    ? formatAmount(BigInt(value))
    : '?';
}
