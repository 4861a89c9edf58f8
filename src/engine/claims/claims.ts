import type { Ledger } from '#engine/money/ledger.ts';
import type { Claimant, Owner } from '#engine/money/owners.ts';
import { isOpen } from '#engine/order-states.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import type { Order } from '#engine/store/orders.ts';
import type { Payment } from '#engine/store/payments.ts';
import type { Transaction } from '#platform/database/store.ts';

/** Claims of orders: by a signature, which authorises its account, or by a payment that merely names the order. */

/**
 * Enters a signed claim of an open order. It takes precedence over a claimant that only payments have named. An earlier
 * signed claim stays valid: the new claimant's credit may pay the order as well.
 */
export async function enterSignedClaim(ledger: Ledger, order: Order, claimant: Owner): Promise<void> {
  if (!isOpen(order.status)) return;
  if (order.status === 'Unclaimed') await ledger.claimOrder(order, claimant, 'proven');
  else if (order.claimKind === 'proven') await ledger.addSigner(order, claimant);
  else await ledger.takeOverOrder(order, claimant);
}

/** Enters that a payment names an order: an Unclaimed order becomes New. It authorises no account to pay. */
export async function enterNaming(ledger: Ledger, order: Order, claimant: Claimant): Promise<void> {
  if (order.status === 'Unclaimed') await ledger.claimOrder(order, claimant, 'stated');
}

/** The sender that a payment claims. */
export async function statedBy(tx: Transaction, { account, sender }: Payment): Promise<Claimant> {
  const known = account === null ? undefined : await tx.use(accountRepository).find(account);
  return known === undefined ? { account: null, address: sender } : { account, address: known.address };
}
