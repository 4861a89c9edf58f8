import { DomainError } from '#payouts/errors.ts';
import type { PayoutsService } from '#payouts/service.ts';
import type { Refund } from '#payouts/types.ts';
import { AddressError, parseAddress } from '#tari/address.ts';
import type { PayerRefund, ShownRefunds, WaitingRefund } from './shown-refund.ts';

/** The refunds of an order as its payer sees them. */

export type PayerRefunds = ReturnType<typeof payerRefunds>;

export function payerRefunds({ refunds, payouts }: Pick<PayoutsService, 'refunds' | 'payouts'>) {
  const waitingOf = async ({ id, amount, reason, visibleToCustomer }: Refund): Promise<WaitingRefund> => ({
    ...{ id, amount, reason: visibleToCustomer ? reason : null },
    payer: (await refunds.payerOf(id))?.address ?? null,
  });

  const shownOf = async ({ amount, address, payoutId }: Refund): Promise<PayerRefund[]> => {
    if (address === null) return [];
    const payout = payoutId === null ? undefined : await payouts.find(payoutId);
    const { txid = null, confirmedAt = null } = payout ?? {};
    return [{ amount, address: address.address, txid, confirmedAt }];
  };

  return {
    async ofOrder(orderId: string): Promise<ShownRefunds> {
      const all = (await refunds.ofOrder(orderId)).filter(({ state }) => state !== 'cancelled' && state !== 'failed');
      const waiting = all.find(({ state }) => state === 'waiting_for_address');
      const shown = await Promise.all(all.map(shownOf));
      return { ...(waiting && { refund: await waitingOf(waiting) }), refunds: shown.flat() };
    },

    /** Only for a refund of this order that has no address yet: what was entered once, only the shop changes. */
    async setAddress(
      { orderId, customerId }: { orderId: string; customerId: string },
      id: string,
      to: 'payer' | { address: string },
    ): Promise<void> {
      const refund = (await refunds.ofOrder(orderId)).find((one) => one.id === id);
      if (refund === undefined) throw new DomainError('refund_not_found', id);
      if (refund.state !== 'waiting_for_address') {
        throw new DomainError('refund_change_forbidden', 'It has an address.');
      }
      if (to !== 'payer') requireWhole(to.address);
      await refunds.setAddress({ actor: `customer:${customerId}` }, id, to, 'customer');
    },
  };
}

/** An address with a spend key alone may be of a wallet that looks with another key: its money would not be seen. */
function requireWhole(address: string): void {
  try {
    if (parseAddress(address).viewKey !== null) return;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
  }
  throw new DomainError('payout_address_refused', 'It is not the whole address of a wallet of today.');
}
