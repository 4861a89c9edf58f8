import { verifiedClaim } from '#engine/claims/verified-claims.ts';
import type { SignatureContext } from '#engine/context.ts';
import { DomainError } from '#engine/errors.ts';
import type { ClaimedOrder, Orders } from '#engine/orders.ts';
import type { Claim } from '#tari/claim.ts';

/** Verifies the signatures of claims before they are processed. */
export function signedClaims(
  { enterClaim }: Pick<Orders, 'enterClaim'>,
  { settings }: Pick<SignatureContext, 'settings'>,
) {
  return {
    /**
     * Claims an order for the address that signed the claim, and tries to pay it. A repeat of the same claim has the same
     * result and no effect.
     * @throws {DomainError} `claim_signature_invalid`, and as `enterClaim`
     */
    async claim(claim: Claim): Promise<ClaimedOrder> {
      const verified = verifiedClaim(claim, settings);
      if (verified === undefined) throw new DomainError('claim_signature_invalid');
      return enterClaim(verified);
    },
  };
}
