import Big from 'big.js';
import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import {
  currentPresentmentPrice,
  makeTransaction,
  type StandInOrder,
  type Transaction,
  transactionGid,
} from './orders.ts';

/** How the shop refunds: by our app, which has to send an idempotency key since 2026-04, and by its staff. */

export interface StandInRefund {
  /** Digits. */
  id: string;
  note: string | null;
  createdAt: Date;
  transactions: Transaction[];
}

export interface RefundInput {
  orderId: string;
  note?: string | null;
  currency?: string | null;
  transactions: { amount: string; gateway: string; kind: string; orderId: string; parentId?: string | null }[];
}

/** Of 12 digits, as those of real shops. */
let lastRefundId = 929_361_462_000n;

/** Makes a refund of an order, whoever asked for it. */
export function makeRefund(
  order: StandInOrder,
  parts: readonly { parent: Transaction; amount: string }[],
  note: string | null,
): StandInRefund {
  lastRefundId += 1n;
  const transactions = parts.map(({ parent, amount }) =>
    makeTransaction({
      ...{ gateway: parent.gateway, isManual: parent.isManual, kind: 'REFUND', parentId: parent.id },
      amount: new Big(amount).toFixed(2),
    }),
  );
  order.transactions.push(...transactions);
  const refund = { id: String(lastRefundId), note, createdAt: new Date(), transactions };
  order.refunds.push(refund);
  order.updatedAt = refund.createdAt;
  const refunded = refundedOf(order);
  order.financialStatus = refunded.gte(currentPresentmentPrice(order)) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  return refund;
}

export function refundGid(id: string): string {
  return `gid://shopify/Refund/${id}`;
}

function refundedOf(order: StandInOrder): Big {
  return order.transactions
    .filter(({ kind }) => kind === 'REFUND')
    .reduce((sum, { amount }) => sum.plus(amount), new Big(0));
}

/** What is left to refund of a payment. */
function leftOf(order: StandInOrder, parent: Transaction): Big {
  return order.transactions
    .filter(({ kind, parentId }) => kind === 'REFUND' && parentId === parent.id)
    .reduce((left, { amount }) => left.minus(amount), new Big(parent.amount));
}

interface Answer {
  refund: object | null;
  order: null;
  userErrors: { field: string[]; message: string }[];
}

/** The mutation, with its memory of idempotency keys. @param requireScope throws where the app may not write orders. */
export function createRefunds(orderOf: (gid: string) => StandInOrder | undefined, requireScope: () => void) {
  const answers = new Map<string, { input: string; answer: Answer }>();
  return {
    refundCreate({ input }: { input: RefundInput }, _context: unknown, info: GraphQLResolveInfo): Answer {
      requireScope();
      const key = keyOf(info);
      const before = answers.get(key);
      const text = JSON.stringify(input);
      if (before !== undefined && before.input !== text) {
        return refuse(['idempotent'], 'The idempotency key was used with other parameters.');
      }
      if (before !== undefined) return before.answer;
      const answer = create(orderOf(input.orderId), input);
      if (answer.userErrors.length === 0) answers.set(key, { input: text, answer });
      return answer;
    },
  };
}

function keyOf({ fieldNodes, variableValues }: GraphQLResolveInfo): string {
  const directive = fieldNodes[0]?.directives?.find(({ name }) => name.value === 'idempotent');
  const value = directive?.arguments?.find(({ name }) => name.value === 'key')?.value;
  const key = value?.kind === 'Variable' ? variableValues[value.name.value] : undefined;
  if (typeof key === 'string' && key !== '') return key;
  throw new GraphQLError('The @idempotent directive is required for this mutation but was not provided.', {
    extensions: { code: 'BAD_REQUEST' },
  });
}

function create(order: StandInOrder | undefined, input: RefundInput): Answer {
  if (order === undefined) return refuse(['orderId'], 'Order does not exist');
  const parts: { parent: Transaction; amount: string }[] = [];
  for (const { amount, parentId } of input.transactions) {
    const parent = order.transactions.find(({ id }) => transactionGid(id) === parentId);
    if (parent === undefined)
      return refuse(['transactions'], 'Transactions require a parent_id associated with the order');
    if (input.currency != null && input.currency !== order.presentment.currency) {
      return refuse(['currency'], 'Currency must be the presentment currency of the order');
    }
    if (new Big(amount).gt(leftOf(order, parent))) {
      return refuse(['transactions'], 'Refund amount is greater than the amount available to refund');
    }
    parts.push({ parent, amount });
  }
  const refund = makeRefund(order, parts, input.note ?? null);
  const total = new Big(parts.reduce((sum, { amount }) => sum.plus(amount), new Big(0))).toFixed(2);
  const money = { amount: total, currencyCode: order.presentment.currency };
  return {
    refund: {
      id: refundGid(refund.id),
      note: refund.note,
      totalRefundedSet: { shopMoney: money, presentmentMoney: money },
    },
    order: null,
    userErrors: [],
  };
}

function refuse(field: string[], message: string): Answer {
  return { refund: null, order: null, userErrors: [{ field, message }] };
}
