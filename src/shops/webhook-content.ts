import { claimantIn } from '#engine/claims/verified-claims.ts';
import type { SignatureContext } from '#engine/context.ts';
import type { Owner } from '#engine/money/owners.ts';
import type { ShopAuthorization, ShopOrder, ShopRefund } from './shop-connector.ts';

/** What a delivery of the shop says, before anything is done about it. */

/** A delivery as parsed by the shop's adapter. */
export type WebhookContent =
  | { kind: 'new_order'; order: ShopOrder }
  /** The shop changed an order; carries its new state. */
  | { kind: 'order_updated'; order: ShopOrder }
  /** The shop has deleted an order; only its id is known. */
  | { kind: 'order_deleted'; orderId: string }
  /** Another gateway holds money for an order. */
  | { kind: 'authorization'; authorization: ShopAuthorization }
  /** The shop's staff has refunded money that came in Tari. */
  | { kind: 'refund'; refund: ShopRefund }
  /** A product is new or has changed, perhaps its price. */
  | { kind: 'product_updated'; productId: string }
  /** It does not concern us. */
  | { kind: 'ignored'; reason: string }
  /** It concerns us but cannot be used as it is. */
  | { kind: 'unusable'; reason: string };

/** A parsed delivery with the claimant in its order's own texts, whose signatures have been verified. */
export type CheckedContent =
  | { kind: 'new_order'; order: ShopOrder; claimant: Owner | undefined }
  | Exclude<WebhookContent, { kind: 'new_order' }>;

/** Parses the stored body of a delivery by its topic; provided by the shop's adapter. */
export type ReadContent = (topic: string, body: string) => WebhookContent;

/** Verifies the signatures of claims in an order's texts, which is slow, before the unit of work. */
export function checkedContent(content: WebhookContent, context: SignatureContext): CheckedContent {
  return content.kind === 'new_order' ? { ...content, claimant: claimantIn(content.order, context) } : content;
}
