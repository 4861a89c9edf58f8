import type { z } from 'zod';
import type { Order } from '#engine/store/orders.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { Found } from '#support/directory/found.ts';
import { bodyOf, payer } from './bodies.ts';
import { OtherSideError } from './error-form.ts';
import { type BackEndPorts, type BackEndRoutes, ROWS } from './ports.ts';
import { payerCheckoutView } from './views.ts';

/** `payer`: the orders of a customer, found by what is known of them. Unknown ones have none. */
export function payerHandlers({ services, accountId }: BackEndPorts): BackEndRoutes {
  const { directory, engine } = services;
  const newest = { limit: ROWS, order: 'desc' } as const;

  const ofCustomer = async (customerId: string): Promise<Order[]> =>
    (await engine.lists.search({ customerId }, newest)).rows;

  const known = async (orderIds: readonly string[]): Promise<Order[]> => {
    const found = [];
    for (const id of orderIds.slice(0, ROWS)) found.push((await engine.accounts.anyOrder(id))?.order);
    return found.filter((order) => order !== undefined);
  };

  const byEmail = async (email: string): Promise<Order[]> => {
    const found = foundOrThrow(await directory.find(email));
    if (found.kind === 'orders') return known(found.orderIds);
    const orders = [];
    for (const customerId of found.customerIds) orders.push(...(await ofCustomer(customerId)));
    return orders;
  };

  const ordersOf = async ({ email, address, customer_id: customerId, order }: z.output<typeof payer>) => {
    if (email !== undefined) return byEmail(email);
    if (address !== undefined) return (await engine.lists.orders(address, newest)).rows;
    if (customerId !== undefined) return ofCustomer(customerId);
    const [named] = await known(order === undefined ? [] : [order]);
    return named === undefined ? [] : ofCustomer(named.customerId);
  };

  return {
    payer: {
      roles: ['read_all'],
      async answer(request) {
        const orders = await ordersOf(bodyOf(request, payer));
        return { payer_checkouts: orders.slice(0, ROWS).map((order) => payerCheckoutView(order, accountId)) };
      },
    },
  };
}

/** @throws {OtherSideError} `directory_missing`, `directory_failed` */
function foundOrThrow(found: Found): Extract<Found, { kind: 'customers' | 'orders' }> {
  switch (found.kind) {
    case 'none':
      throw new HttpError('directory_missing');
    case 'failed':
      throw new OtherSideError('directory_failed', found.reason, null, { error: found.reason });
    case 'refused':
      throw new OtherSideError('directory_failed', 'it answered with an error.', found.message, found.original);
    default:
      return found;
  }
}
