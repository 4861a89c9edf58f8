/**
 * Which payments paid what, where only the account was kept that paid. Pure: the payments of one account and what was
 * spent from it go in, in the order in which they came.
 */

export interface OldPayment {
  txid: string;
  amount: bigint;
  /** When it was confirmed, in ms. */
  at: number;
  /** The order that it named; undefined where it named none that is known. */
  orderId: string | undefined;
}

/** Money that left the account: a settlement of an order, or a payment by hand that took it back. */
export interface OldSpending {
  id: string;
  amount: bigint;
  at: number;
  orderId: string | undefined;
}

export interface Attribution {
  uses: { txid: string; spending: OldSpending; amount: bigint }[];
  /** What is left of each payment. */
  left: Map<OldPayment, bigint>;
}

/**
 * A settlement used up the payments that named its order first, then those that named none, then any, each oldest first;
 * money that had not come by then only where there is nothing else.
 * @throws where more was spent than came in.
 */
export function attribute(payments: readonly OldPayment[], spendings: readonly OldSpending[]): Attribution {
  const left = new Map<OldPayment, bigint>();
  const byTime = [...payments].sort((a, b) => a.at - b.at);
  for (const payment of byTime) left.set(payment, payment.amount);
  const named = new Map<string | undefined, OldPayment[]>();
  for (const payment of byTime) {
    const others = named.get(payment.orderId);
    if (others === undefined) named.set(payment.orderId, [payment]);
    else others.push(payment);
  }
  const queues = { unnamed: new Queue(named.get(undefined) ?? [], left), all: new Queue(byTime, left) };
  const own = new Map<string, Queue>();
  const uses: Attribution['uses'] = [];
  for (const spending of [...spendings].sort((a, b) => a.at - b.at)) {
    const { orderId } = spending;
    let ofOrder = orderId === undefined ? undefined : own.get(orderId);
    if (ofOrder === undefined && orderId !== undefined) {
      ofOrder = new Queue(named.get(orderId) ?? [], left);
      own.set(orderId, ofOrder);
    }
    let missing = spending.amount;
    for (const until of [spending.at, Number.POSITIVE_INFINITY]) {
      for (const queue of [ofOrder, queues.unnamed, queues.all]) {
        if (queue === undefined || missing === 0n) continue;
        for (const { payment, amount } of queue.take(missing, until)) {
          uses.push({ txid: payment.txid, spending, amount });
          missing -= amount;
        }
      }
    }
    if (missing > 0n) throw new Error(`More was spent than came in, by ${missing} µT, with ${spending.id}`);
  }
  return { uses, left };
}

/** Payments in the order of their times, used up from the front. */
class Queue {
  readonly #payments: readonly OldPayment[];
  readonly #left: Map<OldPayment, bigint>;
  #first = 0;

  constructor(payments: readonly OldPayment[], left: Map<OldPayment, bigint>) {
    this.#payments = payments;
    this.#left = left;
  }

  *take(wanted: bigint, until: number): Generator<{ payment: OldPayment; amount: bigint }> {
    let missing = wanted;
    while (missing > 0n) {
      const payment = this.#payments[this.#first];
      if (payment === undefined || payment.at > until) return;
      const there = this.#left.get(payment) ?? 0n;
      const amount = there < missing ? there : missing;
      if (there === amount) this.#first += 1;
      if (amount === 0n) continue;
      this.#left.set(payment, there - amount);
      missing -= amount;
      yield { payment, amount };
    }
  }
}
