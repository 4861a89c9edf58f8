import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { PayoutsService } from '#payouts/service.ts';
import { PAYOUT_KINDS, PAYOUT_STATES } from '#payouts/types.ts';
import { conditionsView, payoutView } from '#payouts/views.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { positiveAmount, transactionId } from '#platform/http/fields.ts';
import { announceNext, sortedPageFields } from '#platform/http/pagination.ts';
import { approvalBody, approvalOf, because, MAY_APPROVE, PAYOUT_CURSOR, payoutParams } from './fields.ts';
import { conditions, payout, switched } from './schemas.ts';

const search = z.strictObject({
  kind: z.enum(PAYOUT_KINDS).optional(),
  state: z.enum(PAYOUT_STATES).optional(),
  txid: transactionId.optional(),
  ...sortedPageFields(PAYOUT_CURSOR),
});

/** It was sent by that transaction, or it was not sent. */
const outcome = z.union(
  [
    z.strictObject({ sent: z.literal(true), txid: transactionId, reason: because }),
    z.strictObject({ sent: z.literal(false), reason: because }),
  ],
  { error: 'says whether it was sent, by which transaction if it was, and a reason' },
);

/** Payouts as they are, and what people decide about them. */
export function payoutRoutes({ payouts, limits }: PayoutsService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/payouts',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Payouts, oldest first',
          tags: ['payouts'],
          querystring: search,
          response: { 200: z.array(payout) },
        },
      },
      async ({ query: { limit, cursor: after, order, kind, state, txid } }, reply) => {
        const page = await payouts.list({ kind, states: state && [state], txid }, { limit, after, order });
        announceNext(reply, PAYOUT_CURSOR, page.next);
        return page.rows.map(payoutView);
      },
    );

    app.get(
      '/api/payouts/:id',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'A payout',
          tags: ['payouts'],
          params: payoutParams,
          errors: ['payout_not_found'],
          response: { 200: payout },
        },
      },
      async ({ params }) => payoutView(await payouts.find(params.id)),
    );

    app.post(
      '/api/payouts/:id/resolve',
      {
        config: { access: [...MAY_APPROVE] },
        schema: {
          summary: 'Says whether a payout whose fate is unknown was sent; if not, its money comes back',
          tags: ['payouts'],
          params: payoutParams,
          body: outcome,
          errors: [
            'payout_not_found',
            'payout_change_forbidden',
            'payout_contradicted',
            'refund_money_moved',
            'idempotency_key_reused',
          ],
          response: { 200: payout },
        },
      },
      (request) => {
        const { reason, ...found } = request.body;
        return payouts.resolve(changeRequestOf(request), request.params.id, found, reason);
      },
    );

    app.get(
      '/api/payout_switch',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Whether payouts are stopped, the limits, and how much was approved today',
          tags: ['payouts'],
          response: { 200: conditions },
        },
      },
      async () => conditionsView(await limits.show()),
    );

    app.post(
      '/api/payout_switch',
      {
        config: { access: [...MAY_APPROVE] },
        schema: {
          summary: 'Stops all payouts, or lets them go on',
          tags: ['payouts'],
          body: z.strictObject({ is_stopped: z.boolean(), reason: because }),
          errors: ['payout_switch_no_op', 'idempotency_key_reused'],
          response: { 200: switched },
        },
      },
      (request) => limits.setStopped(changeRequestOf(request), request.body.is_stopped, request.body.reason),
    );
  };
}

/** Sweeps of the shop's own money to the owner's cold address. */
export function sweepRoutes({ sweeps }: PayoutsService): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/sweeps',
      {
        config: { access: [...MAY_APPROVE] },
        schema: {
          summary: 'Requests a sweep of the shop’s own money to its cold address; all of it without an amount',
          tags: ['payouts'],
          body: z.strictObject({ amount: positiveAmount.optional(), reason: because }),
          errors: ['sweep_impossible', 'payout_address_refused', 'idempotency_key_reused'],
          response: { 200: payout },
        },
      },
      (request) => sweeps.request(changeRequestOf(request), request.body),
    );

    app.post(
      '/api/sweeps/:id/approve',
      {
        config: { access: [...MAY_APPROVE] },
        schema: {
          summary: 'Approves a sweep as its second person',
          tags: ['payouts'],
          params: payoutParams,
          body: approvalBody,
          errors: [
            'payout_not_found',
            'payout_change_forbidden',
            'approval_by_requester',
            'approval_outdated',
            'idempotency_key_reused',
          ],
          response: { 200: payout },
        },
      },
      (request) => sweeps.approve(changeRequestOf(request), request.params.id, approvalOf(request, request.body)),
    );

    app.post(
      '/api/sweeps/:id/cancel',
      {
        config: { access: [...MAY_APPROVE] },
        schema: {
          summary: 'Cancels a sweep that no wallet has',
          tags: ['payouts'],
          params: payoutParams,
          body: z.strictObject({ reason: because }),
          errors: ['payout_not_found', 'payout_change_forbidden', 'idempotency_key_reused'],
          response: { 200: payout },
        },
      },
      (request) => sweeps.cancel(changeRequestOf(request), request.params.id, request.body.reason),
    );
  };
}
