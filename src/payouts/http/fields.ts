import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type Approval, REFUND_KINDS, REFUND_RATES, type RefundAsk } from '#payouts/types.ts';
import { callerOf } from '#platform/http/caller.ts';
import { address, orderId, positiveAmount, reason } from '#platform/http/fields.ts';
import { idCursor } from '#platform/http/pagination.ts';
import { addressToBase58 } from '#tari/address.ts';

/** What requests about refunds and payouts consist of. */

export const REFUND_CURSOR = idCursor('refund');
export const PAYOUT_CURSOR = idCursor('payout');

/** The roles that ask for refunds, and those that approve them. */
export const MAY_ASK = ['support', 'finance'] as const;
export const MAY_APPROVE = ['finance'] as const;

const publicId = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-\\d{1,19}-[0-9a-f]{16}$`), `must be the id of a ${prefix}`);

export const refundParams = z.object({ id: publicId('refund') });
export const payoutParams = z.object({ id: publicId('payout') });

export const because = reason.min(1);

/** A decimal in the shop's currency; whether it is a part of the price is checked against the order. */
const shopAmount = z.string().regex(/^\d{1,15}(\.\d{1,6})?$/, 'must be a decimal such as 5.00');

export const refundAsk = z.strictObject({
  order_id: orderId,
  kind: z.enum(REFUND_KINDS),
  amount: positiveAmount.optional(),
  shop_amount: shopAmount.optional(),
  rate: z.enum(REFUND_RATES).optional(),
  to: z.union([z.enum(['payer', 'customer']), z.strictObject({ address })], {
    error: 'must be payer, customer or {"address": …}',
  }),
  reason: because,
  visible_to_customer: z.boolean().optional(),
  record_in_shop: z.boolean().optional(),
});

export function askOf(body: z.output<typeof refundAsk>): RefundAsk {
  const { to } = body;
  return {
    orderId: body.order_id,
    kind: body.kind,
    amount: body.amount,
    shopAmount: body.shop_amount,
    rate: body.rate,
    to: typeof to === 'string' ? to : { address: addressToBase58(to.address) },
    reason: body.reason,
    visibleToCustomer: body.visible_to_customer,
    recordInShop: body.record_in_shop,
  };
}

/** The hash that the approver was shown. */
export const approvalBody = z.strictObject({
  approval_hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be the approval_hash of what is approved'),
});

/** Callers of these routes have signed the login of their access token with their wallet's key. */
export function approvalOf(request: FastifyRequest, { approval_hash: hash }: z.output<typeof approvalBody>): Approval {
  return { hash, evidence: { kind: 'access_token', holder: callerOf(request).name } };
}
