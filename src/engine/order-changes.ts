import type { Order } from '../store/orders.ts';
import type { AccountId, TariAddress } from '../tari/address.ts';
import { customerAddress } from '../tari/customer-address.ts';
import type { MicroTari } from '../tari/micro-tari.ts';
import { formatTari } from '../tari/micro-tari.ts';
import type { Change, ChangeRequest, Changes } from './changes.ts';
import type { EngineContext } from './context.ts';
import { EngineError } from './errors.ts';
import type { Ledger, Owner } from './ledger.ts';
import { findOrder } from './order-lookup.ts';
import { isOpen } from './order-states.ts';
import { ownerOf } from './orders.ts';
import { payAllFromAllAccounts, payFromAllAccounts, type Settled } from './settling.ts';
import { shopNetwork } from './shop-network.ts';
import { orderView, paymentView, settlementView } from './views.ts';

export type OrderChanges = ReturnType<typeof orderChanges>;
export type SettlementView = ReturnType<typeof settlementViewOf>;

function settlementViewOf(settled: Settled) {
  return {
    orders_paid: settled.ordersPaid.map(orderView),
    settlements: settled.settlements.map(settlementView),
  };
}

/** What people change of orders and money by hand. Each is one unit of work, with a line in the audit log. */
export function orderChanges({ settings }: EngineContext, { perform }: Changes, makeTxid: () => string) {
  const madeOwner = async ({ tx }: Ledger, customerId: string): Promise<Owner> =>
    ownerOf(customerAddress(customerId, await shopNetwork(tx, settings)));

  /** Changes one order that is named by its id. */
  const onOrder = <Answer>(
    request: ChangeRequest,
    orderId: string,
    change: (ledger: Ledger, order: Order) => ReturnType<Change<Answer>>,
  ): Promise<Answer> =>
    perform(request, async (ledger) => change(ledger, await findOrder(ledger.tx, orderId, settings.strictMode)));

  return {
    /**
     * Gives a customer credit, or takes it back, and pays what can be paid then.
     * @param amount not zero. Taking back is done from the customer's own made account first, then from the others.
     * @throws {EngineError} `credit_exceeds_balance`
     */
    credit(
      request: ChangeRequest,
      { customerId, amount, reason }: { customerId: string; amount: MicroTari; reason: string | undefined },
    ): Promise<SettlementView> {
      const txid = makeTxid();
      return perform(request, async (ledger) => {
        const made = await madeOwner(ledger, customerId);
        const parts = amount > 0n ? [{ owner: made, amount }] : await takingsOf(ledger, { customerId, made, amount });
        const payments = [];
        for (const [index, part] of parts.entries()) {
          const payment = {
            txid: index === 0 ? txid : `${txid}-${index + 1}`,
            customerId,
            memo: reason ?? null,
            orderId: null,
            ...part,
          };
          payments.push(await ledger.enterManualPayment(payment));
        }
        const settled = await payAllFromAllAccounts(ledger, (after, limit) =>
          ledger.tx.orders.openOfCustomer(customerId, after, limit),
        );
        const after = { payments: payments.map(paymentView) };
        return {
          answer: settlementViewOf(settled),
          record: { action: 'credit customer', subject: customerId, reason, after },
        };
      });
    },

    /** Pays an order by a credit of its price. @throws {EngineError} `order_not_found`, `order_change_forbidden` */
    fulfill(request: ChangeRequest, { orderId, reason }: { orderId: string; reason: string }) {
      const txid = makeTxid();
      return onOrder(request, orderId, async (ledger, order) => {
        const owner = await madeOwner(ledger, order.customerId);
        const { customerId, totalPrice: amount } = order;
        const claimed = order.status === 'Unclaimed' ? await ledger.claimOrder(order, owner) : order;
        if (amount > 0n && claimed.status === 'New') {
          await ledger.enterManualPayment({ txid, customerId, owner, amount, memo: reason, orderId: order.orderId });
        }
        const parts = amount > 0n ? [{ account: owner.account, amount }] : [];
        const paid = await ledger.payOrder(claimed, { orderId: order.orderId, settlementType: 'single', parts });
        return { answer: orderView(paid.order), record: recordOf('fulfill order', order, paid.order, reason) };
      });
    },

    /** Cancels an open order, here and in the shop. @throws {EngineError} `order_not_found`, `order_change_forbidden` */
    cancel(request: ChangeRequest, { orderId, reason }: { orderId: string; reason: string }) {
      return onOrder(request, orderId, async (ledger, order) => {
        const cancelled = await ledger.annulOrder(order, 'cancel');
        return { answer: orderView(cancelled), record: recordOf('cancel order', order, cancelled, reason) };
      });
    },

    /** @throws {EngineError} `order_not_found`, `order_change_no_op` */
    changeMemo(
      request: ChangeRequest,
      { orderId, memo, reason }: { orderId: string; memo: string; reason: string | undefined },
    ) {
      return onOrder(request, orderId, async (ledger, order) => {
        if (order.memo === memo) throw new EngineError('order_change_no_op', 'The memo is that already.');
        const changed = await ledger.modifyOrder(order, 'memo', { memo });
        return { answer: orderView(changed), record: recordOf('change memo of order', order, changed, reason) };
      });
    },

    /**
     * Changes the price of an open order, and pays it if that is possible then.
     * @throws {EngineError} `order_not_found`, `order_change_forbidden`, `order_change_no_op`
     */
    changePrice(
      request: ChangeRequest,
      { orderId, price, reason }: { orderId: string; price: MicroTari; reason: string | undefined },
    ) {
      return onOrder(request, orderId, async (ledger, order) => {
        requireStatus(order, isOpen(order.status), 'its price cannot change');
        if (order.totalPrice === price) throw new EngineError('order_change_no_op', 'The price is that already.');
        const changed = await ledger.modifyOrder(order, 'total_price', { totalPrice: price });
        const settled = await payFromAllAccounts(ledger, [changed]);
        const last = settled.ordersPaid[0] ?? changed;
        return { answer: orderView(last), record: recordOf('change price of order', order, last, reason) };
      });
    },

    /**
     * Gives an order that is not paid to another customer, and pays it if that one's credit covers it.
     * @throws {EngineError} `order_not_found`, `order_change_forbidden`, `order_change_no_op`
     */
    reassign(
      request: ChangeRequest,
      { orderId, customerId, reason }: { orderId: string; customerId: string; reason: string },
    ) {
      return onOrder(request, orderId, async (ledger, order) => {
        requireStatus(order, order.status !== 'Paid', 'it cannot go to another customer');
        if (order.customerId === customerId)
          throw new EngineError('order_change_no_op', 'It is that customer’s already.');
        const moved = await ledger.modifyOrder(order, 'customer_id', { customerId });
        const settled = await payFromAllAccounts(ledger, [moved]);
        const last = settled.ordersPaid[0] ?? moved;
        const answer = {
          orders: { old_order: orderView(order), new_order: orderView(last) },
          settlements: settled.settlements.map(settlementView),
        };
        return { answer, record: recordOf('reassign order', order, last, reason) };
      });
    },

    /**
     * Opens an Expired or Cancelled order again, and pays it if that is possible.
     * @throws {EngineError} `order_not_found`, `order_change_forbidden`
     */
    reset(request: ChangeRequest, orderId: string) {
      return onOrder(request, orderId, async (ledger, order) => {
        const reset = await ledger.resetOrder(order);
        const settled = await payFromAllAccounts(ledger, [reset]);
        const last = settled.ordersPaid[0] ?? reset;
        const answer = { old_order: orderView(order), new_order: orderView(last) };
        return { answer, record: recordOf('reset order', order, last) };
      });
    },

    /** Pays what can be paid of the open orders of one customer. Null where nothing could. */
    settleCustomer(request: ChangeRequest, customerId: string): Promise<SettlementView | null> {
      return perform(request, async (ledger) => {
        const settled = await payAllFromAllAccounts(ledger, (after, limit) =>
          ledger.tx.orders.openOfCustomer(customerId, after, limit),
        );
        return settledAnswer('settle customer', customerId, settled);
      });
    },

    /**
     * Pays what can be paid of the open orders of the customers that an address is linked to. Null where nothing could.
     * @param seesAll false shows only what concerns the address itself.
     */
    settleAddress(
      request: ChangeRequest,
      { address, seesAll }: { address: TariAddress; seesAll: boolean },
    ): Promise<SettlementView | null> {
      const owner = ownerOf(address);
      return perform(request, async (ledger) => {
        const settled = await payAllFromAllAccounts(ledger, (after, limit) =>
          ledger.tx.orders.openOfLinked(owner.account, after, limit),
        );
        const shown = seesAll ? settled : ownPart(settled, owner.account);
        return settledAnswer('settle address', owner.address, settled, shown);
      });
    },
  };
}

/** Takes credit back from a customer's accounts: the made one first, then the largest balances. */
async function takingsOf(
  ledger: Ledger,
  { customerId, made, amount }: { customerId: string; made: Owner; amount: MicroTari },
): Promise<{ owner: Owner; amount: MicroTari }[]> {
  const accounts = (await ledger.tx.accounts.ofCustomer(customerId))
    .map((account) => ({ owner: account, available: account.totalConfirmed - account.totalPaid }))
    .filter(({ available }) => available > 0n)
    .sort((a, b) => rank(a) - rank(b) || Number(a.available < b.available) - Number(a.available > b.available));
  function rank({ owner }: { owner: Owner }): number {
    return owner.account === made.account ? 0 : 1;
  }
  const takings: { owner: Owner; amount: MicroTari }[] = [];
  let due = -amount;
  for (const { owner, available } of accounts) {
    if (due === 0n) break;
    const taken = available < due ? available : due;
    takings.push({ owner, amount: -taken as MicroTari });
    due -= taken;
  }
  if (due > 0n) throw new EngineError('credit_exceeds_balance', formatTari(-amount - due));
  return takings;
}

function requireStatus(order: Order, isAllowed: boolean, consequence: string): void {
  if (!isAllowed) {
    throw new EngineError('order_change_forbidden', `Order ${order.orderId} is ${order.status}: ${consequence}.`);
  }
}

function recordOf(action: string, before: Order, after: Order, reason?: string) {
  return {
    action,
    subject: before.orderId,
    reason,
    before: orderView(before),
    after: orderView(after),
  };
}

/** The audit log tells all that was paid, whatever part of it is shown. */
function settledAnswer(action: string, subject: string, settled: Settled, shown = settled) {
  const answer = shown.ordersPaid.length === 0 ? null : settlementViewOf(shown);
  const record = { action, subject, after: settlementViewOf(settled) };
  return { answer, record: settled.ordersPaid.length === 0 ? undefined : record };
}

function ownPart({ ordersPaid, settlements }: Settled, account: AccountId): Settled {
  const own = settlements.filter((entry) => entry.account === account);
  const ownOrders = new Set(own.map((entry) => entry.orderId));
  return {
    settlements: own,
    ordersPaid: ordersPaid.filter((order) => order.claimedBy === account || ownOrders.has(order.orderId)),
  };
}
