import type { Repositories } from '#platform/database/transaction.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import { type Claim, claimInMemo, verifyClaim } from '#tari/claim.ts';
import type { EngineSettings, SignatureContext } from './context.ts';
import type { Ledger } from './money/ledger.ts';
import { type Claimant, type Owner, ownerOf } from './money/owners.ts';
import { isNamed } from './order-lookup.ts';
import { isOpen } from './order-states.ts';
import { networkProblemBySettings } from './shop-network.ts';
import type { Order } from './store/orders.ts';
import type { Payment } from './store/payments.ts';

/** How orders come to be claimed: by a signature, which speaks for its account, or by a payment that only names them. */

/** A claim whose signature has been checked: the claimant says that the order is theirs. */
export type VerifiedClaim = { orderId: string; claimant: Owner } & { readonly __checked: 'Claim' };

/**
 * The claim, where the owner of its address has signed it, or where the settings ask nobody to. Looking at signatures is
 * slow, so it is done before the unit of work.
 */
export function verifiedClaim(
  claim: Claim,
  { disableMemoSignatureCheck }: Pick<EngineSettings, 'disableMemoSignatureCheck'>,
): VerifiedClaim | undefined {
  const { valid, address } = verifyClaim(claim);
  if (!valid && !disableMemoSignatureCheck) return undefined;
  return { orderId: claim.order_id, claimant: ownerOf(address) } as VerifiedClaim;
}

/** Who claims an order by its own texts: the first that has signed a claim of it. Slow, so it is done before the unit of work. */
export function claimantIn(shopOrder: ShopOrder, { settings, log }: SignatureContext): Owner | undefined {
  for (const text of shopOrder.claimTexts) {
    const claim = claimInMemo(text);
    if (claim === undefined || !isNamed(shopOrder, claim.order_id, settings.strictMode)) continue;
    const verified = verifiedClaim(claim, settings);
    const problem = verified && networkProblemBySettings(settings, verified.claimant.account);
    if (verified !== undefined && problem === undefined) return verified.claimant;
    log.info(
      { orderId: shopOrder.orderId },
      `The claim in the note of the order is passed over: ${problem ?? 'it is not signed by its address.'}`,
    );
  }
  return undefined;
}

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
export async function statedBy(tx: Repositories, { account, sender }: Payment): Promise<Claimant> {
  const known = account === null ? undefined : await tx.accounts.find(account);
  return known === undefined ? { account: null, address: sender } : { account, address: known.address };
}
