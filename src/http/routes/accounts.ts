import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Accounts } from '../../engine/accounts.ts';
import {
  balanceView,
  customerBalanceView,
  customerOrderBalanceView,
  orderView,
  paymentView,
  settlementView,
} from '../../engine/views.ts';
import { addressToBase58 } from '../../tari/address.ts';
import { sumMicroTari } from '../../tari/micro-tari.ts';
import { callerOf, type Guard } from '../access.ts';
import {
  address,
  addressBalance,
  addressHistory,
  customerHistory,
  customerId,
  order,
  orderId,
  paymentsResult,
} from '../schemas.ts';

const byAddress = z.object({ address });
const byCustomer = z.object({ id: customerId });

/** Balances, histories, and single orders. */
export function accountRoutes(accounts: Accounts, guard: Guard): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/balance/:address',
      { onRequest: guard('read_all'), schema: { params: byAddress, response: { 200: addressBalance } } },
      async ({ params }) => balanceView(addressToBase58(params.address), await accounts.balance(params.address)),
    );

    app.get(
      '/api/history/address/:address',
      { onRequest: guard('read_all'), schema: { params: byAddress, response: { 200: addressHistory } } },
      async ({ params }) => {
        const history = await accounts.history(params.address);
        return {
          address: history.address,
          balance: balanceView(history.address, history.account),
          orders: history.orders.map(orderView),
          payments: history.payments.map(paymentView),
          settlements: history.settlements.map(settlementView),
        };
      },
    );

    app.get(
      '/api/history/customer/:id',
      { onRequest: guard('read_all'), schema: { params: byCustomer, response: { 200: customerHistory } } },
      async ({ params }) => {
        const history = await accounts.customerHistory(params.id);
        return {
          customer_id: history.customerId,
          balance: customerBalanceView(history.accounts),
          order_balance: customerOrderBalanceView(history.customerId, history.totals),
          orders: history.orders.map(orderView),
          settlements: history.settlements.map(settlementView),
        };
      },
    );

    app.get(
      '/api/payments/:address',
      { onRequest: guard('read_all'), schema: { params: byAddress, response: { 200: paymentsResult } } },
      async ({ params }) => {
        const payments = await accounts.payments(params.address);
        return {
          address: addressToBase58(params.address),
          total_payments: sumMicroTari(payments.map((payment) => payment.amount)),
          payments: payments.map(paymentView),
        };
      },
    );

    app.get(
      '/api/order/id/:order_id',
      {
        onRequest: guard('user'),
        schema: { params: z.object({ order_id: orderId }), response: { 200: order.nullable() } },
      },
      async (request) => {
        const caller = callerOf(request);
        const seesAll = caller.roles.has('read_all') || caller.roles.has('super_admin');
        const found = seesAll
          ? await accounts.anyOrder(request.params.order_id)
          : await accounts.ownOrder(caller.address, request.params.order_id);
        return found ? orderView(found) : null;
      },
    );
  };
}
