import { claimantIn } from '#engine/claims/verified-claims.ts';
import type { SignatureContext } from '#engine/context.ts';
import type { Owner } from '#engine/money/owners.ts';
import type { ShopAuthorization, ShopOrder } from './shop-connector.ts';

/** What a delivery of the shop says, before anything is done about it. */

/** How the shop's adapter read a delivery. */
export type WebhookContent =
  | { kind: 'new_order'; order: ShopOrder }
  /** Something happened in the shop to an order, which is told of as it is since then. */
  | { kind: 'order_news'; order: ShopOrder }
  /** The shop has deleted an order, and says no more of it than its id. */
  | { kind: 'order_deleted'; orderId: string }
  /** Another gateway holds money for an order. */
  | { kind: 'authorization'; authorization: ShopAuthorization }
  /** A product is new or has changed, and perhaps what it costs. */
  | { kind: 'product_news'; productId: string }
  /** Nothing in it concerns us. */
  | { kind: 'ignored'; reason: string }
  /** It should have concerned us, but cannot be used as it is. */
  | { kind: 'unusable'; reason: string };

/** What a delivery says, with whom its order is claimed for by its own texts: their signatures have been checked. */
export type CheckedContent =
  | { kind: 'new_order'; order: ShopOrder; claimant: Owner | undefined }
  | Exclude<WebhookContent, { kind: 'new_order' }>;

/** Reads the kept body of a delivery as its topic says: the shop's adapter knows how. */
export type ReadContent = (topic: string, body: string) => WebhookContent;

/** Looks at the signatures of claims in an order's texts, which is slow, before there is a unit of work. */
export function checkedContent(content: WebhookContent, context: SignatureContext): CheckedContent {
  return content.kind === 'new_order' ? { ...content, claimant: claimantIn(content.order, context) } : content;
}
