import type { Ledger } from '#engine/money/ledger.ts';
import type { Claimant, Owner } from '#engine/money/owners.ts';
import { isOpen } from '#engine/order-states.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import type { Order } from '#engine/store/orders.ts';
import type { Payment } from '#engine/store/payments.ts';
import type { Transaction } from '#platform/database/store.ts';

/** How orders come to be claimed: by a signature, which speaks for its account, or by a payment that only names them. */

/**
 * Enters that the claimant has signed that an open order is theirs. It takes the order over from whom only payments named
 * it for. Where somebody has signed before, that changes nothing for them: the claimant's credit may pay it, too.
 */
export async function enterSignedClaim(ledger: Ledger, order: Order, claimant: Owner): Promise<void> {
  if (!isOpen(order.status)) return;
  if (order.status === 'Unclaimed') await ledger.claimOrder(order, claimant, 'proven');
  else if (order.claimKind === 'proven') await ledger.addSigner(order, claimant);
  else await ledger.takeOverOrder(order, claimant);
}

/** Enters that a payment names an order: an Unclaimed one is New then. It lets nobody's account pay anything. */
export async function enterNaming(ledger: Ledger, order: Order, claimant: Claimant): Promise<void> {
  if (order.status === 'Unclaimed') await ledger.claimOrder(order, claimant, 'stated');
}

/** From whom a payment says that it comes. */
export async function statedBy(tx: Transaction, { account, sender }: Payment): Promise<Claimant> {
  const known = account === null ? undefined : await tx.use(accountRepository).find(account);
  return known === undefined ? { account: null, address: sender } : { account, address: known.address };
}
