import {
  type OpenOrder,
  type OrderInShop,
  type PaidOrder,
  type ShopConnector,
  ShopError,
  type ShopOrder,
  type ShopOutcome,
} from '#shops/shop-connector.ts';
import type { SeededRandom } from '#test/seeded-random.ts';

/** What may go wrong with a call to the shop. */
export const SHOP_FAULTS = [
  'shop fails',
  'shop throttles',
  'shop errs after acting',
  'shop hangs',
  'shop is down',
  'shop stops telling its orders',
] as const;
export type ShopFault = (typeof SHOP_FAULTS)[number];

/** An order as the shop has it. */
export interface ShopSideOrder {
  order: ShopOrder;
  isPaidInTari: boolean;
  /** Whether we had it cancelled. */
  isCancelledByUs: boolean;
  /** What other gateways hold for it, by the shop's ids, and how often each was captured. */
  authorizations: Map<string, number>;
}

/** A call that the shop does not answer until it is released. */
export interface HangingCall {
  /** Lets the call go on: the shop acts or not, and answers or not. */
  release(how: 'answers' | 'fails after acting' | 'fails'): void;
}

const FAULT_OF_ONE_CALL: readonly ShopFault[] = [
  'shop fails',
  'shop throttles',
  'shop errs after acting',
  'shop hangs',
];

/**
 * A shop that keeps a shop's rules: an order is paid once, cancelling can't be undone and is refused where money was paid;
 * each change has its time. Calls fail as chance has it.
 */
export class SimulatedShop implements ShopConnector {
  readonly name = 'shop';
  readonly orders = new Map<string, ShopSideOrder>();
  isDown = false;
  /** How likely a call fails. */
  faultRate = 0;
  /** Sentences on what the server must never do. */
  readonly broken: string[] = [];
  readonly #random: SeededRandom;
  readonly #onFault: (fault: ShopFault) => void;
  readonly #onHang: (order: OrderInShop, call: HangingCall) => void;

  constructor(
    random: SeededRandom,
    onFault: (fault: ShopFault) => void,
    onHang: (order: OrderInShop, call: HangingCall) => void,
  ) {
    this.#random = random;
    this.#onFault = onFault;
    this.#onHang = onHang;
  }

  markPaid(named: PaidOrder, _paidAt: Date): Promise<ShopOutcome> {
    return this.#answer(named, (order): ShopOutcome => {
      if (!order.order.isCancelledInShop) capture(order, named.authorizationIds ?? []);
      if (order.isPaidInTari || order.order.isPaidInShop) return { effect: 'already_done', detail: 'It was paid.' };
      if (order.order.isCancelledInShop) throw new ShopError('It is cancelled.', { retryable: false });
      order.isPaidInTari = true;
      return { effect: 'done', detail: 'It is paid.' };
    });
  }

  cancel(named: OrderInShop, _reason: string): Promise<ShopOutcome> {
    return this.#answer(named, (order): ShopOutcome => {
      if (order.order.isCancelledInShop) return { effect: 'already_done', detail: 'It was cancelled.' };
      if (order.isPaidInTari || order.order.isPaidInShop) return { effect: 'left_alone', detail: 'It is paid.' };
      order.order = { ...order.order, isCancelledInShop: true };
      order.isCancelledByUs = true;
      return { effect: 'done', detail: 'It is cancelled.' };
    });
  }

  async *openOrders(): AsyncGenerator<OpenOrder> {
    const open = [...this.orders.values()].filter(
      ({ order, isPaidInTari }) => !isPaidInTari && !order.isPaidInShop && !order.isCancelledInShop,
    );
    const stopsAt = this.isDown || this.#random.chance(0.15) ? this.#random.between(0, open.length) : -1;
    for (const [index, { order }] of open.entries()) {
      if (index === stopsAt) break;
      yield { kind: 'order', order, remark: null };
    }
    if (stopsAt >= 0) {
      this.#onFault('shop stops telling its orders');
      throw new ShopError('The shop does not go on.', { retryable: true });
    }
    if (this.#random.chance(0.1)) yield { kind: 'unusable', name: '#?', reason: 'It has no price.' };
  }

  #answer(named: OrderInShop, act: (order: ShopSideOrder) => ShopOutcome): Promise<ShopOutcome> {
    const order = this.orders.get(named.orderId);
    if (order === undefined) {
      this.broken.push(`The shop was told of ${named.orderId}, which is none of its orders`);
      return Promise.reject(new ShopError('There is no such order.', { retryable: false }));
    }
    const fault = this.#nextFault();
    if (fault !== undefined) this.#onFault(fault);
    switch (fault) {
      case 'shop errs after acting':
        return promiseOf(() => act(order)).then(failed);
      case 'shop hangs':
        return new Promise((resolve, reject) => {
          const release: HangingCall['release'] = (how) => {
            if (how === 'fails') return reject(unreachable());
            return promiseOf(() => act(order)).then(how === 'answers' ? resolve : () => reject(unreachable()), reject);
          };
          this.#onHang(named, { release: (how) => void release(how) });
        });
      case undefined:
        return promiseOf(() => act(order));
      case 'shop throttles':
        return Promise.reject(new ShopError('Too many calls.', { retryable: true, retryAfterMs: 2_000 }));
      default:
        return Promise.reject(unreachable());
    }
  }

  #nextFault(): ShopFault | undefined {
    if (this.isDown) return 'shop is down';
    return this.#random.chance(this.faultRate) ? this.#random.pick(FAULT_OF_ONE_CALL) : undefined;
  }
}

/** Each is captured once. */
function capture({ authorizations }: ShopSideOrder, ids: readonly string[]): void {
  for (const id of ids) if (authorizations.get(id) === 0) authorizations.set(id, 1);
}

async function promiseOf<T>(act: () => T): Promise<T> {
  return act();
}

function failed(): never {
  throw unreachable();
}

function unreachable(): ShopError {
  return new ShopError('The shop cannot be reached.', { retryable: true });
}
