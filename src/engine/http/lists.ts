import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import type { ListTexts } from '#engine/texts/lists.ts';
import { ownAddressOf } from '#platform/http/caller.ts';
import { address, currency, customerId, keptText, orderId, transactionId } from '#platform/http/fields.ts';
import { described } from '#platform/http/openapi/route-docs.ts';
import { pageFields, queryInteger, sendPage, sortedPageFields, TEXT_CURSOR } from '#platform/http/pagination.ts';
import { queryTime } from '#platform/http/query-time.ts';
import type { ListOrder } from '#platform/list-order.ts';
import { ORDER_CURSOR, PAYMENT_CURSOR } from './cursors.ts';
import {
  addressBalance,
  customerOrders,
  order,
  ordersResult,
  payment,
  paymentReference,
  paymentsResult,
} from './schemas.ts';

const byAddress = z.object({ address });
const byOrder = z.object({ order_id: orderId });
const orderPage = z.object(sortedPageFields(ORDER_CURSOR));
const paymentPage = z.object(sortedPageFields(PAYMENT_CURSOR));
const textPage = z.object(pageFields(TEXT_CURSOR));

/** Longer than any part of a memo that anyone searches for. */
const MAX_MEMO_PART_LENGTH = 500;

/** The most rows of an answer without `cursor`, which is also the highest limit. */
const MAX_TEXTS = 10_000;
const MAX_OFFSET = 1_000_000_000;

const countedTexts = z.object({
  count: queryInteger(0, MAX_TEXTS).optional(),
  offset: queryInteger(0, MAX_OFFSET).optional(),
  cursor: pageFields(TEXT_CURSOR).cursor,
});

const statuses = z
  .string()
  .transform((text) => text.split(',').map((status) => status.trim()))
  .pipe(z.array(z.enum(ORDER_STATUSES, { error: `must be some of ${ORDER_STATUSES.join(', ')}` })))
  .transform((given) => [...new Set(given)]);

const orderSearch = z.strictObject({
  memo: keptText(MAX_MEMO_PART_LENGTH).min(1).optional(),
  order_id: orderId.optional(),
  alt_id: orderId.optional(),
  customer_id: customerId.optional(),
  currency: currency.optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
  status: statuses.optional(),
  ...sortedPageFields(ORDER_CURSOR),
});

const paymentSearch = z.strictObject({
  payment_reference: paymentReference.optional(),
  txid: transactionId.optional(),
  order_id: orderId.optional(),
  since: queryTime.optional(),
  until: queryTime.optional(),
  ...sortedPageFields(PAYMENT_CURSOR),
});

/**
 * Lists of orders, payments, customers and addresses. Those that grow accept `limit` and `cursor`, see `pagination.ts`:
 * without `limit` an answer has at most 10,000 rows, and `x-next-cursor` if there are more.
 */
export function listRoutes(texts: ListTexts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(orderListRoutes(texts));
    await app.register(paymentListRoutes(texts));
    await app.register(customerListRoutes(texts));
  };
}

function orderListRoutes(texts: ListTexts): FastifyPluginAsyncZod {
  return async (app) => {
    const own = {
      config: { access: [] },
      schema: { querystring: orderPage, errors: ['own_address_missing'] as const, response: { 200: ordersResult } },
    };
    const anybodys = {
      config: { access: ['read_all'] },
      schema: { params: byAddress, querystring: orderPage, response: { 200: ordersResult } },
    };

    app.get(
      '/api/orders',
      described(own, 'customers', 'The orders that the caller’s own address claimed or paid'),
      async (request, reply) => {
        const address = ownAddressOf(request);
        return sendPage(reply, ORDER_CURSOR, await texts.orders(address, pageOf(request.query), false));
      },
    );

    app.get(
      '/api/orders/:address',
      described(anybodys, 'accounts', 'The orders that an address claimed or paid'),
      async ({ params: { address }, query }, reply) => {
        return sendPage(reply, ORDER_CURSOR, await texts.orders(address, pageOf(query)));
      },
    );

    app.get(
      '/api/unfulfilled_orders',
      described(own, 'customers', 'The open orders of the caller’s own address'),
      async (request, reply) => {
        const address = ownAddressOf(request);
        return sendPage(reply, ORDER_CURSOR, await texts.unfulfilledOrders(address, pageOf(request.query), false));
      },
    );

    app.get(
      '/api/unfulfilled_orders/:address',
      described(anybodys, 'accounts', 'The open orders of an address'),
      async ({ params: { address }, query }, reply) => {
        return sendPage(reply, ORDER_CURSOR, await texts.unfulfilledOrders(address, pageOf(query)));
      },
    );

    app.get(
      '/api/search/orders',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Orders by any of the filters, together',
          tags: ['accounts'],
          querystring: orderSearch,
          response: { 200: z.array(order) },
        },
      },
      async ({ query }, reply) => {
        return sendPage(reply, ORDER_CURSOR, await texts.search(filterOf(query), pageOf(query)));
      },
    );
  };
}

function paymentListRoutes(texts: ListTexts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/payments',
      {
        config: { access: [] },
        schema: {
          summary: 'The payments of the caller’s own address',
          tags: ['customers'],
          querystring: paymentPage,
          errors: ['own_address_missing'],
          response: { 200: paymentsResult },
        },
      },
      async (request, reply) => {
        const address = ownAddressOf(request);
        return sendPage(reply, PAYMENT_CURSOR, await texts.payments(address, pageOf(request.query)));
      },
    );

    app.get(
      '/api/payments/:address',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The payments of an address',
          tags: ['accounts'],
          params: byAddress,
          querystring: paymentPage,
          response: { 200: paymentsResult },
        },
      },
      async ({ params: { address }, query }, reply) => {
        return sendPage(reply, PAYMENT_CURSOR, await texts.payments(address, pageOf(query)));
      },
    );

    app.get(
      '/api/search/payments',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Payments by any of the filters, together',
          tags: ['accounts'],
          querystring: paymentSearch,
          response: { 200: z.array(payment) },
        },
      },
      async ({ query }, reply) => {
        return sendPage(reply, PAYMENT_CURSOR, await texts.searchPayments(paymentFilterOf(query), pageOf(query)));
      },
    );

    app.get(
      '/api/payments-for-order/:order_id',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The payments that paid or name an order',
          tags: ['accounts'],
          errors: ['order_not_found'],
          params: byOrder,
          querystring: paymentPage,
          response: { 200: z.array(payment) },
        },
      },
      async ({ params, query }, reply) => {
        return sendPage(reply, PAYMENT_CURSOR, await texts.paymentsForOrder(params.order_id, pageOf(query)));
      },
    );
  };
}

function customerListRoutes(texts: ListTexts): FastifyPluginAsyncZod {
  return async (app) => {
    const ids = {
      config: { access: ['read_all'] },
      schema: { querystring: countedTexts, response: { 200: z.array(z.string()) } },
    };

    app.get(
      '/api/creditors',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The customers with claimed but unpaid orders',
          tags: ['accounts'],
          querystring: textPage,
          response: { 200: z.array(customerOrders) },
        },
      },
      async ({ query }, reply) => {
        return sendPage(reply, TEXT_CURSOR, await texts.debtors(pageOf(query)));
      },
    );

    app.get(
      '/api/balances',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The balances of all addresses, by address',
          tags: ['accounts'],
          querystring: textPage,
          response: { 200: z.array(addressBalance) },
        },
      },
      async ({ query }, reply) => {
        return sendPage(reply, TEXT_CURSOR, await texts.balances(pageOf(query)));
      },
    );

    app.get(
      '/api/customer_ids',
      described(ids, 'accounts', 'The ids of all customers'),
      async ({ query: { count: limit, offset, cursor: after } }, reply) => {
        return sendPage(reply, TEXT_CURSOR, await texts.customerIds({ limit, offset, after }));
      },
    );

    app.get(
      '/api/addresses',
      described(ids, 'accounts', 'All known addresses'),
      async ({ query: { count: limit, offset, cursor: after } }, reply) => {
        return sendPage(reply, TEXT_CURSOR, await texts.addresses({ limit, offset, after }));
      },
    );
  };
}

interface PageQuery<Position> {
  limit?: number | undefined;
  cursor?: Position | undefined;
  order?: ListOrder | undefined;
}

function pageOf<Position>({ limit, cursor, order }: PageQuery<Position>) {
  return { limit, after: cursor, order };
}

function filterOf(query: z.output<typeof orderSearch>) {
  const { memo, currency, since, until, status } = query;
  const { order_id: orderId, alt_id: altId, customer_id: customerId } = query;
  return { memo, orderId, altId, customerId, currency, since, until, statuses: status };
}

function paymentFilterOf(query: z.output<typeof paymentSearch>) {
  const { txid, payment_reference: paymentReference, order_id: orderId, since, until } = query;
  return { txid, paymentReference, orderId, since, until };
}
