import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { PayerOrders } from '#checkout/payer-orders.ts';
import { HttpError } from '#platform/http/errors.ts';
import { orderId } from '#platform/http/fields.ts';

/** The link to an order's page, for operators to give to its customer. */
export function orderLinkRoute(
  payerOrders: Pick<PayerOrders, 'linkOf'>,
  /** The public address of the pages; null if they are disabled. */
  publicUrl: string | null,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/order/:order_id/link',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The link to the page where the customer pays the order and follows its state',
          tags: ['accounts'],
          errors: ['order_not_found', 'pay_page_off'],
          params: z.object({ order_id: orderId }),
          response: { 200: z.object({ order_id: z.string(), url: z.string() }) },
        },
      },
      async ({ params }) => {
        if (publicUrl === null) throw new HttpError('pay_page_off');
        const link = await payerOrders.linkOf(params.order_id);
        if (link.code === null) throw new HttpError('pay_page_off');
        return { order_id: link.orderId, url: `${publicUrl}${orderPath(link.orderId, link.code)}` };
      },
    );
  };
}

function orderPath(order: string, code: string): string {
  return `/o/${encodeURIComponent(order)}/${encodeURIComponent(code)}`;
}
