import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { DomainError } from '#engine/errors.ts';
import type { OrderChanges } from '#engine/operator-actions.ts';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import type { ErrorCode } from '#platform/errors.ts';
import { callerOf, ownAddressOf } from '#platform/http/caller.ts';
import { address, customerId, orderId, reason } from '#platform/http/fields.ts';
import { memo, order, orderChanged, orderMoved, priceAmount, settlement, signedAmount } from './schemas.ts';

const optionalReason = reason.nullish().transform((text) => text ?? undefined);
/** A change with an Idempotency-Key is made once. */
const KEY: readonly ErrorCode[] = ['idempotency_key_reused'];
const CHANGE: readonly ErrorCode[] = ['order_not_found', 'order_change_forbidden', ...KEY];

const orderAndReason = z.object({ order_id: orderId, reason });

/**
 * Operator actions on orders and money, and settling by customers. Each accepts an `Idempotency-Key`.
 * @param canReset false if the shop cannot reopen a cancelled order.
 */
export function changeRoutes(changes: OrderChanges, canReset: boolean): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/credit',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Gives a customer credit, or takes it back, and pays the orders that can then be paid',
          tags: ['changes'],
          body: z.object({ customer_id: customerId, amount: signedAmount, reason: optionalReason }),
          errors: ['credit_exceeds_balance', ...KEY],
          response: { 200: settlement },
        },
      },
      (request) => {
        const { customer_id: customerId, amount, reason } = request.body;
        return changes.credit(changeRequestOf(request), { customerId, amount, reason });
      },
    );

    app.post(
      '/api/fulfill',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Pays an order by a credit of its price',
          tags: ['changes'],
          body: orderAndReason,
          errors: CHANGE,
          response: { 200: order },
        },
      },
      (request) => {
        const { order_id: orderId, reason } = request.body;
        return changes.fulfill(changeRequestOf(request), { orderId, reason });
      },
    );

    app.post(
      '/api/cancel',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Cancels an open order, here and in the shop',
          tags: ['changes'],
          body: orderAndReason,
          errors: CHANGE,
          response: { 200: order },
        },
      },
      (request) => {
        const { order_id: orderId, reason } = request.body;
        return changes.cancel(changeRequestOf(request), { orderId, reason });
      },
    );

    app.patch(
      '/api/order_memo',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Changes the memo of an order',
          tags: ['changes'],
          body: z.object({ order_id: orderId, new_memo: memo, reason: optionalReason }),
          errors: ['order_not_found', 'order_change_no_op', ...KEY],
          response: { 200: order },
        },
      },
      (request) => {
        const { order_id: orderId, new_memo: memo, reason } = request.body;
        return changes.changeMemo(changeRequestOf(request), { orderId, memo, reason });
      },
    );

    app.patch(
      '/api/order_price',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Changes the price of an open order, and pays it if that is then possible',
          tags: ['changes'],
          body: z.object({ order_id: orderId, new_price: priceAmount, reason: optionalReason }),
          errors: [...CHANGE, 'order_change_no_op'],
          response: { 200: order },
        },
      },
      (request) => {
        const { order_id: orderId, new_price: price, reason } = request.body;
        return changes.changePrice(changeRequestOf(request), { orderId, price, reason });
      },
    );

    app.patch(
      '/api/reassign_order',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Gives an order to another customer',
          tags: ['changes'],
          body: z.object({ order_id: orderId, new_customer_id: customerId, reason }),
          errors: [...CHANGE, 'order_change_no_op'],
          response: { 200: orderMoved },
        },
      },
      (request) => {
        const { order_id: orderId, new_customer_id: customerId, reason } = request.body;
        return changes.reassign(changeRequestOf(request), { orderId, customerId, reason });
      },
    );

    app.patch(
      '/api/reset_order/:order_id',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Reopens an expired or cancelled order',
          tags: ['changes'],
          params: z.object({ order_id: orderId }),
          errors: [...CHANGE, 'order_reset_impossible'],
          response: { 200: orderChanged },
        },
      },
      async (request) => {
        if (!canReset) throw new DomainError('order_reset_impossible');
        return changes.reset(changeRequestOf(request), request.params.order_id);
      },
    );

    app.post(
      '/api/settle',
      {
        config: { access: [] },
        schema: {
          summary: 'Pays as many open orders of the caller’s customers as possible',
          tags: ['customers'],
          errors: [...KEY, 'own_address_missing'],
          response: { 200: settlement.nullable() },
        },
      },
      (request) => {
        const { roles } = callerOf(request);
        const address = ownAddressOf(request);
        const seesAll = roles.has('read_all') || roles.has('super_admin');
        return changes.settleAddress(changeRequestOf(request), { address, seesAll });
      },
    );

    app.post(
      '/api/settle/address/:address',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Pays as many open orders of an address’s customers as possible',
          tags: ['changes'],
          params: z.object({ address }),
          errors: KEY,
          response: { 200: settlement.nullable() },
        },
      },
      (request) => {
        const { address } = request.params;
        return changes.settleAddress(changeRequestOf(request), { address, seesAll: true });
      },
    );

    app.post(
      '/api/settle/customer/:id',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Pays as many open orders of a customer as possible',
          tags: ['changes'],
          params: z.object({ id: customerId }),
          errors: KEY,
          response: { 200: settlement.nullable() },
        },
      },
      (request) => changes.settleCustomer(changeRequestOf(request), request.params.id),
    );
  };
}
