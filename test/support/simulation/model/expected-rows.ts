import { timeText } from '#test/simulation/timestamps.ts';
import type { PaperAccount, PaperOrder, PaperPayment } from './records.ts';

const isOpen = (order: PaperOrder) => order.state === 'Unclaimed' || order.state === 'New';

/** The rows of the tables that change most, as one text a table. A row is written anew only after it has changed. */
export class Rows {
  readonly #left: (whose: string) => number;
  readonly #orders = new Table<PaperOrder>(
    (order) => order.orderId,
    (order) =>
      `${order.id}|${order.orderId}|${order.altId ?? '-'}|${order.customer}|${order.memo ?? '-'}|${order.price}|` +
      `${order.shopPrice}|${order.currency}|${order.rate}|${order.state}|${order.claimedBy ?? '-'}|${order.claimKind ?? '-'}|` +
      `${isOpen(order) ? this.#left(`order ${order.orderId}`) : 0}|` +
      `${timeText(order.createdAt)}|${timeText(order.updatedAt)}|${timeText(order.shopUpdatedAt)}`,
  );
  readonly #accounts = new Table<PaperAccount>(
    (account) => account.account,
    (account) =>
      `${account.account}|${account.address}|${account.confirmed}|${account.paid}|` +
      `${this.#left(`account ${account.account}`)}|${timeText(account.updatedAt)}`,
  );
  readonly #payments = new Table<PaperPayment>(
    (payment) => payment.txid,
    (payment) =>
      `${payment.txid}|${payment.account ?? '-'}|${payment.amount}|${payment.isManual ? 'manual' : 'on_chain'}|` +
      `${payment.isConfirmed ? 'confirmed' : 'received'}|${payment.orderId ?? '-'}|${payment.claimant ?? '-'}|` +
      `${payment.isSigned ? 1 : 0}|${payment.whose ?? '-'}|${payment.left}|${payment.isLate ? 1 : 0}|` +
      `${payment.place?.reference ?? '-'}|${payment.place?.height ?? '-'}|` +
      `${timeText(payment.createdAt)}|${timeText(payment.updatedAt)}`,
  );

  /** @param left says what is left with an owner. */
  constructor(left: (whose: string) => number) {
    this.#left = left;
  }

  orderChanged(order: PaperOrder): void {
    this.#orders.changed(order);
  }

  accountChanged(account: PaperAccount): void {
    this.#accounts.changed(account);
  }

  paymentChanged(payment: PaperPayment): void {
    this.#payments.changed(payment);
  }

  orders(): string {
    return this.#orders.text();
  }

  accounts(): string {
    return this.#accounts.text();
  }

  payments(): string {
    return this.#payments.text();
  }

  /** The payments that have changed since this was last asked. */
  changedPayments(): PaperPayment[] {
    return this.#payments.takeChanged();
  }

  paymentRow(payment: PaperPayment): string {
    return this.#payments.row(payment);
  }
}

/** Rows in the order in which they came. */
class Table<Row> {
  readonly #idOf: (row: Row) => string;
  readonly #textOf: (row: Row) => string;
  readonly #lines = new Map<string, string>();
  readonly #stale = new Set<Row>();
  #recent = new Set<Row>();
  #text = '';

  constructor(idOf: (row: Row) => string, textOf: (row: Row) => string) {
    this.#idOf = idOf;
    this.#textOf = textOf;
  }

  changed(row: Row): void {
    this.#stale.add(row);
    this.#recent.add(row);
  }

  takeChanged(): Row[] {
    const changed = [...this.#recent];
    this.#recent = new Set();
    return changed;
  }

  row(row: Row): string {
    return this.#textOf(row);
  }

  text(): string {
    if (this.#stale.size === 0) return this.#text;
    for (const row of this.#stale) this.#lines.set(this.#idOf(row), this.#textOf(row));
    this.#stale.clear();
    this.#text = [...this.#lines.values()].join('\n');
    return this.#text;
  }
}
