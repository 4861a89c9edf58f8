import { verifiedClaim } from '#engine/claims/verified-claims.ts';
import type { SignatureContext } from '#engine/context.ts';
import { DomainError } from '#engine/errors.ts';
import type { ClaimedOrder, Orders } from '#engine/orders.ts';
import type { Claim } from '#tari/claim.ts';

/** Claims as they come, with their signatures. */
export function signedClaims(
  { enterClaim }: Pick<Orders, 'enterClaim'>,
  { settings }: Pick<SignatureContext, 'settings'>,
) {
  return {
    /**
     * Claims an order for the address that signed the claim, and tries to pay it. Repeating the same claim answers the
     * same and changes nothing.
     * @throws {DomainError} `claim_signature_invalid`, and as `enterClaim`
     */
    async claim(claim: Claim): Promise<ClaimedOrder> {
      const verified = verifiedClaim(claim, settings);
      if (verified === undefined) throw new DomainError('claim_signature_invalid');
      return enterClaim(verified);
    },
  };
}
