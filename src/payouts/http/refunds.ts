import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { PayoutsService } from '#payouts/service.ts';
import { REFUND_STATES } from '#payouts/types.ts';
import { previewView, quoteView, refundView } from '#payouts/views.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { callerOf } from '#platform/http/caller.ts';
import { address, customerId, orderId } from '#platform/http/fields.ts';
import { announceNext, sortedPageFields } from '#platform/http/pagination.ts';
import { addressToBase58 } from '#tari/address.ts';
import {
  approvalBody,
  approvalOf,
  askOf,
  because,
  MAY_APPROVE,
  MAY_ASK,
  REFUND_CURSOR,
  refundAsk,
  refundParams,
} from './fields.ts';
import { preview, quote, refund } from './schemas.ts';

const search = z.strictObject({
  order_id: orderId.optional(),
  customer_id: customerId.optional(),
  state: z.enum(REFUND_STATES).optional(),
  ...sortedPageFields(REFUND_CURSOR),
});

const REFUSALS = [
  'order_not_found',
  'refund_impossible',
  'refund_exceeds_rest',
  'refund_amount_invalid',
  'refund_no_payer',
  'payout_address_refused',
] as const;

/** Refunds as they are. */
export function refundRoutes({ refunds }: PayoutsService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/refunds',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Refunds, oldest first',
          tags: ['payouts'],
          querystring: search,
          response: { 200: z.array(refund) },
        },
      },
      async ({ query: { limit, cursor: after, order, order_id, customer_id, state } }, reply) => {
        const filter = { orderId: order_id, customerId: customer_id, states: state && [state] };
        const page = await refunds.list(filter, { limit, after, order });
        announceNext(reply, REFUND_CURSOR, page.next);
        return page.rows.map(refundView);
      },
    );

    app.get(
      '/api/refunds/:id',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'A refund',
          tags: ['payouts'],
          params: refundParams,
          errors: ['refund_not_found'],
          response: { 200: refund },
        },
      },
      async ({ params }) => refundView(await refunds.find(params.id)),
    );

    app.get(
      '/api/refund_quote',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'What can be given back of an order, to whom, and how much without a second person',
          tags: ['payouts'],
          querystring: z.strictObject({ order_id: orderId }),
          errors: ['order_not_found'],
          response: { 200: quote },
        },
      },
      async (request) => quoteView(await refunds.quote(request.query.order_id, callerOf(request).name)),
    );

    app.post(
      '/api/refund_preview',
      {
        config: { access: [...MAY_ASK] },
        schema: {
          summary: 'The figures of a refund, without requesting it',
          tags: ['payouts'],
          body: refundAsk,
          errors: REFUSALS,
          response: { 200: preview },
        },
      },
      async (request) => previewView(await refunds.preview(callerOf(request).name, askOf(request.body))),
    );
  };
}

/** What changes refunds. */
export function refundChangeRoutes({ refunds }: PayoutsService): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/refunds',
      {
        config: { access: [...MAY_ASK] },
        schema: {
          summary: 'Requests a refund: its money leaves the books',
          tags: ['payouts'],
          body: refundAsk,
          errors: [...REFUSALS, 'idempotency_key_reused'],
          response: { 200: refund },
        },
      },
      (request) => refunds.request(changeRequestOf(request), askOf(request.body)),
    );

    app.post(
      '/api/refunds/:id/address',
      {
        config: { access: [...MAY_ASK] },
        schema: {
          summary: 'Sets where a refund goes, until it is approved',
          tags: ['payouts'],
          params: refundParams,
          body: z.strictObject({ to: z.union([z.literal('payer'), z.strictObject({ address })]) }),
          errors: [
            'refund_not_found',
            'refund_change_forbidden',
            'refund_no_payer',
            'payout_address_refused',
            'idempotency_key_reused',
          ],
          response: { 200: refund },
        },
      },
      (request) => {
        const { to } = request.body;
        const target = to === 'payer' ? to : { address: addressToBase58(to.address) };
        return refunds.setAddress(changeRequestOf(request), request.params.id, target, 'operator');
      },
    );

    app.post(
      '/api/refunds/:id/approve',
      {
        config: { access: [...MAY_APPROVE] },
        schema: {
          summary: 'Approves a refund as its second person',
          tags: ['payouts'],
          params: refundParams,
          body: approvalBody,
          errors: [
            'refund_not_found',
            'refund_change_forbidden',
            'approval_by_requester',
            'approval_outdated',
            'idempotency_key_reused',
          ],
          response: { 200: refund },
        },
      },
      (request) => refunds.approve(changeRequestOf(request), request.params.id, approvalOf(request, request.body)),
    );

    app.post(
      '/api/refunds/:id/cancel',
      {
        config: { access: [...MAY_ASK] },
        schema: {
          summary: 'Cancels a refund that no wallet has: its money comes back',
          tags: ['payouts'],
          params: refundParams,
          body: z.strictObject({ reason: because }),
          errors: ['refund_not_found', 'refund_change_forbidden', 'refund_money_moved', 'idempotency_key_reused'],
          response: { 200: refund },
        },
      },
      (request) => refunds.cancel(changeRequestOf(request), request.params.id, request.body.reason),
    );
  };
}
