/** Which payments paid what, of all that came from one wallet and all that went from it. Pure. */

/** A payment that counts, above 0. */
export interface Coin {
  key: bigint;
  amount: bigint;
  /** The order that it names; null where it names none that is known. */
  order: bigint | null;
  /** Whether that order can still be paid: its money is spent on something else only where there is no other. */
  isForOpenOrder: boolean;
}

/** A settlement, or a payment by hand that took something back. */
export interface Spending {
  key: bigint;
  amount: bigint;
  order: bigint | null;
}

export interface Use {
  coin: Coin;
  spending: Spending;
  amount: bigint;
}

export interface Spent {
  uses: Use[];
  left: Map<Coin, bigint>;
  /** What there was no money for. */
  short: { spending: Spending; amount: bigint }[];
}

/**
 * A spending uses up the payments that name its order first, then those that are for no order that can still be paid, then
 * any; each oldest first. What settled orders comes before what was taken back.
 * @param coins oldest first.
 * @param groups of spendings, each oldest first: the first group before the second.
 */
export function spend(coins: readonly Coin[], groups: readonly (readonly Spending[])[]): Spent {
  const left = new Map<Coin, bigint>(coins.map((coin) => [coin, coin.amount]));
  const named = new Map<bigint, Coin[]>();
  for (const coin of coins) {
    if (coin.order === null) continue;
    const others = named.get(coin.order);
    if (others === undefined) named.set(coin.order, [coin]);
    else others.push(coin);
  }
  const uses: Use[] = [];
  const short: Spent['short'] = [];
  const queues = [
    new Queue(
      coins.filter((coin) => !coin.isForOpenOrder),
      left,
    ),
    new Queue(
      coins.filter((coin) => coin.isForOpenOrder),
      left,
    ),
  ];
  const takeFrom = (queue: Queue, spending: Spending, wanted: bigint): bigint => {
    let missing = wanted;
    for (const { coin, amount } of queue.take(missing)) {
      uses.push({ coin, spending, amount });
      missing -= amount;
    }
    return missing;
  };
  for (const spendings of groups) {
    const missing = spendings.map((spending) =>
      spending.order === null
        ? spending.amount
        : takeFrom(new Queue(named.get(spending.order) ?? [], left), spending, spending.amount),
    );
    spendings.forEach((spending, index) => {
      let rest = missing[index] ?? 0n;
      for (const queue of queues) rest = takeFrom(queue, spending, rest);
      if (rest > 0n) short.push({ spending, amount: rest });
    });
  }
  return { uses, left, short };
}

/** Payments that are used up from the front. */
class Queue {
  readonly #coins: readonly Coin[];
  readonly #left: Map<Coin, bigint>;
  #first = 0;

  constructor(coins: readonly Coin[], left: Map<Coin, bigint>) {
    this.#coins = coins;
    this.#left = left;
  }

  *take(wanted: bigint): Generator<{ coin: Coin; amount: bigint }> {
    let missing = wanted;
    while (missing > 0n) {
      const coin = this.#coins[this.#first];
      if (coin === undefined) return;
      const there = this.#left.get(coin) ?? 0n;
      const amount = there < missing ? there : missing;
      if (there === amount) this.#first += 1;
      if (amount === 0n) continue;
      this.#left.set(coin, there - amount);
      missing -= amount;
      yield { coin, amount };
    }
  }
}
