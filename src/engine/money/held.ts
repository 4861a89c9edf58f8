import type { EngineContext } from '#engine/context.ts';
import { DomainError } from '#engine/errors.ts';
import { findOrder } from '#engine/order-lookup.ts';
import { isOpen } from '#engine/order-states.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { heldMoneyRepository } from '#engine/store/held-money.ts';
import { type MoneyOwner, type Payment, type PaymentPosition, paymentRepository } from '#engine/store/payments.ts';
import { paymentView, settledView } from '#engine/views.ts';
import type { Change, ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { refundsTaking } from './giving-back.ts';
import { type HeldMoney, type HeldReason, reasonFor } from './held-reasons.ts';
import { type Ledger, ledgerActions } from './ledger.ts';
import { syntheticOwner } from './made-owner.ts';
import { payFromCredit, type Settled, tryToPay } from './settlement.ts';

/** Held money: it has arrived but has paid no order yet (docs/money.md). */

/** The target of an assignment: an open order, or a customer. */
export type Assignment = { orderId: string } | { customerId: string };

export type Held = ReturnType<typeof held>;

/** The first of these refunds that may still put its money back; undefined if none may. */
export type FindOpenRefund = (tx: Transaction, refundIds: readonly string[]) => Promise<string | undefined>;

/** @param isRefundOpen is looked up each time. */
export function held(
  context: EngineContext,
  actions: OperatorActions,
  isRefundOpen: FindOpenRefund = async () => undefined,
) {
  const { store, settings } = context;
  const { perform } = ledgerActions(actions, context);

  /** A payment has one owner: what may come back of it must find the one that it was taken from. */
  const requireNoRefund = async ({ tx }: Ledger, txid: string): Promise<void> => {
    const open = await isRefundOpen(tx, await refundsTaking(tx, txid));
    if (open !== undefined) throw new DomainError('payment_being_refunded', open);
  };

  return {
    /** All held money, oldest first by default. */
    list: (
      request: PageRequest<PaymentPosition> & { reason?: HeldReason | undefined },
    ): Promise<Page<HeldMoney, PaymentPosition>> =>
      store.read((tx) =>
        readPage(
          request,
          async (after, limit) =>
            (await tx.use(heldMoneyRepository).page(after, limit, request.order, request.reason)).map((row) => ({
              row,
              reason: reasonFor(row),
            })),
          ({ row: { createdAt, txid } }) => ({ createdAt, txid }),
        ),
      ),

    /**
     * Assigns the unspent part of a confirmed payment to an open order or to a customer, and pays the orders that it covers.
     * @throws {DomainError} `payment_not_held`, `payment_being_refunded`, `order_not_found`, `order_change_forbidden`, `order_change_no_op`
     */
    assign(request: ChangeRequest, txid: string, to: Assignment, reason: string) {
      return perform(request, async (ledger) => {
        const payment = await ledger.tx.use(paymentRepository).find(txid);
        if (payment === undefined || payment.unspent === 0n) throw new DomainError('payment_not_held', txid);
        await requireNoRefund(ledger, txid);
        const settled =
          'orderId' in to
            ? await assignToOrder(ledger, payment, to.orderId, reason)
            : await assignToCustomer(ledger, payment, to.customerId, reason);
        return assigned(ledger, payment, to, reason, settled);
      });
    },
  };

  async function assignToOrder(ledger: Ledger, payment: Payment, orderId: string, reason: string): Promise<Settled> {
    const order = await findOrder(ledger.tx, orderId, settings.strictMode);
    if (!isOpen(order.status)) {
      throw new DomainError('order_change_forbidden', `Order ${order.orderId} is ${order.status} and takes no money.`);
    }
    const owner: MoneyOwner = { kind: 'order', id: order.orderId };
    requireOther(payment, owner);
    if (order.status === 'Unclaimed') {
      const made = await syntheticOwner(ledger.tx, order.customerId, settings);
      await ledger.claimOrder(order, made, 'by_hand');
    }
    await ledger.assignPayment(payment, owner, reason);
    return tryToPay(ledger, order.orderId);
  }
}

async function assignToCustomer(
  ledger: Ledger,
  payment: Payment,
  customerId: string,
  reason: string,
): Promise<Settled> {
  const owner: MoneyOwner = { kind: 'customer', id: customerId };
  requireOther(payment, owner);
  await ledger.tx.use(customerRepository).ensure(customerId, ledger.now);
  await ledger.assignPayment(payment, owner, reason);
  return payFromCredit(ledger, customerId);
}

function requireOther({ txid, owner }: Payment, to: MoneyOwner): void {
  if (owner?.kind === to.kind && owner.id === to.id) {
    throw new DomainError('order_change_no_op', `Payment ${txid} belongs there already.`);
  }
}

async function assigned(
  ledger: Ledger,
  payment: Payment,
  to: Assignment,
  reason: string,
  settled: Settled,
): ReturnType<Change<ReturnType<typeof settledView>>> {
  const answer = settledView(settled, await ledger.payTo());
  const before = { payment: paymentView(payment), amount: payment.unspent, owner: payment.owner };
  const target = 'orderId' in to ? { order_id: to.orderId } : { customer_id: to.customerId };
  const after = { ...target, ...answer };
  return { answer, record: { action: 'assign payment', subject: payment.txid, reason, before, after } };
}
