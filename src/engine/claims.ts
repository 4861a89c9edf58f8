import { networkProblemBySettings } from '#auth/shop-network.ts';
import type { Transaction } from '#platform/database/store.ts';
import { type Claim, claimInMemo, verifyClaim } from '#tari/claim.ts';
import type { EngineSettings, SignatureContext } from './context.ts';
import type { Ledger } from './money/ledger.ts';
import { type Claimant, type Owner, ownerOf } from './money/owners.ts';
import { isNamed } from './order-lookup.ts';
import { isOpen } from './order-states.ts';
import { accountRepository } from './store/accounts.ts';
import type { Order } from './store/orders.ts';
import type { Payment } from './store/payments.ts';

/** Claims of orders: by a signature, which authorises its account, or by a payment that merely names the order. */

/** A claim whose signature was verified: the claimant states that the order is theirs. */
export type VerifiedClaim = { orderId: string; claimant: Owner } & { readonly __checked: 'Claim' };

/**
 * The claim, if the owner of its address has signed it or the settings require no signature. Verifying signatures is slow,
 * so it is done before the unit of work.
 */
export function verifiedClaim(
  claim: Claim,
  { disableMemoSignatureCheck }: Pick<EngineSettings, 'disableMemoSignatureCheck'>,
): VerifiedClaim | undefined {
  const { valid, address } = verifyClaim(claim);
  if (!valid && !disableMemoSignatureCheck) return undefined;
  return { orderId: claim.order_id, claimant: ownerOf(address) } as VerifiedClaim;
}

/** The claimant in an order's own texts: the first signed claim of it. Slow, so it is done before the unit of work. */
export function claimantIn(
  shopOrder: Pick<Order, 'orderId' | 'altId'> & { readonly claimTexts: readonly string[] },
  { settings, log }: SignatureContext,
): Owner | undefined {
  for (const text of shopOrder.claimTexts) {
    const claim = claimInMemo(text);
    if (claim === undefined || !isNamed(shopOrder, claim.order_id, settings.strictMode)) continue;
    const verified = verifiedClaim(claim, settings);
    const problem = verified && networkProblemBySettings(settings, verified.claimant.account);
    if (verified !== undefined && problem === undefined) return verified.claimant;
    log.info(
      { orderId: shopOrder.orderId },
      `Ignoring the claim in the note of the order: ${problem ?? 'it is not signed by its address.'}`,
    );
  }
  return undefined;
}

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
