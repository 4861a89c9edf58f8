import { DeliveryError } from '#platform/outbox/delivery-error.ts';
/**
 * What the engine takes from a shop and what it asks of one. The engine knows no shop by name: `shopify/` implements
 * this port, and tests may implement it too.
 */

/** An order as the shop reports it, before its price is turned into Tari. */
export interface ShopOrder {
  /** The id that identifies the order everywhere in this server. */
  orderId: string;
  /** The order's other name in the shop, such as `#1001`; null where the shop has none. */
  altId: string | null;
  /** The shop's id of the customer; for a guest's order `guest:` + orderId. */
  customerId: string;
  /** The customer's note on the order. */
  memo: string | null;
  /** Every text of the order that may carry a signed claim (`protocol.md` 4), the note first. */
  claimTexts: readonly string[];
  /** What is to be paid in Tari now, as a decimal text in units of `currency`: without what others have paid or hold. */
  price: string;
  /** The currency code as the shop wrote it. */
  currency: string;
  /** What the shop itself says is still due, in its own currency and spelling; null where it says nothing. */
  outstanding: string | null;
  /** Why the order is not to be paid in Tari, as a sentence: it opens nothing. Left out where it is. */
  notOurs?: string | undefined;
  /**
   * The random number that the shop shows to the customer beside the order's name, by which its pay page is found; null
   * or left out where the shop gives none.
   */
  confirmationNumber?: string | null | undefined;
  /** The customer's language in the shop, such as `pt-BR`; null or left out where it says none. */
  customerLocale?: string | null | undefined;
  /** Whether the shop has its money already, or holds it, by other means than Tari: such an order is none of ours. */
  isPaidInShop: boolean;
  /** Whether the order is cancelled in the shop, which nobody can undo there. */
  isCancelledInShop: boolean;
  /** When the order was made, by the shop's clock. */
  createdAt: Date;
  /** When the order last changed, by the shop's clock: older news never overwrites newer. */
  updatedAt: Date;
  /**
   * When the shop sent this, as UTC text that compares by its characters: of two updates with one `updatedAt` the later
   * counts. Null or left out where the order was asked for.
   */
  triggeredAt?: string | null | undefined;
}

/** An open order of the shop as it can be asked for it, without a webhook. */
export type OpenOrder =
  /** The remark is a sentence on what the shop did not tell of it; null where that is nothing. */
  | { kind: 'order'; order: ShopOrder; remark: string | null }
  /** The order that the shop calls by this name is to be paid by another method than ours; the reason is a sentence. */
  | { kind: 'other_method'; name: string; reason: string }
  /** What the shop said of the order that it calls by this name cannot be used. */
  | { kind: 'unusable'; name: string; reason: string };

/** Money of a customer that another gateway holds for an order, until it is captured or let go. */
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

/** The order that a call to the shop is about. */
export interface StorefrontOrder {
  orderId: string;
  altId: string | null;
  /** What the order was paid for in Tari, as the shop wrote it: what the shop asks for now is held against it. */
  price?: { amount: string; currency: string } | undefined;
}

/** An order that was paid in Tari. */
export interface PaidOrder extends StorefrontOrder {
  /** The shop's ids of the authorizations that were kept for it. None of them may be missing when they are captured. */
  authorizationIds?: readonly string[] | undefined;
}

/** What became of a call to the shop. */
export interface StorefrontOutcome {
  /**
   * - `done`: the shop changed because of this call.
   * - `already_done`: the shop was in the wanted state before the call.
   * - `left_alone`: the shop's own state forbids the change (cancelling what has been paid by other means).
   */
  effect: 'done' | 'already_done' | 'left_alone';
  /** One sentence for the log. */
  detail: string;
}

/** A shop that can be told what became of its orders. Every method can be repeated without doing its work twice. */
export interface Storefront {
  /** The shop's kind, in lower case, as it is named in logs and deliveries. */
  readonly name: string;
  /**
   * Records in the shop that the order has been paid in full. Where other gateways hold a part of the money, that is
   * captured first, each authorization once.
   * @throws {StorefrontError}
   */
  markPaid(order: PaidOrder, paidAt: Date, signal?: AbortSignal): Promise<StorefrontOutcome>;
  /**
   * Cancels the order in the shop, unless it has been paid there by other means.
   * @param reason a sentence for the shop's staff.
   * @throws {StorefrontError}
   */
  cancel(order: StorefrontOrder, reason: string, signal?: AbortSignal): Promise<StorefrontOutcome>;
  /**
   * Reads the orders that are open in the shop and not paid there, page by page as they are taken. Left out by shops
   * that cannot be asked.
   * @throws {StorefrontError} from the iteration, also where there are more than may be read.
   */
  openOrders?(signal?: AbortSignal): AsyncIterable<OpenOrder>;
  /** The prices that the shop shows. Left out by shops that show none in Tari. */
  readonly prices?: ShopPrices;
}

/** A variant of a product, as the shop sells it. */
export interface ShopVariant {
  /** The shop's id of the variant. */
  variantId: string;
  /** What it costs, as the decimal text that the shop wrote, in the currency of its page. */
  price: string;
  /** The price in µT that the shop shows for it, as a decimal text without needless digits; null where it shows none. */
  tariPrice: string | null;
}

/** Some variants, in an order that stays. */
export interface VariantPage {
  /** The currency of the shop's own prices. */
  currency: string;
  variants: readonly ShopVariant[];
  /** Where the rest begins, to be given back as it is, also years later; null where there is none. */
  next: string | null;
  /** How many variants the shop has, where that was asked for and the shop tells. */
  total: number | null;
}

/** Which part of all variants is wanted. */
export interface VariantRange {
  /** The `next` of the page before; null for the first page. */
  after: string | null;
  /** An `after` of before: variants behind it are left out. Null for all. */
  upTo: string | null;
  withTotal: boolean;
}

/** A price in µT that the shop is to show for a variant. */
export interface TariPrice {
  variantId: string;
  microTari: bigint;
}

/** The prices in Tari that a shop shows. */
export interface ShopPrices {
  /**
   * Reads so many of the shop's variants as `setTariPrices` takes at once.
   * @throws {StorefrontError}
   */
  variants(range: VariantRange, signal?: AbortSignal): Promise<VariantPage>;
  /**
   * The same of one product; undefined where the shop has no such product.
   * @throws {StorefrontError}
   */
  variantsOfProduct(productId: string, after: string | null, signal?: AbortSignal): Promise<VariantPage | undefined>;
  /**
   * Has the shop show these prices, all of them or, where it throws, none. Answers those that the shop can't take, with
   * the reason of each as a sentence.
   * @param prices at most a page of them.
   * @throws {StorefrontError}
   */
  setTariPrices(
    prices: readonly TariPrice[],
    signal?: AbortSignal,
  ): Promise<readonly { variantId: string; reason: string }[]>;
  /**
   * Has the shop know what one unit of a currency costs, for whatever it computes by itself.
   * @param rate µT per unit.
   * @throws {StorefrontError}
   */
  setGlobalRate(currency: string, rate: bigint, signal?: AbortSignal): Promise<void>;
}

/** A call to the shop that did not come to its end. */
export class StorefrontError extends DeliveryError {
  override readonly name = 'StorefrontError';
}
