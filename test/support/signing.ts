import type { WalletMessage } from '#auth/wallets.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { type Claim, signClaim } from '#tari/claim.ts';
import { type LoginClaims, signToken, verifyLoginToken } from '#tari/ristretto-jwt.ts';
import { signWalletMessage } from '#tari/wallet-signature.ts';
import { HOT_WALLET, type Person } from './test-wallets.ts';

/** What customers, operators and hot wallets sign, as it reaches the engine. */

/** Where the hot wallet of the tests stands. */
export const WALLET_PLACE = '10.1.2.3';

/** Enough for signatures that protect nothing; key and message make each nonce unique. */
const randomOfTests = (length: number) => new Uint8Array(length).fill(7);

/** "This address pays for this order", signed by the person; with another's address it is a lie. */
export function claimBy(person: Person, orderId: string, address: TariAddress = person.tariAddress): Claim {
  return signClaim(person.secretKey, address, orderId, randomOfTests);
}

/** The claim as a memo or an order's note carries it. */
export function claimText(person: Person, orderId: string, address?: TariAddress): string {
  return JSON.stringify(claimBy(person, orderId, address));
}

/** A text that looks like the person's claim, but is signed by somebody else. */
export function forgedClaimText(victim: Person, forger: Person, orderId: string): string {
  return claimText(forger, orderId, victim.tariAddress);
}

export interface MessageOptions {
  wallet?: Person;
  /** The form of the wallet's address; its single address where left out. */
  address?: TariAddress;
  nonce?: bigint;
  remoteAddress?: string;
  signature?: string;
}

/** A payload as a hot wallet signs and sends it. */
export function walletMessageOf(payload: string, options: MessageOptions & { nonce: bigint }): WalletMessage {
  const { wallet = HOT_WALLET, address = wallet.tariAddress, nonce, remoteAddress = WALLET_PLACE } = options;
  const signature = options.signature ?? signWalletMessage(wallet.secretKey, address, nonce, payload, randomOfTests);
  return { address, nonce, signature, payload, remoteAddress };
}

/** The text of a login token, signed by the person. */
export function loginTokenBy(person: Person, nonce: bigint, roles: readonly string[]): string {
  const claims = { address: addressToBase58(person.tariAddress), nonce, desired_roles: roles };
  return signToken(claims, person.secretKey, randomOfTests);
}

/** A login as it reaches the engine: from a token that was signed and verified. */
export function loginBy(person: Person, nonce: bigint, roles: readonly string[]): LoginClaims {
  return verifyLoginToken(loginTokenBy(person, nonce, roles));
}
