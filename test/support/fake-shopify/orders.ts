import { createHash } from 'node:crypto';
import Big from 'big.js';
import type { StandInRefund } from './refunds.ts';

export type FinancialStatus =
  | 'PENDING'
  | 'AUTHORIZED'
  | 'PARTIALLY_PAID'
  | 'PAID'
  | 'PARTIALLY_REFUNDED'
  | 'REFUNDED'
  | 'VOIDED'
  | 'EXPIRED';

/** What a test says about an order; everything else is made up. */
export interface NewOrder {
  /** Digits, past 2^53 too. */
  id: string | number | bigint;
  /** Such as `#1001`. */
  name: string;
  /** The shop's currency. */
  currency: string;
  /** Decimal text in the shop's currency. */
  price: string;
  /** What the buyer saw, when it was another currency. */
  presentment?: { currency: string; price: string };
  /** Null for a guest. */
  customerId?: string | null;
  note?: string | null;
  noteAttributes?: { name: string; value: unknown }[];
  lineItems?: { title: string; price: string; quantity: number }[];
  /** The price without shipping, in the shop's currency; the whole price unless told. */
  subtotal?: string | null;
  /** What was taken off the line items, in the shop's currency; 0.00 unless told. */
  discounts?: string;
  createdAt?: Date;
  financialStatus?: FinancialStatus;
  /** The payment methods that were chosen, as the merchant named them; `Tari` unless told. */
  gateways?: string[];
  /** Shown to the customer beside the name; made from the id unless told, null as in Shopify's sample. */
  confirmationNumber?: string | null;
  /** Null unless told. */
  customerLocale?: string | null;
}

/** What is left of an order since it was edited. All else keeps the values of the time of ordering. */
export interface CurrentOrder {
  /** In the shop's currency. */
  price: string;
  /** Without shipping, in the shop's currency. */
  subtotal: string;
  discounts: string;
  /** Of each line item; a removed one stays in the list with 0. */
  quantities: number[];
}

export interface Transaction {
  /** Digits. */
  id: string;
  gateway: string;
  isManual: boolean;
  kind: 'SALE' | 'AUTHORIZATION' | 'CAPTURE' | 'VOID' | 'REFUND';
  status: 'SUCCESS' | 'PENDING' | 'FAILURE';
  /** In the buyer's currency. */
  amount: string;
  processedAt: Date;
  /** The authorization that is captured or voided. */
  parentId: string | null;
  /** While true, its capture is refused: the gateway has let the authorization go. */
  isExpired: boolean;
}

/** Of 13 digits, as those of real shops. */
let lastTransactionId = 6_887_976_009_940n;

export function makeTransaction(
  transaction: Pick<Transaction, 'gateway' | 'kind' | 'amount'> & Partial<Transaction>,
): Transaction {
  lastTransactionId += 1n;
  return {
    id: String(lastTransactionId),
    isManual: false,
    status: 'SUCCESS',
    processedAt: new Date(),
    parentId: null,
    isExpired: false,
    ...transaction,
  };
}

/** An order as the stand-in keeps it; tests may change it. */
export interface StandInOrder extends Required<Omit<NewOrder, 'id'>> {
  id: string;
  /** Undefined while it was never edited. */
  current: CurrentOrder | undefined;
  gid: string;
  cancelledAt: Date | null;
  updatedAt: Date;
  transactions: Transaction[];
  refunds: StandInRefund[];
  /** While true, payments are refused with ORDER_IS_TEMPORARILY_UNAVAILABLE. */
  temporarilyUnavailable: boolean;
  /** While set, orderCancel is refused with this sentence and the code INVALID. */
  cancelObstacle: string | null;
}

export function makeOrder(order: NewOrder): StandInOrder {
  const createdAt = order.createdAt ?? new Date();
  const id = String(order.id);
  return {
    name: order.name,
    currency: order.currency,
    price: order.price,
    id,
    gid: `gid://shopify/Order/${id}`,
    presentment: order.presentment ?? { currency: order.currency, price: order.price },
    customerId: order.customerId === undefined ? '115310627314723954' : order.customerId,
    note: order.note ?? null,
    noteAttributes: order.noteAttributes ?? [],
    lineItems: order.lineItems ?? defaultLineItems(order.price),
    subtotal: order.subtotal ?? null,
    discounts: order.discounts ?? '0.00',
    gateways: order.gateways ?? ['Tari'],
    confirmationNumber: order.confirmationNumber === undefined ? confirmationNumberOf(id) : order.confirmationNumber,
    customerLocale: order.customerLocale ?? null,
    current: undefined,
    createdAt,
    updatedAt: createdAt,
    financialStatus: order.financialStatus ?? 'PENDING',
    cancelledAt: null,
    transactions: [],
    refunds: [],
    temporarilyUnavailable: false,
    cancelObstacle: null,
  };
}

/** Nine capitals and digits, as Shopify's. Those are random; here the same order has the same for ever. */
function confirmationNumberOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 9).toUpperCase();
}

/** One item costs the whole price and two cost nothing: bodies have a real one's size, and every price field the same sum. */
function defaultLineItems(price: string): StandInOrder['lineItems'] {
  return [
    { title: 'Aviator sunglasses', price, quantity: 1 },
    { title: 'Lens cloth', price: '0.00', quantity: 1 },
    { title: 'Sticker', price: '0.00', quantity: 2 },
  ];
}

const STATUSES_WITHOUT_BALANCE: ReadonlySet<FinancialStatus> = new Set(['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED']);

/** The order as it is after its edits. */
export function currentOf(order: StandInOrder): CurrentOrder {
  return (
    order.current ?? {
      price: order.price,
      subtotal: subtotalOf(order),
      discounts: order.discounts,
      quantities: order.lineItems.map(({ quantity }) => quantity),
    }
  );
}

/** Edits the order: what is not told stays as it is. The whole price counts as its subtotal unless told. */
export function editOrder(order: StandInOrder, edit: Partial<CurrentOrder>, at: Date): void {
  const before = currentOf(order);
  const subtotal = edit.subtotal ?? (order.subtotal === null ? edit.price : undefined);
  order.current = { ...before, ...edit, ...(subtotal !== undefined && { subtotal }) };
  order.updatedAt = at;
}

/** The methods that were chosen, and those by which money came. */
export function gatewayNamesOf(order: StandInOrder): string[] {
  return [...new Set([...order.gateways, ...order.transactions.map(({ gateway }) => gateway)])];
}

export function hasBalance(order: StandInOrder): boolean {
  return new Big(outstandingOf(order)).gt(0);
}

/** What can still be taken of an authorization, in the buyer's currency. */
export function unsettledOf(order: StandInOrder, authorization: Transaction): Big {
  const children = order.transactions.filter(({ parentId }) => parentId === authorization.id);
  if (children.some(({ kind, status }) => kind === 'VOID' && status === 'SUCCESS')) return new Big(0);
  const captured = children.filter(({ kind, status }) => kind === 'CAPTURE' && status !== 'FAILURE');
  return captured.reduce((left, { amount }) => left.minus(amount), new Big(authorization.amount));
}

function sumOf(transactions: readonly Transaction[]): Big {
  return transactions.reduce((sum, { amount }) => sum.plus(amount), new Big(0));
}

/** What the shop has, in the buyer's currency. */
export function receivedOf(order: StandInOrder): Big {
  return sumOf(
    order.transactions.filter(({ kind, status }) => (kind === 'SALE' || kind === 'CAPTURE') && status === 'SUCCESS'),
  );
}

/**
 * "The total amount not yet transacted for the order", in the buyer's currency: what is authorized counts as
 * transacted, as bodies of real shops show.
 */
export function outstandingOf(order: StandInOrder): string {
  if (STATUSES_WITHOUT_BALANCE.has(order.financialStatus)) return '0.00';
  const sales = order.transactions.filter(({ kind, status }) => kind === 'SALE' && status === 'SUCCESS');
  const held = order.transactions.filter(
    (one) => one.kind === 'AUTHORIZATION' && one.status === 'SUCCESS' && !isVoid(order, one),
  );
  return new Big(currentPresentmentPrice(order)).minus(sumOf(sales)).minus(sumOf(held)).toFixed(2);
}

/** What the buyer owes in all, in the buyer's currency. */
export function currentPresentmentPrice(order: StandInOrder): string {
  return presentmentOf(order, currentOf(order).price);
}

function isVoid(order: StandInOrder, { id }: Transaction): boolean {
  return order.transactions.some(
    ({ kind, status, parentId }) => kind === 'VOID' && status === 'SUCCESS' && parentId === id,
  );
}

/** An amount of the buyer's in the shop's currency, to the cent. */
export function inShopsCurrency(order: StandInOrder, amount: string): string {
  if (order.presentment.currency === order.currency) return amount;
  return new Big(amount).times(order.price).div(order.presentment.price).toFixed(2);
}

export function canMarkAsPaid(order: StandInOrder): boolean {
  return hasBalance(order) && order.cancelledAt === null;
}

/** As the Admin API writes decimals: without needless zeros but with one digit behind the point, `12.50` as `12.5`. */
export function shopDecimal(text: string): string {
  const plain = new Big(text).toFixed();
  return plain.includes('.') ? plain : `${plain}.0`;
}

/**
 * The order as the type `Order` of the schema; graphql's default resolvers read it.
 * @param refuseCustomer throws where the app may not know the customer.
 */
export function orderView(order: StandInOrder, refuseCustomer: () => void): object {
  const money = (amount: string) => moneyBag(order, inShopsCurrency(order, amount), amount);
  return {
    id: order.gid,
    name: order.name,
    confirmationNumber: order.confirmationNumber,
    customerLocale: order.customerLocale,
    createdAt: wholeSeconds(order.createdAt),
    updatedAt: wholeSeconds(order.updatedAt),
    cancelledAt: order.cancelledAt?.toISOString() ?? null,
    displayFinancialStatus: order.financialStatus,
    canMarkAsPaid: canMarkAsPaid(order),
    currencyCode: order.currency,
    presentmentCurrencyCode: order.presentment.currency,
    note: order.note,
    customAttributes: order.noteAttributes.map(({ name, value }) => ({ key: name, value: attributeText(value) })),
    customer: () => {
      refuseCustomer();
      return order.customerId === null ? null : { id: `gid://shopify/Customer/${order.customerId}` };
    },
    totalPriceSet: moneyBag(order, order.price, order.presentment.price),
    subtotalPriceSet: moneyBag(order, subtotalOf(order), presentmentOf(order, subtotalOf(order))),
    lineItems: (page: PageArguments) =>
      connection(
        order.lineItems.map((item, index) => ({
          id: String(index),
          quantity: item.quantity,
          currentQuantity: currentOf(order).quantities[index] ?? item.quantity,
          originalUnitPriceSet: moneyBag(order, item.price, presentmentOf(order, item.price)),
        })),
        page,
      ),
    paymentGatewayNames: gatewayNamesOf(order),
    totalOutstandingSet: money(outstandingOf(order)),
    totalDiscountsSet: moneyBag(order, order.discounts, presentmentOf(order, order.discounts)),
    currentTotalPriceSet: moneyBag(order, currentOf(order).price, currentPresentmentPrice(order)),
    currentSubtotalPriceSet: shopMoneyBag(order, currentOf(order).subtotal),
    currentTotalDiscountsSet: shopMoneyBag(order, currentOf(order).discounts),
    totalReceivedSet: money(receivedOf(order).toFixed(2)),
    refunds: ({ first }: { first?: number | null }) =>
      order.refunds.slice(0, first ?? undefined).map(({ id, note }) => ({ id: `gid://shopify/Refund/${id}`, note })),
    transactions: ({ first }: { first?: number | null }) =>
      order.transactions.slice(0, first ?? undefined).map((transaction) => ({
        id: transactionGid(transaction.id),
        gateway: transaction.gateway,
        manualPaymentGateway: transaction.isManual,
        kind: transaction.kind,
        status: transaction.status,
        amountSet: money(transaction.amount),
        totalUnsettledSet: unsettledSet(order, transaction),
        parentTransaction: transaction.parentId === null ? null : { id: transactionGid(transaction.parentId) },
        processedAt: transaction.processedAt.toISOString(),
      })),
  };
}

export function subtotalOf({ subtotal, price }: StandInOrder): string {
  return subtotal ?? price;
}

export function transactionGid(id: string): string {
  return `gid://shopify/OrderTransaction/${id}`;
}

/** "Only available when an amount is capturable". */
function unsettledSet(order: StandInOrder, transaction: Transaction): object | null {
  if (transaction.kind !== 'AUTHORIZATION' || transaction.isExpired) return null;
  const unsettled = unsettledOf(order, transaction);
  if (unsettled.lte(0)) return null;
  return moneyBag(order, inShopsCurrency(order, unsettled.toFixed(2)), unsettled.toFixed(2));
}

/** Shopify's times of orders have whole seconds. */
function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function shopMoneyBag(order: StandInOrder, shopAmount: string): object {
  return moneyBag(order, shopAmount, presentmentOf(order, shopAmount));
}

function moneyBag(order: StandInOrder, shopAmount: string, presentmentAmount: string): object {
  return {
    shopMoney: { amount: shopDecimal(shopAmount), currencyCode: order.currency },
    presentmentMoney: { amount: shopDecimal(presentmentAmount), currencyCode: order.presentment.currency },
  };
}

/** GraphQL's attributes are texts, whatever an app of the shop wrote. */
function attributeText(value: unknown): string | null {
  return typeof value === 'string' || value === null ? value : JSON.stringify(value);
}

export interface PageArguments {
  first?: number | null;
  after?: string | null;
}

/** A page of a connection. A cursor is the id of the last one before it. */
export function connection<Node extends { id: string }>(
  all: readonly Node[],
  { first, after }: PageArguments,
  viewOf: (node: Node) => object = (node) => node,
): object {
  const start = after ? all.findIndex((node) => node.id === after) + 1 : 0;
  const page = all.slice(start, start + (first ?? 0));
  const pageInfo = { hasNextPage: start + page.length < all.length, endCursor: page.at(-1)?.id ?? null };
  return { nodes: page.map(viewOf), pageInfo };
}

/** Only the order's own price is known in the buyer's currency; others follow its ratio, to the cent. */
export function presentmentOf(order: StandInOrder, price: string): string {
  if (price === order.price) return order.presentment.price;
  if (order.presentment.currency === order.currency) return price;
  if (Number(price) === 0) return price;
  return ((Number(price) * Number(order.presentment.price)) / Number(order.price)).toFixed(2);
}
