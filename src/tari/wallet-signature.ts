import { hex } from '@scure/base';
import { addressToEmoji, type TariAddress } from './address.ts';
import { bytesFromHex, utf8 } from './bytes.ts';
import { NONCE_RANDOM_LENGTH, type RandomBytes, signSchnorr, verifySchnorr } from './schnorr.ts';

/** The hot wallet's signatures of its reports to the server (protocol.md 3). */

const DOMAIN = 'WalletSignature';

/** A hot wallet's report of a payment: texts as they are sent, the amount in µT. */
export interface SignedPayment {
  sender: string;
  amount: bigint;
  txid: string;
  memo: string | null;
  orderId: string | null;
}

/** The signer of a message, its `nonce`, which must increase with each message, and the signature, hex(R) hex(s). */
export interface WalletAuthentication {
  address: TariAddress;
  nonce: bigint;
  signature: string;
}

/**
 * The signed JSON of a payment: exactly these keys in this order, without spaces, absent ones as null. Wallets serialise
 * it with serde_json, whose string escapes are those of JSON.stringify.
 */
export function paymentPayload({ sender, amount, txid, memo, orderId }: SignedPayment): string {
  const text = JSON.stringify;
  return (
    `{"sender":${text(sender)},"amount":${amount},"txid":${text(txid)},` +
    `"memo":${text(memo)},"order_id":${text(orderId)}}`
  );
}

/** The signed JSON of a confirmation. */
export function confirmationPayload(txid: string): string {
  return JSON.stringify({ txid });
}

/**
 * The signed JSON of what a wallet asks or tells of payouts: what it does first, so that no payload of one route is one of
 * another, then the fields in the order of the body.
 */
export function payoutPayload(action: PayoutAction, fields: Readonly<Record<string, string | bigint | null>>): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
  );
  return `{${[`"payout":${JSON.stringify(action)}`, ...parts].join(',')}}`;
}

/** What wallets ask and tell of payouts, each a route of its own. */
export type PayoutAction = 'lease' | 'release' | 'started' | 'sent' | 'confirmed' | 'failed' | 'unknown';

/** The signed text: the address in emoji (a legacy one in the old table), the nonce and the payload. */
export function walletMessage(address: TariAddress, nonce: bigint, payload: string): string {
  return `${addressToEmoji(address)}:${nonce}:${payload}`;
}

/** Signs a payload as the hot wallet does. The signature is 128 characters of hex. */
export function signWalletMessage(
  secretKey: Uint8Array,
  address: TariAddress,
  nonce: bigint,
  payload: string,
  random: RandomBytes,
): string {
  const message = utf8(walletMessage(address, nonce, payload));
  return hex.encode(signSchnorr(DOMAIN, message, secretKey, random(NONCE_RANDOM_LENGTH)));
}

/** Whether the payload is signed by the spend key of the address, with this nonce. Never throws. */
export function verifyWalletSignature({ address, nonce, signature }: WalletAuthentication, payload: string): boolean {
  const signatureBytes = bytesFromHex(signature);
  if (signatureBytes === undefined) return false;
  return verifySchnorr(DOMAIN, utf8(walletMessage(address, nonce, payload)), address.spendKey, signatureBytes);
}
