import type { Change, ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { AccountId, TariAddress } from '#tari/address.ts';
import { formatTari, type MicroTari } from '#tari/micro-tari.ts';
import type { EngineContext } from './context.ts';
import { DomainError } from './errors.ts';
import { type Ledger, ledgerActions, type TakenBack } from './money/ledger.ts';
import { syntheticOwner } from './money/made-owner.ts';
import { planInTurn, type Source } from './money/matching.ts';
import { ownerOf } from './money/owners.ts';
import { payAllFromAllAccounts, payFromAllAccounts, payFromCredit, type Settled } from './money/settlement.ts';
import { findOrder } from './order-lookup.ts';
import { withOwnNotes } from './order-notes.ts';
import { isOpen } from './order-states.ts';
import { accountOrderRepository } from './store/account-orders.ts';
import { accountRepository } from './store/accounts.ts';
import type { Order } from './store/orders.ts';
import { paymentRepository } from './store/payments.ts';
import { type OrderView, paymentView, settledView, settlementView } from './views.ts';

export type OrderChanges = ReturnType<typeof orderChanges>;
export type SettlementView = ReturnType<typeof settledView>;

/** Operator actions on orders and money (docs/money.md). Each is one unit of work with an audit record. */
export function orderChanges(context: EngineContext, actions: OperatorActions, makeTxid: () => string) {
  const { settings } = context;
  const { perform } = ledgerActions(actions, context);

  /** Changes one order, identified by its id. */
  const onOrder = <Answer>(
    request: ChangeRequest,
    orderId: string,
    change: (ledger: Ledger, order: Order) => ReturnType<Change<Answer>>,
  ): Promise<Answer> =>
    perform(request, async (ledger) => change(ledger, await findOrder(ledger.tx, orderId, settings.strictMode)));

  return {
    /**
     * Gives a customer credit, or takes it back, and pays the orders that can then be paid.
     * @param amount not zero. It is taken back from the customer's synthetic account first, then from the others.
     * @throws {DomainError} `credit_exceeds_balance`
     */
    credit(
      request: ChangeRequest,
      { customerId, amount, reason }: { customerId: string; amount: MicroTari; reason: string | undefined },
    ): Promise<SettlementView> {
      const txid = makeTxid();
      return perform(request, async (ledger) => {
        const memo = reason ?? null;
        const payments = [];
        if (amount > 0n) {
          const from = await syntheticOwner(ledger.tx, customerId, settings);
          payments.push(await ledger.enterManualPayment({ txid, customerId, from, amount, memo, orderId: null }));
        } else {
          for (const [index, taking] of (await planWithdrawal(ledger, customerId, amount, settings)).entries()) {
            const id = index === 0 ? txid : `${txid}-${index + 1}`;
            payments.push(await ledger.takeBack({ txid: id, memo, ...taking }));
          }
        }
        const settled = await payAllFromAllAccounts(ledger, (after, limit) =>
          ledger.tx.use(accountOrderRepository).openOfCustomer(customerId, after, limit),
        );
        const after = { payments: payments.map(paymentView) };
        return {
          answer: settledView(settled, await ledger.payTo()),
          record: { action: 'credit customer', subject: customerId, reason, after },
        };
      });
    },

    /** Pays an order by a credit of its price. @throws {DomainError} `order_not_found`, `order_change_forbidden` */
    fulfill(request: ChangeRequest, { orderId, reason }: { orderId: string; reason: string }) {
      const txid = makeTxid();
      return onOrder(request, orderId, async (ledger, order) => {
        const from = await syntheticOwner(ledger.tx, order.customerId, settings);
        const { customerId, totalPrice: amount } = order;
        const before = await ledger.viewOf(order);
        const claimed = order.status === 'Unclaimed' ? await ledger.claimOrder(order, from, 'by_hand') : order;
        const parts = [];
        if (amount > 0n && claimed.status === 'New') {
          await ledger.enterManualPayment({ txid, customerId, from, amount, memo: reason, orderId: order.orderId });
          parts.push({
            source: { owner: { kind: 'order', id: order.orderId } as const, txid, available: amount },
            amount,
          });
        }
        const paid = await ledger.payOrder(claimed, parts);
        // Earlier money for the order now belongs to its customer.
        if (paid.hasSurplus) await payFromCredit(ledger, customerId);
        const answer = await ledger.viewOf(paid.order);
        return { answer, record: recordOf('fulfill order', before, answer, reason) };
      });
    },

    /** Cancels an open order, here and in the shop. @throws {DomainError} `order_not_found`, `order_change_forbidden` */
    cancel(request: ChangeRequest, { orderId, reason }: { orderId: string; reason: string }) {
      return onOrder(request, orderId, async (ledger, order) => {
        const before = await ledger.viewOf(order);
        const cancelled = await ledger.annulOrder(order, 'cancel');
        await payFromCredit(ledger, cancelled.customerId);
        const answer = await ledger.viewOf(cancelled);
        return { answer, record: recordOf('cancel order', before, answer, reason) };
      });
    },

    /** @throws {DomainError} `order_not_found`, `order_change_no_op` */
    changeMemo(
      request: ChangeRequest,
      { orderId, memo, reason }: { orderId: string; memo: string; reason: string | undefined },
    ) {
      return onOrder(request, orderId, async (ledger, order) => {
        if (order.memo === memo) throw new DomainError('order_change_no_op', 'The memo is that already.');
        const before = await ledger.viewOf(order);
        const answer = await ledger.viewOf(await ledger.modifyOrder(order, 'memo', { memo }));
        return { answer, record: recordOf('change memo of order', before, answer, reason) };
      });
    },

    /**
     * Changes the price of an open order, and pays it if that is then possible.
     * @throws {DomainError} `order_not_found`, `order_change_forbidden`, `order_change_no_op`
     */
    changePrice(
      request: ChangeRequest,
      { orderId, price, reason }: { orderId: string; price: MicroTari; reason: string | undefined },
    ) {
      return onOrder(request, orderId, async (ledger, order) => {
        requireStatus(order, isOpen(order.status), 'its price cannot change');
        if (order.totalPrice === price) throw new DomainError('order_change_no_op', 'The price is that already.');
        const before = await ledger.viewOf(order);
        await ledger.modifyOrder(order, 'total_price', { totalPrice: price });
        await payFromAllAccounts(ledger, order.orderId);
        const answer = await shownNow(ledger, order);
        return { answer, record: recordOf('change price of order', before, answer, reason) };
      });
    },

    /**
     * Reassigns an unpaid order to another customer, and pays it if that customer's credit covers it.
     * @throws {DomainError} `order_not_found`, `order_change_forbidden`, `order_change_no_op`
     */
    reassign(
      request: ChangeRequest,
      { orderId, customerId, reason }: { orderId: string; customerId: string; reason: string },
    ) {
      return onOrder(request, orderId, async (ledger, order) => {
        requireStatus(order, order.status !== 'Paid', 'it cannot go to another customer');
        if (order.customerId === customerId)
          throw new DomainError('order_change_no_op', 'It is that customer’s already.');
        const before = await ledger.viewOf(order);
        await ledger.modifyOrder(order, 'customer_id', { customerId });
        const settled = await payFromAllAccounts(ledger, order.orderId);
        const after = await shownNow(ledger, order);
        const answer = {
          orders: { old_order: before, new_order: after },
          settlements: settled.settlements.map(settlementView),
        };
        return { answer, record: recordOf('reassign order', before, after, reason) };
      });
    },

    /**
     * Reopens an Expired or Cancelled order, and pays it if that is possible.
     * @throws {DomainError} `order_not_found`, `order_change_forbidden`
     */
    reset(request: ChangeRequest, orderId: string) {
      return onOrder(request, orderId, async (ledger, order) => {
        const before = await ledger.viewOf(order);
        await ledger.resetOrder(order);
        await payFromAllAccounts(ledger, order.orderId);
        const answer = { old_order: before, new_order: await shownNow(ledger, order) };
        return { answer, record: recordOf('reset order', before, answer.new_order) };
      });
    },

    /** Pays as many open orders of one customer as possible. Null if none could be paid. */
    settleCustomer(request: ChangeRequest, customerId: string): Promise<SettlementView | null> {
      return perform(request, async (ledger) => {
        const settled = await payAllFromAllAccounts(ledger, (after, limit) =>
          ledger.tx.use(accountOrderRepository).openOfCustomer(customerId, after, limit),
        );
        return settledAnswer(ledger, 'settle customer', customerId, settled);
      });
    },

    /**
     * Pays as many open orders of the customers that an address is linked to as possible. Null if none could be paid.
     * @param seesAll false shows only the address's own part of the result.
     */
    settleAddress(
      request: ChangeRequest,
      { address, seesAll }: { address: TariAddress; seesAll: boolean },
    ): Promise<SettlementView | null> {
      const owner = ownerOf(address);
      return perform(request, async (ledger) => {
        const settled = await payAllFromAllAccounts(ledger, (after, limit) =>
          ledger.tx.use(accountOrderRepository).openOfLinked(owner.account, after, limit),
        );
        const shown = seesAll ? settled : await ownPart(ledger, settled, owner.account);
        return settledAnswer(ledger, 'settle address', owner.address, settled, shown);
      });
    },
  };
}

async function shownNow(ledger: Ledger, { orderId }: Order): Promise<OrderView> {
  return ledger.viewOf(await findOrder(ledger.tx, orderId, true));
}

/** Addresses of a customer that money is taken from in one action; the others wait for the next one. */
const MAX_ADDRESSES = 1_000;

/**
 * Plans taking credit back: from the customer's own, and from the free credit of accounts that may pay the customer's
 * orders. The synthetic account comes first, then the address with the most.
 */
async function planWithdrawal(
  ledger: Ledger,
  customerId: string,
  amount: MicroTari,
  settings: EngineContext['settings'],
): Promise<Pick<TakenBack, 'from' | 'parts'>[]> {
  const made = (await syntheticOwner(ledger.tx, customerId, settings)).account;
  const addresses = (await addressesOf(ledger, customerId))
    .map((address) => ({ ...address, total: address.sources.reduce((sum, each) => sum + each.available, 0n) }))
    .sort(
      (a, b) =>
        rank(a) - rank(b) ||
        Number(a.total < b.total) - Number(a.total > b.total) ||
        ((a.from.account ?? '') < (b.from.account ?? '') ? -1 : 1),
    );
  function rank({ from }: { from: TakenBack['from'] }): number {
    return from.account === made ? 0 : 1;
  }
  const takings: Pick<TakenBack, 'from' | 'parts'>[] = [];
  let due = -amount;
  for (const { from, sources, total } of addresses) {
    if (due === 0n) break;
    const taken = total < due ? total : due;
    const parts = planInTurn(taken, sources);
    if (parts !== undefined) takings.push({ from, parts });
    due -= taken;
  }
  if (due > 0n) throw new DomainError('credit_exceeds_balance', formatTari((-amount - due) as MicroTari));
  return takings;
}

/** The money that may be taken back from a customer, by the address that it came from. */
async function addressesOf(ledger: Ledger, customerId: string) {
  const { tx } = ledger;
  const addresses = new Map<AccountId | null, { from: TakenBack['from']; sources: Source[] }>();
  const owner = { kind: 'customer', id: customerId } as const;
  const credits = await tx.use(paymentRepository).unspentByAccount(owner);
  for (const { account, amount } of credits.slice(0, MAX_ADDRESSES)) {
    const known = account === null ? undefined : await tx.use(accountRepository).find(account);
    const from = { account, address: known?.address ?? NO_ADDRESS };
    addresses.set(account, { from, sources: [{ owner, from: { account }, available: amount }] });
  }
  for (const { account, address, freeCredit } of await tx.use(accountRepository).spendersFor(customerId)) {
    const known = addresses.get(account) ?? { from: { account, address }, sources: [] };
    known.sources.push({ owner: { kind: 'account', id: account }, available: freeCredit });
    addresses.set(account, known);
  }
  return [...addresses.values()];
}

/** The sender of a manual payment that takes back money that came from no wallet's address. */
const NO_ADDRESS = '';

function requireStatus(order: Order, isAllowed: boolean, consequence: string): void {
  if (!isAllowed) {
    throw new DomainError('order_change_forbidden', `Order ${order.orderId} is ${order.status}: ${consequence}.`);
  }
}

function recordOf(action: string, before: OrderView, after: OrderView, reason?: string) {
  return { action, subject: before.order_id, reason, before, after };
}

/** The audit log records everything that was paid, even if only a part is shown. */
async function settledAnswer(ledger: Ledger, action: string, subject: string, settled: Settled, shown = settled) {
  const payTo = await ledger.payTo();
  const answer = shown.ordersPaid.length === 0 ? null : settledView(shown, payTo);
  const record = { action, subject, after: settledView(settled, payTo) };
  return { answer, record: settled.ordersPaid.length === 0 ? undefined : record };
}

async function ownPart({ tx }: Ledger, { ordersPaid, settlements }: Settled, account: AccountId): Promise<Settled> {
  const own = settlements.filter((entry) => entry.account === account);
  const ownOrders = new Set(own.map((entry) => entry.orderId));
  const orders = ordersPaid.filter((order) => order.claimedBy === account || ownOrders.has(order.orderId));
  return { settlements: own, ordersPaid: await withOwnNotes(tx, orders, account) };
}
