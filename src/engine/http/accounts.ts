import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AccountHistory, Accounts } from '#engine/account-history.ts';
import {
  balanceView,
  customerBalanceView,
  customerOrderBalanceView,
  orderDetailsView,
  ordersView,
  orderView,
  paymentView,
  settlementView,
} from '#engine/views.ts';
import { callerOf, ownAddressOf } from '#platform/http/caller.ts';
import { address, customerId, orderId } from '#platform/http/fields.ts';
import { announceNext, pageFields } from '#platform/http/pagination.ts';
import { addressToBase58 } from '#tari/address.ts';
import type { OrderAddress } from '#tari/order-address.ts';
import { HISTORY_CURSOR } from './cursors.ts';
import type { OrderAddresses } from './order-addresses.ts';
import { addressBalance, addressHistory, customerHistory, orderDetails } from './schemas.ts';

const byAddress = z.object({ address });
const byCustomer = z.object({ id: customerId });
const historyPage = z.object(pageFields(HISTORY_CURSOR));

/**
 * Balances, histories, and single orders. The lists of a history are paged together, see `pagination.ts`: `limit` applies
 * to each of them.
 */
export function accountRoutes(accounts: Accounts, payTo: OrderAddresses): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(ownRoutes(accounts, payTo));

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
      async ({ params }) => balanceView(addressToBase58(params.address), await accounts.balance(params.address)),
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
        const history = await accounts.history(address, { limit, after });
        announceNext(reply, HISTORY_CURSOR, history.next);
        return historyView(history, await payTo());
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
        const history = await accounts.customerHistory(id, { limit, after });
        announceNext(reply, HISTORY_CURSOR, history.next);
        return {
          customer_id: history.customerId,
          balance: customerBalanceView({ ...history, paid: history.totals?.paid ?? 0n }),
          order_balance: customerOrderBalanceView(history.customerId, history.totals),
          orders: ordersView(history.orders, await payTo()),
          settlements: history.settlements.map(settlementView),
        };
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
      async (request) => {
        const caller = callerOf(request);
        const seesAll = caller.roles.has('read_all') || caller.roles.has('super_admin');
        if (seesAll) {
          const details = await accounts.anyOrder(request.params.order_id);
          return details ? orderDetailsView(details, await payTo()) : null;
        }
        const found = await accounts.ownOrder(ownAddressOf(request), request.params.order_id);
        return found ? orderView(found, await payTo()) : null;
      },
    );
  };
}

/** The routes of the caller's own address. */
function ownRoutes(accounts: Accounts, payTo: OrderAddresses): FastifyPluginAsyncZod {
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
      async (request) => {
        const address = ownAddressOf(request);
        return balanceView(callerOf(request).name, await accounts.balance(address));
      },
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
        const history = await accounts.history(ownAddressOf(request), { limit, after }, false);
        announceNext(reply, HISTORY_CURSOR, history.next);
        return historyView(history, await payTo());
      },
    );
  };
}

function historyView(history: AccountHistory, payTo: OrderAddress) {
  return {
    address: history.address,
    balance: balanceView(history.address, history.account),
    orders: ordersView(history.orders, payTo),
    payments: history.payments.map(paymentView),
    settlements: history.settlements.map(settlementView),
  };
}
