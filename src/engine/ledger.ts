import assert from 'node:assert/strict';
import { stringifyJson } from '../json.ts';
import type { EventType } from '../store/database.ts';
import type { NewOrder, Order, OrderChange } from '../store/orders.ts';
import type { BlockOfPayment, Payment } from '../store/payments.ts';
import type { Repositories } from '../store/repositories.ts';
import type { SettlementEntry } from '../store/settlements.ts';
import type { AccountId } from '../tari/address.ts';
import { type MicroTari, sumMicroTari } from '../tari/micro-tari.ts';
import type { EventOrigin, EventPayloads, Subscriptions } from './events.ts';
import type { SettlementPlan } from './matching.ts';
import { nextStatus, type OrderAction, TOTAL_OF_STATUS } from './order-states.ts';
import { orderView, paymentView } from './views.ts';

/** An owner of Tari, with the address by which it is shown. */
export interface Owner {
  account: AccountId;
  /** Base58. */
  address: string;
}

/** Money that a person enters or takes back, in the name of a customer. */
export interface ManualPayment {
  txid: string;
  customerId: string;
  owner: Owner;
  /** Not zero. */
  amount: MicroTari;
  memo: string | null;
  /** The order that it was made for, if it was made for one. */
  orderId: string | null;
}

/**
 * The only way in which orders and money change. Each entry keeps the row, the sums beside it, the journal and the
 * event together, inside the unit of work of its caller.
 */
export class Ledger {
  readonly tx: Repositories;
  readonly now: Date;
  readonly #subscriptions: Subscriptions;

  constructor(tx: Repositories, now: Date, subscriptions: Subscriptions) {
    this.tx = tx;
    this.now = now;
    this.#subscriptions = subscriptions;
  }

  /** Enters a new, Unclaimed order. */
  async enterOrder(order: Omit<NewOrder, 'status' | 'claimedBy' | 'updatedAt'>): Promise<Order> {
    await this.tx.customers.ensureWithOrder(order.customerId, order.totalPrice, this.now);
    const entered = await this.tx.orders.insert({
      ...order,
      status: 'Unclaimed',
      claimedBy: null,
      updatedAt: this.now,
    });
    await this.#append('NewOrder', entered.orderId, { order: orderView(entered) });
    return entered;
  }

  /** Makes an Unclaimed order New and links its customer with the claimant. */
  async claimOrder(order: Order, claimant: Owner): Promise<Order> {
    await this.tx.accounts.ensure(claimant.account, claimant.address, this.now);
    const claimed = await this.#move(order, 'claim', { claimedBy: claimant.account });
    await this.tx.accounts.link(order.customerId, claimant.account, this.now);
    await this.#append('OrderClaimed', claimed.orderId, { order: orderView(claimed), claimant: claimant.address });
    return claimed;
  }

  /** Pays a New order as planned. */
  async payOrder(order: Order, plan: SettlementPlan): Promise<{ order: Order; settlements: SettlementEntry[] }> {
    assert.equal(plan.orderId, order.orderId, 'a plan pays the order that it was made for');
    assert.equal(
      sumMicroTari(plan.parts.map((part) => part.amount)),
      order.totalPrice,
      'an order is settled with exactly its price',
    );
    assert.equal(plan.settlementType === 'single', plan.parts.length <= 1, 'several parts are a multiple settlement');
    const paid = await this.#move(order, 'pay', {});
    const settlements: SettlementEntry[] = [];
    for (const part of plan.parts) settlements.push(await this.#enterSettlement(order, plan, part));
    await this.#append('OrderPaid', paid.orderId, { order: orderView(paid) });
    return { order: paid, settlements };
  }

  /**
   * Expires or cancels an order that nobody has paid.
   * @param byShop given where the shop closed the order itself, with the time of its news: it is not told again then.
   */
  async annulOrder(order: Order, action: 'expire' | 'cancel', byShop?: { shopUpdatedAt: Date }): Promise<Order> {
    const annulled = await this.#move(order, action, byShop ?? {});
    assert(annulled.status === 'Expired' || annulled.status === 'Cancelled');
    const payload = { order: orderView(annulled), status: annulled.status };
    await this.#append('OrderAnnulled', annulled.orderId, payload, byShop ? 'shop' : 'server');
    return annulled;
  }

  /** Notes what the shop said of an order that changes nothing of it here: neither its time-out nor anybody hears of it. */
  noteNews(
    order: Order,
    news: Pick<OrderChange, 'originalPrice' | 'currency' | 'exchangeRate' | 'shopUpdatedAt' | 'shopTriggeredAt'>,
  ): Promise<Order> {
    return this.tx.orders.change(order, news, order.updatedAt);
  }

  /** Enters a payment that was seen on the chain. It credits nobody yet. */
  async enterPayment(payment: Payment): Promise<Payment> {
    assert.equal(payment.status, 'received');
    const entered = await this.tx.payments.insert(payment);
    await this.#append('PaymentReceived', entered.txid, { payment: paymentView(entered) });
    return entered;
  }

  /** Credits a received payment to its sender. One whose sender is no wallet's address credits no account. */
  async confirmPayment(payment: Payment): Promise<Payment> {
    assert.equal(payment.status, 'received', 'a payment is credited once');
    const confirmed = await this.tx.payments.changeStatus(payment, 'confirmed', this.now);
    if (payment.account !== null) {
      await this.tx.accounts.add(payment.account, { confirmed: payment.amount }, this.now);
    }
    await this.#append('PaymentConfirmed', confirmed.txid, { payment: paymentView(confirmed) });
    return confirmed;
  }

  /** Says in which block a payment stands now, and by which reference it is known there; null for in none. */
  placePayment(payment: Payment, place: BlockOfPayment | null): Promise<Payment> {
    return this.tx.payments.place(payment, place, this.now);
  }

  /** Says that a confirmed payment stands in no block any more. What it paid stays paid: a person must look. */
  async leaveChain(payment: Payment): Promise<Payment> {
    assert.equal(payment.status, 'confirmed', 'one that was never confirmed has nothing to take back');
    const left = await this.placePayment(payment, null);
    await this.#append('PaymentLeftTheChain', left.txid, { payment: paymentView(left) });
    return left;
  }

  /** Says that a payment stands in a mempool. It counts for nothing. */
  async announceSeen(seen: Omit<EventPayloads['PaymentSeen'], 'order'>, order: Order | undefined): Promise<void> {
    await this.#append('PaymentSeen', seen.txid, { ...seen, order: order === undefined ? null : orderView(order) });
  }

  /** Enters a payment made by hand, which counts at once. A negative amount takes away what is there. */
  async enterManualPayment(payment: ManualPayment): Promise<Payment> {
    const { owner, customerId } = payment;
    await this.tx.customers.ensure(customerId, this.now);
    await this.tx.accounts.ensure(owner.account, owner.address, this.now);
    await this.tx.accounts.link(customerId, owner.account, this.now);
    const entered = await this.tx.payments.insert({
      txid: payment.txid,
      account: owner.account,
      sender: owner.address,
      amount: payment.amount,
      memo: payment.memo,
      paymentType: 'manual',
      status: 'confirmed',
      orderId: payment.orderId,
      claimant: null,
      paymentReference: null,
      blockHeight: null,
      createdAt: this.now,
      updatedAt: this.now,
    });
    await this.tx.accounts.add(owner.account, { confirmed: payment.amount }, this.now);
    assert((await this.creditOf(owner.account)) >= 0n, 'no balance falls below zero');
    await this.#append('PaymentConfirmed', entered.txid, { payment: paymentView(entered) });
    return entered;
  }

  /** Changes what an order says without changing its state, and keeps the customers' sums in step. */
  async modifyOrder(
    order: Order,
    field: 'customer_id' | 'memo' | 'total_price',
    change: Omit<OrderChange, 'status' | 'amountOutstanding' | 'claimedBy'>,
  ): Promise<Order> {
    const modified = { ...order, ...change };
    if (field !== 'memo') assert(order.status !== 'Paid', 'what was paid is not changed afterwards');
    await this.tx.customers.ensure(modified.customerId, this.now);
    const changed = await this.tx.orders.change(order, change, this.now);
    if (order.customerId !== changed.customerId || order.totalPrice !== changed.totalPrice) {
      const total = TOTAL_OF_STATUS[order.status];
      await this.tx.customers.add(order.customerId, { [total]: -order.totalPrice }, this.now);
      await this.tx.customers.add(changed.customerId, { [total]: changed.totalPrice }, this.now);
    }
    await this.#append('OrderModified', changed.orderId, {
      field_changed: field,
      orders: { old_order: orderView(order), new_order: orderView(changed) },
    });
    return changed;
  }

  /** Opens an Expired or Cancelled order again, for whoever had claimed it. */
  async resetOrder(order: Order): Promise<Order> {
    const reset = await this.#move(order, order.claimedBy === null ? 'reset_unclaimed' : 'reset', {});
    await this.#append('OrderModified', reset.orderId, {
      field_changed: 'status',
      orders: { old_order: orderView(order), new_order: orderView(reset) },
    });
    return reset;
  }

  /** The µT that an account may spend. */
  async creditOf(account: AccountId): Promise<MicroTari> {
    const found = await this.tx.accounts.find(account);
    if (found === undefined) return 0n as MicroTari;
    const credit = found.totalConfirmed - found.totalPaid;
    assert(credit >= 0n, `account ${account} has spent more than it has`);
    return credit as MicroTari;
  }

  async #enterSettlement(
    order: Order,
    plan: SettlementPlan,
    part: SettlementPlan['parts'][number],
  ): Promise<SettlementEntry> {
    const account = await this.tx.accounts.find(part.account);
    assert(account !== undefined, 'money is spent from a known account');
    assert(account.totalConfirmed - account.totalPaid >= part.amount, 'no account spends more than it has');
    await this.tx.accounts.add(part.account, { paid: part.amount }, this.now);
    return this.tx.settlements.insert({
      orderId: order.orderId,
      account: part.account,
      address: account.address,
      settlementType: plan.settlementType,
      amount: part.amount,
      createdAt: this.now,
    });
  }

  /** Takes an order to its next state, and its price from one of the customer's sums to the other. */
  async #move(order: Order, action: OrderAction, change: OrderChange): Promise<Order> {
    const status = nextStatus(order.orderId, order.status, action);
    const moved = await this.tx.orders.change(order, { ...change, status }, this.now);
    const from = TOTAL_OF_STATUS[order.status];
    const to = TOTAL_OF_STATUS[status];
    if (from !== to) {
      const sums = { [from]: -order.totalPrice, [to]: order.totalPrice };
      await this.tx.customers.add(order.customerId, sums, this.now);
    }
    return moved;
  }

  async #append<Type extends EventType>(
    type: Type,
    subject: string,
    payload: EventPayloads[Type],
    origin: EventOrigin = 'server',
  ): Promise<void> {
    await this.tx.events.append(
      { type, subject, payload: stringifyJson(payload), createdAt: this.now },
      this.#subscriptions.durableSubscribers(type, origin),
    );
  }
}
