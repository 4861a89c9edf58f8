import { hex } from '@scure/base';
import { bytesFromHex } from './bytes.ts';
import { NONCE_RANDOM_LENGTH, type RandomBytes, SIGNATURE_LENGTH, signSchnorr, verifySchnorr } from './schnorr.ts';

/**
 * Signatures that a Tari wallet makes when it signs a message (docs/reference/protocol.md 3): the common scheme with its
 * own domain, by the spend key of the wallet's address. A wallet shows one as `hex(s)|hex(R)`.
 */

const DOMAIN = 'com.tari.base_layer.wallet.message_signing';

/** 64 hex characters of s, a bar, 64 of R. */
const WALLET_FORM = /^([0-9a-f]{64})\|([0-9a-f]{64})$/i;
const S_LENGTH = SIGNATURE_LENGTH / 2;

/** The 64 bytes R s of a signature in the wallet's text form; undefined for any other text. */
export function bytesOfWalletForm(text: string): Uint8Array | undefined {
  const [, s = '', r = ''] = WALLET_FORM.exec(text) ?? [];
  return bytesFromHex(r + s);
}

/** Whether a wallet has signed the message with this key; `signature` is the 64 bytes R s. Never throws. */
export function verifyMessageSignature(message: Uint8Array, publicKey: Uint8Array, signature: Uint8Array): boolean {
  return verifySchnorr(DOMAIN, message, publicKey, signature);
}

/** Signs a message as a wallet does, in the wallet's text form. */
export function signMessage(message: Uint8Array, secretKey: Uint8Array, random: RandomBytes): string {
  const signature = signSchnorr(DOMAIN, message, secretKey, random(NONCE_RANDOM_LENGTH));
  return `${hex.encode(signature.subarray(S_LENGTH))}|${hex.encode(signature.subarray(0, S_LENGTH))}`;
}
