import { DeliveryError } from '#platform/outbox/delivery-error.ts';
/**
 * The port of a shop: the orders that it reports, and the calls to it. No other code depends on a particular shop:
 * `shopify/` implements this port, and tests may implement it too.
 */

/** An order as the shop reports it, before its price is converted to Tari. */
export interface ShopOrder {
  /** The id that identifies the order everywhere in this server. */
  orderId: string;
  /** The order's name in the shop, such as `#1001`; null if it has none. */
  altId: string | null;
  /** The shop's id of the customer; for a guest's order `guest:` + orderId. */
  customerId: string;
  /** The customer's note on the order. */
  memo: string | null;
  /** Every text of the order that may carry a signed claim (`protocol.md` 4), the note first. */
  claimTexts: readonly string[];
  /** The amount to be paid in Tari now, as a decimal text in units of `currency`, without what other gateways have or hold. */
  price: string;
  /** The currency code as the shop writes it. */
  currency: string;
  /** The amount still due according to the shop, in its own currency and format; null if it reports none. */
  outstanding: string | null;
  /** Why the order is not to be paid in Tari, as a sentence; then it is not opened. Left out if it is to be paid. */
  notOurs?: string | undefined;
  /**
   * The random number that the shop shows to the customer beside the order's name, which identifies its pay page; null or
   * left out if the shop has none.
   */
  confirmationNumber?: string | null | undefined;
  /** The customer's language in the shop, such as `pt-BR`; null or left out if unknown. */
  customerLocale?: string | null | undefined;
  /** Whether the shop already has or holds its money by other means than Tari: such an order does not concern us. */
  isPaidInShop: boolean;
  /** Whether the order is cancelled in the shop, which cannot be undone there. */
  isCancelledInShop: boolean;
  /** When the order was created, by the shop's clock. */
  createdAt: Date;
  /** When the order last changed, by the shop's clock: older updates never overwrite newer ones. */
  updatedAt: Date;
  /**
   * When the shop sent this, as sortable UTC text: of two updates with the same `updatedAt` the later counts. Null or left
   * out if the order was fetched.
   */
  triggeredAt?: string | null | undefined;
}

/** An open order of the shop as it can be fetched, without a webhook. */
export type OpenOrder =
  /** The remark is a sentence about data that the shop withheld; null if there is none. */
  | { kind: 'order'; order: ShopOrder; remark: string | null }
  /** The order with this name is to be paid by another method than ours; the reason is a sentence. */
  | { kind: 'other_method'; name: string; reason: string }
  /** The data of the order with this name cannot be used. */
  | { kind: 'unusable'; name: string; reason: string };

/** Money of a customer that another gateway holds for an order, until it is captured or released. */
export interface ShopAuthorization {
  /** The shop's id of the transaction. */
  transactionId: string;
  /** The shop's own id of the order, whatever field identifies orders here. */
  orderId: string;
  gateway: string | null;
  /** Decimal text, in units of `currency`. */
  amount: string;
  currency: string;
}

/** A refund that the shop's staff has made of money that came in Tari. */
export interface ShopRefund {
  /** The shop's id of it. */
  shopRefundId: string;
  /** The shop's own id of the order. */
  orderId: string;
  /** Decimal text. */
  amount: string;
  /** Null if the shop did not say. */
  currency: string | null;
  note: string | null;
}

/** The order that a call to the shop is about. */
export interface OrderInShop {
  orderId: string;
  altId: string | null;
  /** The price that was paid in Tari, as the shop wrote it, for comparison with what the shop asks for now. */
  price?: { amount: string; currency: string } | undefined;
}

/** An order that was paid in Tari. */
export interface PaidOrder extends OrderInShop {
  /** The shop's ids of the authorizations recorded for it. None of them may be missing when they are captured. */
  authorizationIds?: readonly string[] | undefined;
}

/** The outcome of a call to the shop. */
export interface ShopOutcome {
  /**
   * - `done`: the shop changed because of this call.
   * - `already_done`: the shop was in the wanted state before the call.
   * - `left_alone`: the shop's own state forbids the change (cancelling what has been paid by other means).
   */
  effect: 'done' | 'already_done' | 'left_alone';
  /** One sentence for the log. */
  detail: string;
}

/** Money that went back in Tari, for the shop's books. */
export interface RefundInShop {
  order: OrderInShop;
  /** Our id of it, by which the shop's own is recognised. */
  refundId: string;
  /** The same for every call about this refund, a UUID. */
  key: string;
  /** Its value, as decimal text in units of `currency`. */
  amount: string;
  currency: string;
  reason: string;
}

export interface ShopRefundOutcome extends ShopOutcome {
  /** The shop's id of the refund. */
  shopRefundId: string;
}

/** The calls to a shop about the outcome of its orders. Every method is idempotent. */
export interface ShopConnector {
  /** The shop's kind, in lower case, as it is named in logs and deliveries. */
  readonly name: string;
  /**
   * Records in the shop that the order has been paid in full. If other gateways hold a part of the money, that is captured
   * first, each authorization once.
   * @throws {ShopError}
   */
  markPaid(order: PaidOrder, paidAt: Date, signal?: AbortSignal): Promise<ShopOutcome>;
  /**
   * Cancels the order in the shop, unless it has been paid there by other means.
   * @param reason a sentence for the shop's staff.
   * @throws {ShopError}
   */
  cancel(order: OrderInShop, reason: string, signal?: AbortSignal): Promise<ShopOutcome>;
  /**
   * Records in the shop that money went back to the customer in Tari. Left out by shops that record no refunds.
   * @throws {ShopError}
   */
  recordRefund?(refund: RefundInShop, signal?: AbortSignal): Promise<ShopRefundOutcome>;
  /**
   * Reads the orders that are open and unpaid in the shop, page by page as they are consumed. Left out by shops that do not
   * support it.
   * @throws {ShopError} from the iteration, also if there are more than may be read.
   */
  openOrders?(signal?: AbortSignal): AsyncIterable<OpenOrder>;
  /**
   * The shop's ids of the customers with this e-mail address. Left out by shops that can't be asked.
   * @throws {ShopError}
   */
  customersByEmail?(email: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** The prices that the shop shows. Left out by shops that show none in Tari. */
  readonly prices?: ShopPrices;
}

/** A variant of a product, as the shop sells it. */
export interface ShopVariant {
  /** The shop's id of the variant. */
  variantId: string;
  /** Its price, as the decimal text that the shop wrote, in the currency of its page. */
  price: string;
  /** The price in µT that the shop shows for it, as a decimal text without needless digits; null if it shows none. */
  tariPrice: string | null;
}

/** A page of variants, in a stable order. */
export interface VariantPage {
  /** The currency of the shop's own prices. */
  currency: string;
  variants: readonly ShopVariant[];
  /** Opaque position of the next page, valid indefinitely; null if there is none. */
  next: string | null;
  /** How many variants the shop has, if that was requested and the shop reports it. */
  total: number | null;
}

/** A range of all variants. */
export interface VariantRange {
  /** The `next` of the previous page; null for the first page. */
  after: string | null;
  /** An earlier `after`: variants after it are left out. Null for all. */
  upTo: string | null;
  withTotal: boolean;
}

/** A price in µT for the shop to show for a variant. */
export interface TariPrice {
  variantId: string;
  microTari: bigint;
}

/** The prices in Tari that a shop shows. */
export interface ShopPrices {
  /**
   * Reads a page of the shop's variants, as many as `setTariPrices` accepts.
   * @throws {ShopError}
   */
  variants(range: VariantRange, signal?: AbortSignal): Promise<VariantPage>;
  /**
   * The same for one product; undefined if the shop has no such product.
   * @throws {ShopError}
   */
  variantsOfProduct(productId: string, after: string | null, signal?: AbortSignal): Promise<VariantPage | undefined>;
  /**
   * Sets these prices, all of them or, if it throws, none. Returns those that the shop can't accept, each with a reason.
   * @param prices at most a page of them.
   * @throws {ShopError}
   */
  setTariPrices(
    prices: readonly TariPrice[],
    signal?: AbortSignal,
  ): Promise<readonly { variantId: string; reason: string }[]>;
  /**
   * Stores the rate of a currency in the shop, for computations of the shop itself.
   * @param rate µT per unit.
   * @throws {ShopError}
   */
  setGlobalRate(currency: string, rate: bigint, signal?: AbortSignal): Promise<void>;
}

/** A call to the shop that failed. */
export class ShopError extends DeliveryError {
  override readonly name = 'ShopError';
}
