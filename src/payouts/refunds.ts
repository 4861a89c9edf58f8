import { hex } from '@scure/base';
import { amountIn, firstParts, givableOf, takeOut } from '#engine/money/giving-back.ts';
import { findOrder } from '#engine/order-lookup.ts';
import type { Order } from '#engine/store/orders.ts';
import type { Change, ChangeRecord, ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { stringifyJson } from '#platform/json.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { rateInForce } from '#rates/conversion.ts';
import { approvalHashOf } from './approval-hash.ts';
import type { PayoutContext } from './context.ts';
import { destinationOf, payerOf } from './destinations.ts';
import { DomainError } from './errors.ts';
import { type Figures, figuresOf, type RefundBasis, restOf } from './figures.ts';
import { leftOfLimits, reasonsForApproval } from './limits.ts';
import { PayoutWork } from './refund-changes.ts';
import { shopAmountText } from './shop-amounts.ts';
import { payoutRepository } from './store/payouts.ts';
import { type RefundChange, refundRepository } from './store/refunds.ts';
import type {
  Approval,
  PayerAddress,
  Refund,
  RefundAddress,
  RefundAsk,
  RefundFilter,
  RefundPreview,
  RefundQuote,
  RefundState,
} from './types.ts';
import { type RefundView, refundView } from './views.ts';

/** Of an id: two databases, of which one was restored from the other, never give out the same id for different payouts. */
const TAG_BYTES = 8;

/** Refunds of one order that are listed with it. */
const MAX_OF_ORDER = 1000;

/** How the evidence of an approval without a second person reads. */
const WITHIN_LIMITS = { kind: 'within_limits' } as const;

const WAITING: ReadonlySet<RefundState> = new Set(['waiting_for_address', 'waiting_for_approval']);

export type Refunds = ReturnType<typeof refunds>;

/** Refunds (docs/payouts.md). Their money leaves the books when they are requested. */
export function refunds(context: PayoutContext, { perform }: OperatorActions) {
  const { store, clock, settings, randomBytes } = context;
  const newTag = () => hex.encode(randomBytes(TAG_BYTES));

  return {
    /** What the form of a refund shows. @param person whose limits are shown. @throws {DomainError} `order_not_found` */
    quote: (orderId: string, person: string): Promise<RefundQuote> =>
      store.read(async (tx) =>
        quoteOf(tx, context, await basisOf(tx, await findOrder(tx, orderId, settings.strictMode)), {
          person,
          now: clock.now(),
        }),
      ),

    /**
     * The figures of a refund, without requesting it. @throws {DomainError} as `request`
     */
    preview: (person: string, ask: RefundAsk): Promise<RefundPreview> =>
      store.read(async (tx) => {
        const { basis, figures, address, needsApproval } = await planned(tx, ask, person, clock.now());
        const { amount, shopAmount, currency } = figures;
        const { kind, rate = 'order' } = ask;
        return { orderId: basis.order.orderId, kind, amount, rate, shopAmount, currency, address, needsApproval };
      }),

    /**
     * Requests a refund: its money leaves the books. Within the limits and to a proven address it is approved at once. What the
     * shop has asked for before is answered as it is.
     * @throws {DomainError} `order_not_found`, `refund_impossible`, `refund_exceeds_rest`, `refund_amount_invalid`,
     *   `refund_no_payer`, `payout_address_refused`
     */
    request(request: ChangeRequest, ask: RefundAsk): Promise<RefundView> {
      const tag = newTag();
      return perform(request, async ({ tx, now }) => {
        const { shopRefundId } = ask;
        const known =
          shopRefundId === undefined ? undefined : await tx.use(refundRepository).findByShopRefund(shopRefundId);
        if (known !== undefined) return { answer: refundView(known), record: undefined };
        const plan = await planned(tx, ask, request.actor, now);
        const { order } = plan.basis;
        const work = new PayoutWork(tx, now, context);
        const entered = await enter(work, ask, plan, request.actor, tag);
        const parts = firstParts(plan.figures.parts, entered.amount);
        await takeOut(tx, { refundId: entered.id, order, parts }, now);
        await work.announceRefund('RefundRequested', entered);
        const refund = entered.state === 'approved' ? await approved(work, entered, tag) : entered;
        return answerWith(refund, { action: 'request refund', reason: ask.reason });
      });
    },

    /**
     * Sets where a refund goes, until it is approved.
     * @param address the wallet that paid, or an address in base58.
     * @param from who enters it: a customer on the order's page, or an operator.
     * @throws {DomainError} `refund_not_found`, `refund_change_forbidden`, `refund_no_payer`, `payout_address_refused`
     */
    setAddress(
      request: ChangeRequest,
      id: string,
      to: 'payer' | { address: string },
      from: 'customer' | 'operator',
    ): Promise<RefundView> {
      const tag = newTag();
      return perform(request, async ({ tx, now }) => {
        const work = new PayoutWork(tx, now, context);
        const refund = await work.refundOf(id);
        requireWaiting(refund);
        if (from === 'customer' && refund.address !== null && refund.address.from !== 'customer') {
          throw new DomainError('refund_change_forbidden', 'The shop has set where it goes.');
        }
        const parts = await work.partsOf(refund);
        const address = await destinationOf(tx, context, { customerId: refund.customerId, parts, to, from });
        const limits = await leftOfLimits(tx, context, refund.requestedBy, now);
        const needsApproval = reasonsForApproval({ ...refund, address }, limits);
        const set = await work.changeRefund(refund, {
          address,
          addressBy: to === 'payer' ? null : request.actor,
          needsApproval,
          approvalHash: approvalHashOf({ id, amount: refund.amount, address: address.address }),
          ...(needsApproval === null ? atOnce(refund.requestedBy, now) : { state: 'waiting_for_approval' }),
        });
        await work.announceRefund('RefundAddressSet', set);
        const after = set.state === 'approved' ? await approved(work, set, tag) : set;
        return answerWith(after, { action: 'set address of refund', before: refundView(refund) });
      });
    },

    /**
     * Approves a refund, as a person other than the one who requested it or entered its address.
     * @throws {DomainError} `refund_not_found`, `refund_change_forbidden`, `approval_by_requester`, `approval_outdated`
     */
    approve(request: ChangeRequest, id: string, { hash, evidence }: Approval): Promise<RefundView> {
      const tag = newTag();
      return perform(request, async ({ tx, now }) => {
        const work = new PayoutWork(tx, now, context);
        const refund = await work.refundOf(id);
        if (refund.state !== 'waiting_for_approval') {
          throw new DomainError('refund_change_forbidden', stateSentence(refund));
        }
        const { requestedBy, addressBy } = refund;
        if (request.actor === requestedBy || request.actor === addressBy) {
          const did = request.actor === requestedBy ? 'requested it' : 'entered its address';
          throw new DomainError('approval_by_requester', `you have ${did} yourself`);
        }
        if (hash !== refund.approvalHash) throw new DomainError('approval_outdated', id);
        const changed = await work.changeRefund(refund, {
          state: 'approved',
          approvedBy: request.actor,
          approvedAt: now,
          evidence: stringifyJson(evidence),
        });
        const after = await approved(work, changed, tag);
        return answerWith(after, { action: 'approve refund', before: refundView(refund) }, { evidence });
      });
    },

    /**
     * Cancels a refund that no wallet has: its money comes back.
     * @throws {DomainError} `refund_not_found`, `refund_change_forbidden`, `refund_money_moved`
     */
    cancel(request: ChangeRequest, id: string, reason: string): Promise<RefundView> {
      return perform(request, async ({ tx, now }) => {
        const work = new PayoutWork(tx, now, context);
        const refund = await work.refundOf(id);
        if (!WAITING.has(refund.state) && refund.state !== 'approved') {
          throw new DomainError('refund_change_forbidden', stateSentence(refund));
        }
        const payout = await tx.use(payoutRepository).findByRefund(id);
        if (payout !== undefined) await tx.use(payoutRepository).change(payout, { state: 'cancelled' }, now);
        const cancelled = await work.changeRefund(refund, { state: 'cancelled', endReason: reason });
        await work.announceRefund('RefundCancelled', cancelled);
        await work.putBack(refund);
        return answerWith(cancelled, { action: 'cancel refund', reason, before: refundView(refund) });
      });
    },

    /** Notes under which id the shop has recorded the refund, once. @throws {DomainError} `refund_not_found` */
    noteShopRefund: (id: string, shopRefundId: string): Promise<void> =>
      store.run(async (tx) => {
        const work = new PayoutWork(tx, clock.now(), context);
        const refund = await work.refundOf(id);
        if (refund.shopRefundId === null) await work.changeRefund(refund, { shopRefundId });
      }),

    /** The refund that the shop has asked for or recorded under this id. */
    findByShopRefund: (shopRefundId: string): Promise<Refund | undefined> =>
      store.read((tx) => tx.use(refundRepository).findByShopRefund(shopRefundId)),

    list: (filter: RefundFilter, { order = 'asc', ...request }: PageRequest<bigint>): Promise<Page<Refund, bigint>> =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(refundRepository).page(filter, after, limit, order),
          ({ ordinal }) => ordinal,
        ),
      ),

    /** @throws {DomainError} `refund_not_found` */
    find: (id: string): Promise<Refund> => store.read((tx) => new PayoutWork(tx, clock.now(), context).refundOf(id)),

    /**
     * The wallet whose money it gives back, if it is tied to this customer only and can be paid to.
     * @throws {DomainError} `refund_not_found`
     */
    payerOf: (id: string): Promise<PayerAddress | null> =>
      store.read(async (tx) => {
        const work = new PayoutWork(tx, clock.now(), context);
        const refund = await work.refundOf(id);
        return (await payerOf(tx, context, refund.customerId, await work.partsOf(refund))) ?? null;
      }),

    /** All refunds of an order, oldest first. */
    ofOrder: (orderId: string): Promise<Refund[]> =>
      store.read((tx) => tx.use(refundRepository).page({ orderId }, undefined, MAX_OF_ORDER, 'asc')),
  };

  /** Everything about a refund before it is entered. */
  async function planned(tx: Transaction, ask: RefundAsk, person: string, now: Date) {
    const basis = await basisOf(tx, await findOrder(tx, ask.orderId, settings.strictMode));
    const figures = figuresOf(basis, ask);
    const { to, kind, origin = 'operator' } = ask;
    const from = origin === 'customer' ? 'customer' : 'operator';
    const parts = firstParts(figures.parts, figures.amount);
    const { customerId } = basis.order;
    const address = to === 'customer' ? null : await destinationOf(tx, context, { customerId, parts, to, from });
    const limits = await leftOfLimits(tx, context, person, now);
    const needsApproval = reasonsForApproval({ amount: figures.amount, kind, address, origin }, limits);
    return { basis, figures, address, needsApproval };
  }

  /** Enters a refund: waiting, or approved at once. */
  async function enter(work: PayoutWork, ask: RefundAsk, plan: Plan, actor: string, tag: string): Promise<Refund> {
    const { basis, figures, address, needsApproval } = plan;
    const { amount, shopAmount, currency } = figures;
    const isOfOrder = ask.kind === 'all' || ask.kind === 'part';
    const { origin = 'operator' } = ask;
    const isAtOnce = address !== null && needsApproval === null;
    const idOf = (ordinal: bigint) => `refund-${ordinal}-${tag}`;
    const refund = await work.tx.use(refundRepository).insert(
      {
        orderId: basis.order.orderId,
        customerId: basis.order.customerId,
        kind: ask.kind,
        amount,
        rate: ask.rate ?? 'order',
        shopAmount,
        currency,
        reason: ask.reason,
        visibleToCustomer: ask.visibleToCustomer ?? false,
        recordInShop: isOfOrder && origin !== 'shop' && (ask.recordInShop ?? shopAmount !== null),
        shopRefundId: ask.shopRefundId ?? null,
        origin,
        state: address === null ? 'waiting_for_address' : 'waiting_for_approval',
        address,
        addressBy: address === null || address.from === 'payer' ? null : actor,
        requestedBy: actor,
        approvedBy: null,
        approvedAt: null,
        needsApproval,
        approvalHash: null,
        evidence: null,
        endReason: null,
        createdAt: work.now,
        updatedAt: work.now,
      },
      idOf,
    );
    if (address === null) return refund;
    const approvalHash = approvalHashOf({ id: refund.id, amount, address: address.address });
    return work.changeRefund(refund, { approvalHash, ...(isAtOnce && atOnce(actor, work.now)) });
  }
}

type Plan = { basis: RefundBasis; figures: Figures; address: RefundAddress | null; needsApproval: string | null };

function atOnce(person: string, now: Date): RefundChange {
  return { state: 'approved', approvedBy: person, approvedAt: now, evidence: stringifyJson(WITHIN_LIMITS) };
}

/** A refund that was just approved becomes a payout. */
async function approved(work: PayoutWork, refund: Refund, tag: string): Promise<Refund> {
  const payout = await work.enterPayout(refund, tag);
  const after = { ...refund, payoutId: payout.id };
  await work.announceRefund('RefundApproved', after);
  return after;
}

function answerWith(
  refund: Refund,
  record: Omit<ChangeRecord, 'subject' | 'after'>,
  kept: object = {},
): Awaited<ReturnType<Change<RefundView>>> {
  const answer = refundView(refund);
  return { answer, record: { ...record, subject: refund.id, after: { ...answer, ...kept } } };
}

function requireWaiting(refund: Refund): void {
  if (!WAITING.has(refund.state)) throw new DomainError('refund_change_forbidden', stateSentence(refund));
}

const STATE_SENTENCES: Readonly<Record<RefundState, string>> = {
  waiting_for_address: 'It waits for an address.',
  waiting_for_approval: 'It waits for an approval.',
  approved: 'It is approved: cancel it, and request another one.',
  paying: 'A wallet has it: wait until the wallet has paid it or given it back.',
  paid: 'It was paid.',
  confirmed: 'It was paid.',
  cancelled: 'It was cancelled.',
  failed: 'It has failed, and its money is back.',
};

function stateSentence({ state }: Refund): string {
  return STATE_SENTENCES[state];
}

async function basisOf(tx: Transaction, order: Order): Promise<RefundBasis> {
  return {
    order,
    givable: await givableOf(tx, order),
    todayRate: await rateInForce(tx, order.currency),
    shopAmounts: await tx.use(refundRepository).shopAmountsOf(order.orderId),
  };
}

async function quoteOf(
  tx: Transaction,
  context: PayoutContext,
  basis: RefundBasis,
  { person, now }: { person: string; now: Date },
): Promise<RefundQuote> {
  const { order, givable, todayRate } = basis;
  const { rest, price, shopRest, restToday } = restOf(basis);
  const payer = async (parts: typeof givable.settled) => (await payerOf(tx, context, order.customerId, parts)) ?? null;
  return {
    orderId: order.orderId,
    name: order.altId,
    customerId: order.customerId,
    status: order.status,
    price: order.totalPrice,
    shopPrice: order.originalPrice,
    currency: order.currency,
    refunded: order.refunded,
    rest,
    shopRest: price === undefined ? null : shopAmountText(shopRest, price.decimals),
    restToday,
    surplus: amountIn(givable.surplus),
    ownSurplus: givable.ownSurplus,
    late: amountIn(givable.late),
    orderRate: order.exchangeRate,
    todayRate: todayRate ?? null,
    payer: {
      order: await payer(givable.settled),
      surplus: await payer(givable.surplus),
      late: await payer(givable.late),
    },
    limits: await leftOfLimits(tx, context, person, now),
    refunds: await tx.use(refundRepository).page({ orderId: order.orderId }, undefined, MAX_OF_ORDER, 'asc'),
  };
}
