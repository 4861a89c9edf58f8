import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { callerOf } from '#platform/http/caller.ts';
import { DomainError } from '#support/back-end/errors.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { amountIn, bodyOf, checkout, refund } from './bodies.ts';
import { type BackEndPorts, type BackEndRoutes, ROWS } from './ports.ts';
import { checkoutView, MONEY } from './views.ts';

/** `checkout` and `refund`: orders, and money that goes back. */
export function checkoutHandlers({ services, accountId }: BackEndPorts): BackEndRoutes {
  const { engine, payouts } = services;

  const checkoutOf = async (orderId: string) => {
    const details = await engine.accounts.anyOrder(orderId);
    if (details === undefined) throw new DomainError('order_not_found', orderId);
    const refunds = await payouts.refunds.ofOrder(details.order.orderId);
    return checkoutView(details.order, accountId, refunds.at(-1)?.reason ?? null);
  };

  return {
    checkout: {
      roles: ['read_all'],
      async answer(request) {
        const { checkout_id: orderId, start = 0 } = bodyOf(request, checkout);
        if (orderId !== undefined) return checkoutOf(orderId);
        const { rows } = await engine.lists.search({}, { limit: start + ROWS, order: 'desc' });
        return rows.slice(start).map((order) => checkoutView(order, accountId));
      },
    },

    refund: {
      roles: ['support', 'finance'],
      async answer(request) {
        const { checkout_id: orderId, refund_reason: reason, address } = bodyOf(request, refund);
        const amount = amountIn(request);
        const change = changeRequestOf(request);
        const to = await destinationOf(orderId, address, callerOf(request).name);
        const kind = amount === undefined ? 'all' : 'part';
        const entered = await payouts.refunds.request(change, { orderId, kind, amount, to, reason });
        return {
          checkout_id: entered.order_id,
          account_id: accountId,
          state: entered.state,
          refund: { amount_refunded: entered.amount, refund_reason: entered.reason },
          ...MONEY,
          refund_id: entered.id,
          address: entered.address,
          needs_approval: entered.needs_approval,
        };
      },
    },
  };

  /** The wallet that paid, if it is one customer's; otherwise the customer enters an address on the order's page. */
  async function destinationOf(orderId: string, address: TariAddress | undefined, person: string) {
    if (address !== undefined) return { address: addressToBase58(address) };
    const { payer } = await payouts.refunds.quote(orderId, person);
    return payer.order === null ? 'customer' : 'payer';
  }
}
