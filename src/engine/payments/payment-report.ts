import { networkProblemBySettings } from '#auth/shop-address.ts';
import { verifiedClaim } from '#engine/claims/verified-claims.ts';
import type { SignatureContext } from '#engine/context.ts';
import { type Claimant, claimantOf, type Owner } from '#engine/money/owners.ts';
import { orderNamedInMemo } from '#engine/order-names.ts';
import { claimInMemo } from '#tari/claim.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { Sender } from '#tari/sender.ts';

/** What a rail reports of a payment, and what follows from it without the database. */

/** A payment as the hot wallet reports it. */
export interface PaymentReport {
  txid: string;
  /** What the payer's wallet wrote into the payment: a claim, not a proof. */
  sender: Sender;
  /** µT, above 0. */
  amount: MicroTari;
  memo: string | null;
  /** The order that the payment is for. */
  orderId: string | null;
}

/** The order that a payment names, and the claimant: its claimed sender, or the signer of a claim. */
export type NamedOrder =
  | { orderId: string; claimant: Claimant; isSigned: false }
  | { orderId: string; claimant: Owner; isSigned: true };

/** The order that a payment names, and the claimant: a signed claim in its memo makes its signer the claimant. */
export function namedOrder(
  { txid, memo, orderId, sender }: Pick<PaymentReport, 'txid' | 'memo' | 'orderId' | 'sender'>,
  { settings, log }: SignatureContext,
): NamedOrder | undefined {
  const claim = memo === null ? undefined : claimInMemo(memo);
  if (claim !== undefined) {
    const verified = verifiedClaim(claim, settings);
    const problem = verified && networkProblemBySettings(settings, verified.claimant.account);
    if (verified !== undefined && problem === undefined) return { ...verified, isSigned: true };
    log.info(
      { txid },
      `Ignoring the claim in the memo of the payment: ${problem ?? 'it is not signed by its address.'}`,
    );
  }
  const named = orderId ?? orderNamedInMemo(memo, settings);
  return named === undefined ? undefined : { orderId: named, claimant: claimantOf(sender), isSigned: false };
}

/** `early`: the payment is not known yet; the confirmation is kept and applied as soon as the payment arrives. */
export type ConfirmationOutcome = 'confirmed' | 'already_confirmed' | 'early';

export const CONFIRMATION_SENTENCES: Readonly<Record<ConfirmationOutcome, string>> = {
  confirmed: 'it is confirmed',
  already_confirmed: 'it was confirmed already',
  early: 'its confirmation came first and is kept until the payment comes',
};
