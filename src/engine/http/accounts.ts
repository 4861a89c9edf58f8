import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { HistoryTexts } from '#engine/texts/histories.ts';
import { callerOf, ownAddressOf } from '#platform/http/caller.ts';
import { address, customerId, orderId } from '#platform/http/fields.ts';
import { sendJson } from '#platform/http/listener/json-answer.ts';
import { pageFields, sendPage } from '#platform/http/pagination.ts';
import { HISTORY_CURSOR } from './cursors.ts';
import { addressBalance, addressHistory, customerHistory, orderDetails } from './schemas.ts';

const byAddress = z.object({ address });
const byCustomer = z.object({ id: customerId });
const historyPage = z.object(pageFields(HISTORY_CURSOR));

/**
 * Balances, histories, and single orders. The lists of a history are paged together, see `pagination.ts`: `limit` applies
 * to each of them.
 */
export function accountRoutes(texts: HistoryTexts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(ownRoutes(texts));

    app.get(
      '/api/balance/:address',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'The balance of an address',
          tags: ['accounts'],
          params: byAddress,
          response: { 200: addressBalance },
        },
      },
      async ({ params }, reply) => sendJson(reply, await texts.balance(params.address)),
    );

    app.get(
      '/api/history/address/:address',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Orders, payments and settlements of an address',
          tags: ['accounts'],
          params: byAddress,
          querystring: historyPage,
          response: { 200: addressHistory },
        },
      },
      async ({ params: { address }, query: { limit, cursor: after } }, reply) => {
        return sendPage(reply, HISTORY_CURSOR, await texts.history(address, { limit, after }));
      },
    );

    app.get(
      '/api/history/customer/:id',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'Orders, balances and settlements of a customer',
          tags: ['accounts'],
          params: byCustomer,
          querystring: historyPage,
          response: { 200: customerHistory },
        },
      },
      async ({ params: { id }, query: { limit, cursor: after } }, reply) => {
        return sendPage(reply, HISTORY_CURSOR, await texts.customerHistory(id, { limit, after }));
      },
    );

    app.get(
      '/api/order/id/:order_id',
      {
        config: { access: ['user'] },
        schema: {
          summary: 'One order: for read_all any, with its claims and payments; otherwise one of the caller’s own',
          tags: ['customers'],
          params: z.object({ order_id: orderId }),
          errors: ['own_address_missing'],
          response: { 200: orderDetails.nullable() },
        },
      },
      async (request, reply) => {
        const { roles } = callerOf(request);
        const { order_id: orderId } = request.params;
        const seesAll = roles.has('read_all') || roles.has('super_admin');
        return sendJson(
          reply,
          seesAll ? await texts.anyOrder(orderId) : await texts.ownOrder(ownAddressOf(request), orderId),
        );
      },
    );
  };
}

/** The routes of the caller's own address. */
function ownRoutes(texts: HistoryTexts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/check_token',
      {
        config: { access: ['user'] },
        schema: {
          summary: 'Checks that the access token is valid',
          tags: ['customers'],
          produces: ['text/plain'],
          response: { 200: z.string() },
        },
      },
      async (_, reply) => reply.type('text/plain; charset=utf-8').send('Token is valid.'),
    );

    app.get(
      '/api/balance',
      {
        config: { access: [] },
        schema: {
          summary: 'The balance of the caller’s own address',
          tags: ['customers'],
          errors: ['own_address_missing'],
          response: { 200: addressBalance },
        },
      },
      async (request, reply) => sendJson(reply, await texts.balance(ownAddressOf(request))),
    );

    app.get(
      '/api/history',
      {
        config: { access: [] },
        schema: {
          summary: 'Orders, payments and settlements of the caller’s own address',
          tags: ['customers'],
          querystring: historyPage,
          errors: ['own_address_missing'],
          response: { 200: addressHistory },
        },
      },
      async (request, reply) => {
        const { limit, cursor: after } = request.query;
        return sendPage(reply, HISTORY_CURSOR, await texts.history(ownAddressOf(request), { limit, after }, false));
      },
    );
  };
}
