import Big from 'big.js';

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
  createdAt?: Date;
  financialStatus?: FinancialStatus;
}

export interface Transaction {
  gateway: string;
  kind: 'SALE';
  status: 'SUCCESS';
  /** In the buyer's currency. */
  amount: string;
  processedAt: Date;
}

/** An order as the stand-in keeps it; tests may change it. */
export interface StandInOrder extends Required<Omit<NewOrder, 'id'>> {
  id: string;
  gid: string;
  cancelledAt: Date | null;
  updatedAt: Date;
  transactions: Transaction[];
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
    createdAt,
    updatedAt: createdAt,
    financialStatus: order.financialStatus ?? 'PENDING',
    cancelledAt: null,
    transactions: [],
    temporarilyUnavailable: false,
    cancelObstacle: null,
  };
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

export function hasBalance(order: StandInOrder): boolean {
  return !STATUSES_WITHOUT_BALANCE.has(order.financialStatus) && new Big(order.price).gt(0);
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
  const outstanding = hasBalance(order) ? order.price : '0';
  const outstandingPresentment = hasBalance(order) ? order.presentment.price : '0';
  return {
    id: order.gid,
    name: order.name,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
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
    subtotalPriceSet: moneyBag(order, order.price, order.presentment.price),
    lineItems: (page: PageArguments) =>
      connection(
        order.lineItems.map((item, index) => ({
          id: String(index),
          quantity: item.quantity,
          originalUnitPriceSet: moneyBag(order, item.price, presentmentOf(order, item.price)),
        })),
        page,
      ),
    paymentGatewayNames: order.transactions.map((transaction) => transaction.gateway),
    totalOutstandingSet: moneyBag(order, outstanding, outstandingPresentment),
    currentTotalPriceSet: moneyBag(order, order.price, order.presentment.price),
    transactions: () =>
      order.transactions.map((transaction) => ({
        gateway: transaction.gateway,
        kind: transaction.kind,
        status: transaction.status,
        processedAt: transaction.processedAt.toISOString(),
      })),
  };
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
export function connection<Node extends { id: string }>(all: readonly Node[], { first, after }: PageArguments): object {
  const start = after ? all.findIndex((node) => node.id === after) + 1 : 0;
  const nodes = all.slice(start, start + (first ?? 0));
  const pageInfo = { hasNextPage: start + nodes.length < all.length, endCursor: nodes.at(-1)?.id ?? null };
  return { nodes, pageInfo };
}

/** Only the order's own price is known in the buyer's currency; others follow its ratio, to the cent. */
export function presentmentOf(order: StandInOrder, price: string): string {
  if (price === order.price) return order.presentment.price;
  if (Number(price) === 0) return price;
  return ((Number(price) * Number(order.presentment.price)) / Number(order.price)).toFixed(2);
}
