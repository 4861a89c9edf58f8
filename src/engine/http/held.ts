import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Held } from '#engine/money/held.ts';
import { heldView } from '#engine/views.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { customerId, orderId, reason, transactionId } from '#platform/http/fields.ts';
import { announceNext, sortedPageFields } from '#platform/http/pagination.ts';
import { PAYMENT_CURSOR } from './cursors.ts';
import { heldMoney, settlement } from './schemas.ts';

/** To either an order or a customer. */
const assignment = z.union(
  [z.strictObject({ order_id: orderId, reason }), z.strictObject({ customer_id: customerId, reason })],
  { error: 'names an order_id or a customer_id, and a reason' },
);

/** Held money, which has paid no order yet, and its assignment to an order or a customer. */
export function heldRoutes(held: Held): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/held',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Money that has paid no order yet, and why',
          tags: ['accounts'],
          querystring: z.object(sortedPageFields(PAYMENT_CURSOR)),
          response: { 200: z.array(heldMoney) },
        },
      },
      async ({ query: { limit, cursor: after, order } }, reply) => {
        const page = await held.list({ limit, after, order });
        announceNext(reply, PAYMENT_CURSOR, page.next);
        return page.rows.map(heldView);
      },
    );

    app.post(
      '/api/held/:txid/assign',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Assigns held money to an order or a customer, and pays the orders that it covers',
          tags: ['changes'],
          params: z.object({ txid: transactionId }),
          body: assignment,
          errors: [
            'payment_not_held',
            'payment_being_refunded',
            'order_not_found',
            'order_change_forbidden',
            'order_change_no_op',
            'idempotency_key_reused',
          ],
          response: { 200: settlement },
        },
      },
      (request) => {
        const { body } = request;
        const to = 'order_id' in body ? { orderId: body.order_id } : { customerId: body.customer_id };
        return held.assign(changeRequestOf(request), request.params.txid, to, body.reason);
      },
    );
  };
}
