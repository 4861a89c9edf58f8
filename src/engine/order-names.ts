import { claimInMemo } from '#tari/claim.ts';
import { orderNumberInText } from '#tari/order-id-in-text.ts';
import type { EngineSettings } from './context.ts';
import type { Order } from './store/orders.ts';
import type { OrderNames } from './store/payments.ts';

/** By which names an order may be meant. */

/** The name of an order without its `#`, or with one: shops write it, payers often leave it out. */
export function spelledOtherwise(name: string): string {
  return name.startsWith('#') ? name.slice(1) : `#${name}`;
}

/** Whether a request, such as a claim in the order's own note, names this order. */
export function isNamed(
  { orderId, altId }: Pick<Order, 'orderId' | 'altId'>,
  named: string,
  strictMode: boolean,
): boolean {
  if (named === orderId || strictMode || altId === null) return named === orderId;
  return named === altId || named === spelledOtherwise(altId);
}

/** Every text by which a payment may name the order. */
export function namesOf({ orderId, altId }: Pick<Order, 'orderId' | 'altId'>): OrderNames {
  return altId === null ? [orderId, `#${orderId}`] : [orderId, altId, spelledOtherwise(altId), `#${orderId}`];
}

/**
 * The order number in a payment's memo without a claim, for `findNamedOrder`. Only if the settings require no signatures
 * (TPG_DISABLE_MEMO_SIGNATURE_CHECK): the first run of digits, which is an order's id or its name.
 */
export function orderNamedInMemo(
  memo: string | null,
  { disableMemoSignatureCheck, orderIdField }: Pick<EngineSettings, 'disableMemoSignatureCheck' | 'orderIdField'>,
): string | undefined {
  if (memo === null || !disableMemoSignatureCheck || claimInMemo(memo) !== undefined) return undefined;
  const number = orderNumberInText(memo);
  return number !== undefined && orderIdField === 'name' ? `#${number}` : number;
}
