import { networkProblemBySettings } from '#auth/shop-address.ts';
import type { EngineSettings, SignatureContext } from '#engine/context.ts';
import { type Owner, ownerOf } from '#engine/money/owners.ts';
import { isNamed } from '#engine/order-names.ts';
import type { Order } from '#engine/store/orders.ts';
import { type Claim, claimInMemo, verifyClaim } from '#tari/claim.ts';

/** Verifies the signatures of claims. It needs no database and is done before the unit of work. */

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
