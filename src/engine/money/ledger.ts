import assert from 'node:assert/strict';
import { orderAddressAt } from '#auth/shop-address.ts';
import { shopAddress } from '#auth/shop-network.ts';
import type { EngineSettings } from '#engine/context.ts';
import type { EventPayloads } from '#engine/events.ts';
import { isOpen, nextStatus, type OrderAction, TOTAL_OF_STATUS } from '#engine/order-states.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { orderClaimRepository } from '#engine/store/order-claims.ts';
import { type NewOrder, type Order, type OrderChange, orderRepository } from '#engine/store/orders.ts';
import { paymentUseRepository } from '#engine/store/payment-uses.ts';
import {
  type BlockOfPayment,
  type MoneyOwner,
  type NewPayment,
  type Payment,
  paymentRepository,
} from '#engine/store/payments.ts';
import { type SettlementEntry, settlementRepository } from '#engine/store/settlements.ts';
import type { ClaimKind } from '#engine/store/tables.ts';
import { type OrderView, orderView, paymentView } from '#engine/views.ts';
import type { Change, ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import type { Events } from '#platform/outbox/events.ts';
import type { EventOrigin, Subscriptions } from '#platform/outbox/subscriptions.ts';
import { type MicroTari, sumMicroTari } from '#tari/micro-tari.ts';
import type { OrderAddress } from '#tari/order-address.ts';
import { type AddressTaking, addTo, byAddress, giveAllTo, giveTo, take } from './funds.ts';
import type { Part } from './matching.ts';
import type { Claimant, Owner } from './owners.ts';

const NOTHING = 0n as MicroTari;

export interface PaidOrder {
  order: Order;
  settlements: SettlementEntry[];
  /** Whether some of its own money was left over, which now belongs to its customer. */
  hasSurplus: boolean;
}

/** Money that an operator enters for a customer, and that is credited immediately. */
export interface ManualPayment {
  txid: string;
  customerId: string;
  /** The sender. */
  from: Owner;
  /** Above zero. */
  amount: MicroTari;
  memo: string | null;
  /** The order that it is for; null credits the customer. */
  orderId: string | null;
}

/** Money that an operator takes back from payments of one address. */
export interface TakenBack {
  txid: string;
  memo: string | null;
  from: Claimant;
  parts: readonly Part[];
}

/** The ledger's dependencies. */
export interface LedgerContext {
  subscriptions: Subscriptions;
  settings: Pick<EngineSettings, 'paymentWalletAddress' | 'underpaidTolerance'>;
}

/**
 * The only way in which orders and money change. Each entry changes the row, the sums beside it, the journal and the
 * event together, inside its caller's unit of work.
 */
export class Ledger {
  readonly tx: Transaction;
  readonly now: Date;
  readonly settings: LedgerContext['settings'];
  readonly #subscriptions: Subscriptions;
  #payTo: OrderAddress | undefined;

  constructor(tx: Transaction, now: Date, { subscriptions, settings }: LedgerContext) {
    this.tx = tx;
    this.now = now;
    this.settings = settings;
    this.#subscriptions = subscriptions;
  }

  /** Derives orders' payment addresses. */
  async payTo(): Promise<OrderAddress> {
    this.#payTo ??= orderAddressAt(await shopAddress(this.tx, this.settings));
    return this.#payTo;
  }

  /** Enters a new, Unclaimed order. */
  async enterOrder(order: Omit<NewOrder, 'status' | 'claimedBy' | 'claimKind' | 'updatedAt'>): Promise<Order> {
    await this.tx.use(customerRepository).ensureWithOrder(order.customerId, order.totalPrice, this.now);
    const entered = await this.tx.use(orderRepository).insert({
      ...order,
      status: 'Unclaimed',
      claimedBy: null,
      claimKind: null,
      updatedAt: this.now,
    });
    await this.#append('NewOrder', entered.orderId, { order: await this.viewOf(entered) });
    return entered;
  }

  /**
   * Makes an Unclaimed order New and links the claimant to the customer, as strongly as the kind of the claim allows.
   */
  claimOrder(order: Order, claimant: Claimant, claimKind: ClaimKind): Promise<Order> {
    return this.#claim(order, 'claim', claimant, claimKind);
  }

  /** Transfers a New order that only payments have named to an owner who has signed a claim of it. */
  takeOverOrder(order: Order, claimant: Owner): Promise<Order> {
    assert.notEqual(order.claimKind, 'proven', 'a signature is not overridden');
    return this.#claim(order, 'take_over', claimant, 'proven');
  }

  async #claim(
    order: Order,
    action: 'claim' | 'take_over',
    { account, address }: Claimant,
    claimKind: ClaimKind,
  ): Promise<Order> {
    if (account !== null) await this.tx.use(accountRepository).ensure(account, address, this.now);
    const claimed = await this.#move(order, action, { claimedBy: account, claimKind });
    if (account !== null && claimKind !== 'credit') {
      await this.tx.use(accountRepository).link(order.customerId, account, claimKind, this.now);
    }
    if (account !== null && claimKind === 'proven') {
      await this.tx.use(orderClaimRepository).insert(order.orderId, account, this.now);
    }
    await this.#append('OrderClaimed', claimed.orderId, { order: await this.viewOf(claimed), claimant: address });
    return claimed;
  }

  /** Records another signed claim of an open order. Returns whether it is new. */
  async addSigner(order: Order, { account, address }: Owner): Promise<boolean> {
    await this.tx.use(accountRepository).ensure(account, address, this.now);
    const isNew = await this.tx.use(orderClaimRepository).insert(order.orderId, account, this.now);
    if (isNew) await this.tx.use(accountRepository).link(order.customerId, account, 'proven', this.now);
    return isNew;
  }

  /** Pays a New order with exactly its price. The rest of its own money goes to its customer. */
  async payOrder(order: Order, parts: readonly Part[]): Promise<PaidOrder> {
    nextStatus(order.orderId, order.status, 'pay');
    assert.equal(
      sumMicroTari(parts.map((part) => part.amount)),
      order.totalPrice,
      'an order is settled with exactly its price',
    );
    const addresses = byAddress(await take(this.tx, parts, this.now));
    const settlements: SettlementEntry[] = [];
    for (const each of addresses) settlements.push(await this.#enterSettlement(order, each, addresses.length));
    const surplus = await this.#releaseOwnMoney(order, false);
    const paid = await this.#move(order, 'pay', { ownMoney: NOTHING });
    await this.#append('OrderPaid', paid.orderId, { order: await this.viewOf(paid) });
    return { order: paid, settlements, hasSurplus: surplus.length > 0 };
  }

  /**
   * Expires or cancels an unpaid order. Its money goes to its customer.
   * @param byShop set if the shop closed the order itself, with the time of its update: then the shop is not notified.
   */
  async annulOrder(order: Order, action: 'expire' | 'cancel', byShop?: { shopUpdatedAt: Date }): Promise<Order> {
    const released = await this.#releaseOwnMoney(order, true);
    const annulled = await this.#move(order, action, { ...byShop, ownMoney: NOTHING });
    assert(annulled.status === 'Expired' || annulled.status === 'Cancelled');
    const payload = { order: await this.viewOf(annulled), status: annulled.status };
    await this.#append('OrderAnnulled', annulled.orderId, payload, byShop ? 'shop' : 'server');
    for (const payment of released) await this.#announceUnmatched(payment);
    return annulled;
  }

  /** Records an update by the shop that changes nothing here: it neither resets the time-out nor causes an event. */
  recordShopUpdate(
    order: Order,
    news: Pick<
      OrderChange,
      'originalPrice' | 'currency' | 'exchangeRate' | 'shopUpdatedAt' | 'shopTriggeredAt' | 'amountOutstanding'
    >,
  ): Promise<Order> {
    return this.tx.use(orderRepository).change(order, news, order.updatedAt);
  }

  /** Enters a payment that was seen on the chain. It has no owner yet. */
  async enterPayment(payment: NewPayment): Promise<Payment> {
    assert.equal(payment.status, 'received');
    const entered = await this.tx
      .use(paymentRepository)
      .insert({ ...payment, owner: null, unspent: NOTHING, isLate: false, hasLeftChain: false });
    await this.#append('PaymentReceived', entered.txid, { payment: paymentView(entered) });
    return entered;
  }

  /**
   * Confirms a received payment and gives it to its owner, if it has one. It is added to the totals of the account that it
   * came from, whatever its owner.
   * @param isLate whether it came for a closed order.
   */
  async confirmPayment(payment: Payment, owner: MoneyOwner | null, isLate: boolean): Promise<Payment> {
    assert.equal(payment.status, 'received', 'a payment is confirmed once');
    const confirmed = await this.tx.use(paymentRepository).confirm(payment, { owner, isLate }, this.now);
    const { account, amount } = payment;
    if (account !== null) {
      const free = owner?.kind === 'account' ? amount : 0n;
      await this.tx.use(accountRepository).add(account, { confirmed: amount, free }, this.now);
    }
    if (owner?.kind !== 'account') await addTo(this.tx, owner, amount, this.now);
    await this.#append('PaymentConfirmed', confirmed.txid, { payment: paymentView(confirmed) });
    if (isLate) await this.#announceUnmatched(confirmed);
    return owner?.kind === 'account' ? this.#payDebts(confirmed) : confirmed;
  }

  /** Sets the block that a payment is in, and its reference there; null for none. */
  placePayment(payment: Payment, place: BlockOfPayment | null): Promise<Payment> {
    return this.tx.use(paymentRepository).place(payment, place, this.now);
  }

  /** Records that a confirmed payment is in no block any more. Orders that it paid stay paid: an operator must look. */
  async leaveChain(payment: Payment): Promise<Payment> {
    assert.equal(payment.status, 'confirmed', 'one that was never confirmed has nothing to take back');
    const left = await this.placePayment(payment, null);
    await this.#append('PaymentLeftTheChain', left.txid, { payment: paymentView(left) });
    return left;
  }

  /** Announces that a payment is in a mempool. It has no effect yet. */
  async announceSeen(seen: Omit<EventPayloads['PaymentSeen'], 'order'>, order: Order | undefined): Promise<void> {
    await this.#append('PaymentSeen', seen.txid, {
      ...seen,
      order: order === undefined ? null : await this.viewOf(order),
    });
  }

  /** Assigns the unspent part of a confirmed payment to another owner, as an operator has decided. */
  async assignPayment(payment: Payment, owner: MoneyOwner, reason: string): Promise<Payment> {
    assert(payment.unspent > 0n, 'a payment that is used up has no owner any more');
    const assigned = await giveTo(this.tx, payment, owner, false, this.now);
    await this.#append('PaymentAssigned', payment.txid, {
      payment: paymentView(assigned),
      amount: payment.unspent,
      order_id: owner.kind === 'order' ? owner.id : null,
      customer_id: owner.kind === 'customer' ? owner.id : null,
      reason,
    });
    return assigned;
  }

  /** Gives an open order a confirmed payment that named it before it was known. */
  async adoptPayment(payment: Payment, order: Order): Promise<void> {
    assert.equal(payment.owner, null, 'what has an owner keeps it');
    await giveTo(this.tx, payment, { kind: 'order', id: order.orderId }, false, this.now);
  }

  /** Enters a manual payment, which is credited immediately. */
  async enterManualPayment(payment: ManualPayment): Promise<Payment> {
    const { from, customerId, amount } = payment;
    assert(amount > 0n, 'money that is taken back goes another way');
    await this.tx.use(customerRepository).ensure(customerId, this.now);
    await this.tx.use(accountRepository).ensure(from.account, from.address, this.now);
    await this.tx.use(accountRepository).link(customerId, from.account, 'by_hand', this.now);
    const owner: MoneyOwner =
      payment.orderId === null ? { kind: 'customer', id: customerId } : { kind: 'order', id: payment.orderId };
    const entered = await this.tx.use(paymentRepository).insert({
      ...this.#manual(payment.txid, from, payment.memo, amount),
      orderId: payment.orderId,
      owner,
      unspent: amount,
    });
    await this.tx.use(accountRepository).add(from.account, { confirmed: amount }, this.now);
    await addTo(this.tx, owner, amount, this.now);
    await this.#append('PaymentConfirmed', entered.txid, { payment: paymentView(entered) });
    return owner.kind === 'customer' ? this.#payDebts(entered) : entered;
  }

  /** Takes money back: a manual payment with a negative amount, and the amounts taken from each payment. */
  async takeBack({ txid, memo, from, parts }: TakenBack): Promise<Payment> {
    const amount = -sumMicroTari(parts.map((part) => part.amount)) as MicroTari;
    const entered = await this.tx.use(paymentRepository).insert(this.#manual(txid, from, memo, amount));
    for (const { payment, amount } of await take(this.tx, parts, this.now)) {
      await this.tx
        .use(paymentUseRepository)
        .insert({ txid: payment.txid, settlementId: null, takenBy: txid, amount }, this.now);
    }
    if (from.account !== null) await this.tx.use(accountRepository).add(from.account, { confirmed: amount }, this.now);
    await this.#append('PaymentConfirmed', txid, { payment: paymentView(entered) });
    return entered;
  }

  /** Changes fields of an order without changing its state, and keeps the customers' sums in step. */
  async modifyOrder(
    order: Order,
    field: 'customer_id' | 'memo' | 'total_price',
    change: Omit<OrderChange, 'status' | 'claimedBy' | 'claimKind' | 'ownMoney'>,
  ): Promise<Order> {
    const before = await this.viewOf(order);
    const modified = { ...order, ...change };
    if (field !== 'memo') assert(order.status !== 'Paid', 'what was paid is not changed afterwards');
    await this.tx.use(customerRepository).ensure(modified.customerId, this.now);
    const changed = await this.tx.use(orderRepository).change(order, change, this.now);
    if (order.customerId !== changed.customerId || order.totalPrice !== changed.totalPrice) {
      const total = TOTAL_OF_STATUS[order.status];
      await this.tx.use(customerRepository).add(order.customerId, { [total]: -order.totalPrice }, this.now);
      await this.tx.use(customerRepository).add(changed.customerId, { [total]: changed.totalPrice }, this.now);
    }
    await this.#append('OrderModified', changed.orderId, {
      field_changed: field,
      orders: { old_order: before, new_order: await this.viewOf(changed) },
    });
    return changed;
  }

  /** Reopens an Expired or Cancelled order for its claimant. */
  async resetOrder(order: Order): Promise<Order> {
    const reset = await this.#move(order, order.claimedBy === null ? 'reset_unclaimed' : 'reset', {});
    await this.#append('OrderModified', reset.orderId, {
      field_changed: 'status',
      orders: { old_order: await this.viewOf(order), new_order: await this.viewOf(reset) },
    });
    return reset;
  }

  /** The view of the order, with the amount that is missing now. */
  async viewOf(order: Order): Promise<OrderView> {
    const shown = isOpen(order.status) ? await this.tx.use(orderRepository).withFunds(order) : order;
    return orderView(shown, await this.payTo());
  }

  /**
   * If an imported account had spent more than it had, its next money that is for no order pays that debt. Returns the
   * updated payment.
   */
  async #payDebts(payment: Payment): Promise<Payment> {
    const { account, owner } = payment;
    if (account === null) return payment;
    let unspent: bigint = payment.unspent;
    for (const { txid, owed } of await this.tx.use(paymentRepository).owingOf(account)) {
      const amount = (owed < unspent ? owed : unspent) as MicroTari;
      if (amount === 0n) break;
      await this.tx.use(paymentRepository).spend(payment.txid, amount);
      await this.tx.use(paymentRepository).repay(txid, amount);
      await this.tx
        .use(paymentUseRepository)
        .insert({ txid: payment.txid, settlementId: null, takenBy: txid, amount }, this.now);
      await this.tx.use(accountRepository).add(account, { debt: -amount }, this.now);
      await addTo(this.tx, owner, -amount, this.now);
      unspent -= amount;
    }
    return { ...payment, unspent: unspent as MicroTari };
  }

  #manual(txid: string, { account, address }: Claimant, memo: string | null, amount: MicroTari): Payment {
    return {
      txid,
      account,
      sender: address,
      amount,
      memo,
      paymentType: 'manual',
      status: 'confirmed',
      orderId: null,
      claimant: null,
      claimIsSigned: false,
      owner: null,
      unspent: NOTHING,
      isLate: false,
      hasLeftChain: false,
      paymentReference: null,
      blockHeight: null,
      createdAt: this.now,
      updatedAt: this.now,
    };
  }

  async #enterSettlement(
    order: Order,
    { account, sender, amount, takings }: AddressTaking,
    addresses: number,
  ): Promise<SettlementEntry> {
    const shown = account === null ? sender : (await this.tx.use(accountRepository).find(account))?.address;
    assert(shown !== undefined, 'money is spent from a known account');
    if (account !== null) await this.tx.use(accountRepository).add(account, { paid: amount }, this.now);
    const entry = await this.tx.use(settlementRepository).insert({
      orderId: order.orderId,
      account,
      address: shown,
      settlementType: addresses === 1 ? 'single' : 'multiple',
      amount,
      createdAt: this.now,
    });
    for (const { payment, amount: used } of takings) {
      const use = { txid: payment.txid, settlementId: entry.id, takenBy: null, amount: used };
      await this.tx.use(paymentUseRepository).insert(use, this.now);
    }
    return entry;
  }

  /** Transfers the rest of an order's own money to its customer. Returns the payments that it is part of. */
  #releaseOwnMoney({ orderId, customerId }: Order, isLate: boolean): Promise<Payment[]> {
    return giveAllTo(this.tx, { kind: 'order', id: orderId }, { kind: 'customer', id: customerId }, isLate, this.now);
  }

  #announceUnmatched(payment: Payment): Promise<void> {
    return this.#append('PaymentUnmatched', payment.txid, { payment: paymentView(payment), reason: 'late' });
  }

  /** Moves an order to its next state, and its price from one of the customer's sums to another. */
  async #move(order: Order, action: OrderAction, change: OrderChange): Promise<Order> {
    const status = nextStatus(order.orderId, order.status, action);
    const moved = await this.tx.use(orderRepository).change(order, { ...change, status }, this.now);
    if (isOpen(order.status) !== isOpen(status) && order.claimKind === 'proven') {
      await this.tx.use(orderClaimRepository).setOpen(order.orderId, isOpen(status));
    }
    const from = TOTAL_OF_STATUS[order.status];
    const to = TOTAL_OF_STATUS[status];
    if (from !== to) {
      const sums = { [from]: -order.totalPrice, [to]: order.totalPrice };
      await this.tx.use(customerRepository).add(order.customerId, sums, this.now);
    }
    return moved;
  }

  async #append<Type extends keyof EventPayloads>(
    type: Type,
    subject: string,
    payload: Events[Type],
    origin: EventOrigin = 'server',
  ): Promise<void> {
    await appendEvent(this.tx, this.#subscriptions, { type, subject, payload, at: this.now, origin });
  }
}

/** Operator actions that change orders and money: each gets a ledger over its unit of work. */
export function ledgerActions({ perform }: Pick<OperatorActions, 'perform'>, context: LedgerContext) {
  return {
    perform: <Answer>(
      request: ChangeRequest,
      change: (ledger: Ledger) => ReturnType<Change<Answer>>,
    ): Promise<Answer> => perform(request, ({ tx, now }) => change(new Ledger(tx, now, context))),
  };
}
