import Big from 'big.js';
import { GraphQLError } from 'graphql';
import { createMetaobjects, type Metaobjects } from './metaobjects.ts';
import {
  type CurrentOrder,
  canMarkAsPaid,
  connection,
  currentPresentmentPrice,
  editOrder,
  makeOrder,
  makeTransaction,
  type NewOrder,
  orderView,
  outstandingOf,
  type PageArguments,
  receivedOf,
  type StandInOrder,
  type Transaction,
  transactionGid,
  unsettledOf,
} from './orders.ts';
import { createProducts, type Products } from './products.ts';
import { createRefunds } from './refunds.ts';
import { createSubscriptions, refuseProtectedData, type Subscriptions } from './subscriptions.ts';

/** A change of an order that a call made, in the order of happening. */
export interface Effect {
  /** The order's id, in digits. */
  orderId: string;
  effect: 'paid' | 'cancelled' | 'captured';
  at: Date;
}

export interface ShopOptions {
  /** `stand-in.myshopify.com` unless told. */
  domain?: string;
  shopifyPlus?: boolean;
  /** The currency of the shop's own prices; USD unless told. */
  currency?: string;
  /** The scopes of our app; all that we need unless told. */
  scopes?: string[];
  /** Versions that the shop supports; 2026-10 and the three before it unless told. */
  apiVersions?: string[];
  /** How long a cancelling job takes, in milliseconds; 30 unless told. */
  cancelDelayMs?: number;
  /** Whether orderCreateManualPayment answers ACCESS_DENIED, as it does to apps without the permission. */
  denyManualPayment?: boolean;
  /** Whether the shop knows no gateway of our name. */
  denyManualGateway?: boolean;
  /** What becomes of captures at first: gateways may take their time, or refuse. SUCCESS unless told. */
  captureStatus?: Transaction['status'];
  /** Whether the app was given access to protected customer data, which orders are; true unless told. */
  approvedForProtectedData?: boolean;
  /** The version in which the app gets webhooks: 2026-10 unless told. */
  webhookApiVersion?: string;
}

/** A shop that keeps the rules of shopify.dev for what our documents use, with state in memory. */
export interface Shop extends Products, Metaobjects, Subscriptions {
  readonly options: Required<ShopOptions>;
  readonly orders: Map<string, StandInOrder>;
  readonly effects: Effect[];
  /** The ids of customers by their e-mail addresses. */
  readonly customers: Map<string, string>;
  addOrder(order: NewOrder): StandInOrder;
  /** Another gateway holds money for the order, in the buyer's currency. */
  authorize(order: StandInOrder, amount: string, transaction?: Partial<Transaction>): Transaction;
  /** The shop's staff lets the money go. */
  voidAuthorization(order: StandInOrder, authorization: Transaction): void;
  /** A gift card or another gateway pays a part at once, in the buyer's currency. */
  payByOther(order: StandInOrder, amount: string, gateway?: string): Transaction;
  /** The shop's staff edits the order. */
  edit(order: StandInOrder, edit: Partial<CurrentOrder>): void;
  /** The shop's staff deletes the order; nothing is left of it. */
  deleteOrder(order: StandInOrder): void;
  /** How often the order was changed so; anything but 0 and 1 is a fault of ours. */
  effectCount(orderId: string, effect: Effect['effect']): number;
  /** For the `rootValue` of graphql. */
  rootValue: object;
  /** Stops the jobs that still run. */
  close(): void;
}

interface Job {
  id: string;
  done: boolean;
}

interface UserError {
  code?: string;
  field: string[];
  message: string;
}

export function createShop(given: ShopOptions): Shop {
  const options: Required<ShopOptions> = {
    domain: 'stand-in.myshopify.com',
    shopifyPlus: false,
    currency: 'USD',
    scopes: ['read_orders', 'write_orders', 'write_products', 'write_metaobjects', 'write_metaobject_definitions'],
    apiVersions: ['2026-01', '2026-04', '2026-07', '2026-10'],
    cancelDelayMs: 30,
    denyManualPayment: false,
    denyManualGateway: false,
    captureStatus: 'SUCCESS',
    approvedForProtectedData: true,
    webhookApiVersion: '2026-10',
    ...given,
  };
  const orders = new Map<string, StandInOrder>();
  const customers = new Map<string, string>();
  const effects: Effect[] = [];
  const jobs = new Map<string, Job>();
  const jobOfOrder = new Map<string, Job>();
  const timers = new Set<NodeJS.Timeout>();

  /** Writing includes reading. */
  const requireReach = (scope: string, field: string) => {
    if (!options.scopes.includes(scope.replace('read_', 'write_'))) requireScope(options, scope, field);
  };
  const products = createProducts(requireReach);
  const metaobjects = createMetaobjects(requireReach);
  const subscriptions = createSubscriptions({
    requireScope: requireReach,
    isApproved: () => options.approvedForProtectedData,
    apiVersion: () => ({
      handle: options.webhookApiVersion,
      supported: options.apiVersions.includes(options.webhookApiVersion),
    }),
  });

  const orderOfGid = (gid: string): StandInOrder | undefined => orders.get(gid.replace('gid://shopify/Order/', ''));

  const viewOf = (order: StandInOrder): object =>
    orderView(order, () => requireScope(options, 'read_customers', 'customer'));

  function pay(order: StandInOrder, gateway: string, processedAt: Date): void {
    const at = new Date();
    const amount = outstandingOf(order);
    order.transactions.push(makeTransaction({ gateway, isManual: true, kind: 'SALE', amount, processedAt }));
    settleStatus(order);
    order.updatedAt = at;
    effects.push({ orderId: order.id, effect: 'paid', at });
  }

  function orderCreateManualPayment(args: {
    id: string;
    amount?: unknown;
    paymentMethodName?: string;
    processedAt?: string;
  }): object {
    if (options.denyManualPayment || (args.amount && !options.shopifyPlus)) {
      throw accessDenied('orderCreateManualPayment');
    }
    requireScope(options, 'write_orders', 'orderCreateManualPayment');
    const order = orderOfGid(args.id);
    if (order === undefined) {
      return { order: null, userErrors: [{ code: 'ORDER_NOT_FOUND', field: ['id'], message: 'Order does not exist' }] };
    }
    const processedAt = new Date(args.processedAt ?? Date.now());
    const refusal = manualPaymentRefusal(options, order, processedAt);
    if (refusal !== undefined) return { order: viewOf(order), userErrors: [refusal] };
    pay(order, args.paymentMethodName ?? 'Other', processedAt);
    return { order: viewOf(order), userErrors: [] };
  }

  function orderMarkAsPaid(args: { input: { id: string } }): object {
    requireScope(options, 'write_orders', 'orderMarkAsPaid');
    const order = orderOfGid(args.input.id);
    if (order === undefined) return { order: null, userErrors: [{ field: ['id'], message: 'Order does not exist' }] };
    if (!canMarkAsPaid(order)) {
      const userErrors = [{ field: ['id'], message: 'Order cannot be marked as paid.' }];
      return { order: viewOf(order), userErrors };
    }
    pay(order, 'manual', new Date());
    return { order: viewOf(order), userErrors: [] };
  }

  function orderCapture({ input }: { input: CaptureInput }): object {
    requireScope(options, 'write_orders', 'orderCapture');
    const order = orderOfGid(input.id);
    const parent = order?.transactions.find(({ id }) => transactionGid(id) === input.parentTransactionId);
    const message = captureRefusal(order, parent, input);
    if (order === undefined || parent === undefined || message !== undefined) {
      return { transaction: null, userErrors: [{ field: ['input'], message }] };
    }
    const capture = makeTransaction({
      gateway: parent.gateway,
      kind: 'CAPTURE',
      status: options.captureStatus,
      amount: new Big(input.amount).toFixed(2),
      parentId: parent.id,
    });
    order.transactions.push(capture);
    order.updatedAt = new Date();
    if (capture.status !== 'FAILURE') effects.push({ orderId: order.id, effect: 'captured', at: order.updatedAt });
    settleStatus(order);
    return { transaction: { id: transactionGid(capture.id), status: capture.status }, userErrors: [] };
  }

  function orderCancel(args: { orderId: string; staffNote?: string }): object {
    requireScope(options, 'write_orders', 'orderCancel');
    const order = orderOfGid(args.orderId);
    const refusal = cancelRefusal(order, args.staffNote ?? '');
    if (order === undefined || refusal !== undefined) {
      return { job: null, orderCancelUserErrors: [refusal], userErrors: [refusal] };
    }
    const job = jobOfOrder.get(order.id) ?? startCancelJob(order);
    return { job, orderCancelUserErrors: [], userErrors: [] };
  }

  function startCancelJob(order: StandInOrder): Job {
    const job: Job = { id: `gid://shopify/Job/${jobs.size + 1}`, done: false };
    jobs.set(job.id, job);
    jobOfOrder.set(order.id, job);
    const timer = setTimeout(() => {
      timers.delete(timer);
      const at = new Date();
      for (const held of order.transactions.filter(({ kind }) => kind === 'AUTHORIZATION')) voidIn(order, held);
      order.cancelledAt = at;
      order.updatedAt = at;
      job.done = true;
      effects.push({ orderId: order.id, effect: 'cancelled', at });
    }, options.cancelDelayMs);
    timers.add(timer);
    return job;
  }

  return {
    options,
    ...products.state,
    ...metaobjects.state,
    ...subscriptions.state,
    orders,
    customers,
    effects,
    addOrder(newOrder) {
      const order = makeOrder(newOrder);
      orders.set(order.id, order);
      return order;
    },
    authorize(order, amount, transaction = {}) {
      const authorization = makeTransaction({
        gateway: 'shopify_payments',
        kind: 'AUTHORIZATION',
        amount,
        ...transaction,
      });
      order.transactions.push(authorization);
      if (order.financialStatus === 'PENDING' && authorization.status === 'SUCCESS')
        order.financialStatus = 'AUTHORIZED';
      return authorization;
    },
    voidAuthorization: voidIn,
    payByOther(order, amount, gateway = 'gift_card') {
      const sale = makeTransaction({ gateway, kind: 'SALE', amount });
      order.transactions.push(sale);
      settleStatus(order);
      return sale;
    },
    edit(order, edit) {
      editOrder(order, edit, new Date());
      if (receivedOf(order).gt(0) && order.financialStatus !== 'REFUNDED') settleStatus(order);
    },
    deleteOrder: (order) => void orders.delete(order.id),
    effectCount: (orderId, effect) =>
      effects.filter((entry) => entry.orderId === orderId && entry.effect === effect).length,
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
    rootValue: {
      order: (args: { id: string }) => {
        requireScope(options, 'read_orders', 'order');
        const order = orderOfGid(args.id);
        return order === undefined ? null : viewOf(order);
      },
      customers: ({ query = '' }: PageArguments & { query?: string }) => {
        requireScope(options, 'read_customers', 'customers');
        const [, text = ''] = /^email:"([^"\\]*)"$/.exec(query) ?? [];
        // The search knows no case, and finds what begins alike.
        const found = [...customers].filter(([email]) => email.toLowerCase().startsWith(text.toLowerCase()));
        return {
          nodes: found.map(([email, id]) => ({
            id: `gid://shopify/Customer/${id}`,
            defaultEmailAddress: options.approvedForProtectedData ? { emailAddress: email } : null,
          })),
        };
      },
      orders: (args: PageArguments & { query?: string }) => {
        requireScope(options, 'read_orders', 'orders');
        if (!options.approvedForProtectedData) refuseProtectedData('access the Order object');
        const found = [...orders.values()].filter((order) => matches(order, args.query ?? ''));
        found.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
        const nodes = found.map((order) => ({ id: order.gid, order }));
        return connection(nodes, args, ({ order }) => viewOf(order));
      },
      job: (args: { id: string }) => jobs.get(args.id) ?? null,
      currentAppInstallation: () => ({ accessScopes: options.scopes.map((handle) => ({ handle })) }),
      ...products.rootValue,
      ...metaobjects.rootValue,
      ...subscriptions.rootValue,
      shop: () => ({
        myshopifyDomain: options.domain,
        plan: { shopifyPlus: options.shopifyPlus },
        currencyCode: options.currency,
      }),
      publicApiVersions: () => options.apiVersions.map((handle) => ({ handle, supported: true })),
      orderCreateManualPayment,
      orderMarkAsPaid,
      orderCapture,
      orderCancel,
      ...createRefunds(orderOfGid, () => requireScope(options, 'write_orders', 'refundCreate')),
    },
  };
}

interface CaptureInput {
  id: string;
  parentTransactionId: string;
  amount: string;
  currency?: string | null;
  finalCapture?: boolean | null;
}

/** What a shop says that does not capture. The last is a real store's answer; the others follow the documentation. */
function captureRefusal(
  order: StandInOrder | undefined,
  parent: Transaction | undefined,
  input: CaptureInput,
): string | undefined {
  if (order === undefined) return 'Order does not exist';
  if (order.cancelledAt !== null) return 'Order has been cancelled';
  if (order.temporarilyUnavailable) return 'Order is temporarily unavailable';
  if (parent?.kind !== 'AUTHORIZATION' || parent.status !== 'SUCCESS')
    return 'Parent transaction is not an authorization';
  const currency = input.currency ?? (order.presentment.currency === order.currency ? order.currency : undefined);
  if (currency !== order.presentment.currency) return 'Currency must be the presentment currency of the order';
  if (parent.isExpired) return 'The authorization has expired.';
  if (new Big(input.amount).lte(0)) return 'Amount must be positive';
  if (new Big(input.amount).gt(unsettledOf(order, parent))) return 'Cannot capture more than the authorized amount';
  if (parent.isManual && typeof input.finalCapture === 'boolean')
    return 'Final capture is not supported by the gateway';
  return undefined;
}

/** The order's status after money came. */
function settleStatus(order: StandInOrder): void {
  const received = receivedOf(order);
  if (received.gte(currentPresentmentPrice(order))) order.financialStatus = 'PAID';
  else if (received.gt(0)) order.financialStatus = 'PARTIALLY_PAID';
}

function voidIn(order: StandInOrder, { id, gateway, status }: Transaction): void {
  const isCaptured = order.transactions.some(({ kind, parentId }) => kind === 'CAPTURE' && parentId === id);
  const isVoid = order.transactions.some(({ kind, parentId }) => kind === 'VOID' && parentId === id);
  if (isCaptured || isVoid || status !== 'SUCCESS') return;
  order.transactions.push(makeTransaction({ gateway, kind: 'VOID', amount: '0.00', parentId: id }));
  if (order.financialStatus === 'AUTHORIZED') order.financialStatus = 'VOIDED';
}

function manualPaymentRefusal(
  options: Required<ShopOptions>,
  order: StandInOrder,
  processedAt: Date,
): UserError | undefined {
  if (order.temporarilyUnavailable) {
    return { code: 'ORDER_IS_TEMPORARILY_UNAVAILABLE', field: ['id'], message: 'Order is temporarily unavailable.' };
  }
  if (options.denyManualGateway) {
    return { code: 'GATEWAY_NOT_FOUND', field: ['paymentMethodName'], message: 'Payment gateway is not found.' };
  }
  if (!(processedAt.getTime() <= Date.now() + 1000)) {
    return { code: 'PROCESSED_AT_INVALID', field: ['processedAt'], message: 'Processed at is invalid.' };
  }
  if (canMarkAsPaid(order)) return undefined;
  return { code: 'AMOUNT_NOT_POSITIVE', field: ['amount'], message: 'Amount must be positive.' };
}

function cancelRefusal(order: StandInOrder | undefined, staffNote: string): UserError | undefined {
  if (order === undefined) return { code: 'NOT_FOUND', field: ['orderId'], message: 'Order does not exist' };
  if (order.cancelledAt !== null) {
    return { code: 'INVALID', field: ['orderId'], message: 'Cannot cancel an order that has already been canceled' };
  }
  if (Array.from(staffNote).length > 255) {
    const message = 'Staff note is too long. Maximum length is 255 characters.';
    return { code: 'INVALID', field: ['staffNote'], message };
  }
  if (order.cancelObstacle === null) return undefined;
  return { code: 'INVALID', field: ['orderId'], message: order.cancelObstacle };
}

const OPEN_OR_AUTHORIZED =
  'status:open AND (financial_status:pending OR financial_status:partially_paid OR financial_status:authorized)';

/** The searches that our documents make. */
function matches(order: StandInOrder, query: string): boolean {
  if (query === '') return true;
  if (query === 'status:open AND (financial_status:pending OR financial_status:partially_paid)') {
    return order.cancelledAt === null && ['PENDING', 'PARTIALLY_PAID'].includes(order.financialStatus);
  }
  if (query === OPEN_OR_AUTHORIZED) {
    return order.cancelledAt === null && ['PENDING', 'PARTIALLY_PAID', 'AUTHORIZED'].includes(order.financialStatus);
  }
  return matchesName(order.name, query);
}

/** As the search does: case doesn't count, nor does the `#`, and the beginning of a name is enough. */
function matchesName(name: string, query: string): boolean {
  const quoted = /^name:"((?:[^"\\]|\\.)*)"$/.exec(query)?.[1];
  if (quoted === undefined) throw new GraphQLError(`The stand-in doesn't understand the query ${query}.`);
  const plain = (text: string): string => text.replace(/^#/, '').toLowerCase();
  return plain(name).startsWith(plain(quoted.replace(/\\(.)/g, '$1')));
}

function requireScope(options: Required<ShopOptions>, scope: string, field: string): void {
  if (!options.scopes.includes(scope)) throw accessDenied(field);
}

/** As captured of a real store. */
function accessDenied(field: string): GraphQLError {
  const requiredAccess = '`write_orders` access scope. Also: The user must have mark_orders_as_paid permission.';
  return new GraphQLError(`Access denied for ${field} field. Required access: ${requiredAccess}`, {
    extensions: {
      code: 'ACCESS_DENIED',
      documentation: 'https://shopify.dev/api/usage/access-scopes',
      requiredAccess,
    },
  });
}
