import { hex } from '@scure/base';
import { AddressError, addressToBase58, addressToHex, parseAddressObject, type TariAddress } from './address.ts';
import { bytesFromHex, isHex, utf8 } from './bytes.ts';
import { bytesOfWalletForm, verifyMessageSignature } from './message-signature.ts';
import { isStorable } from './portable-text.ts';
import { NONCE_RANDOM_LENGTH, type RandomBytes, signSchnorr, verifySchnorr } from './schnorr.ts';
import { MAX_MEMO_LENGTH, MAX_ORDER_ID_LENGTH } from './text-limits.ts';

/**
 * Order claims (protocol.md 3 and 4): the owner of an address states, with a signature, that an order is theirs. Without
 * it, anyone could name another person's wallet in an order and wait for a payment from it.
 */

const DOMAIN = 'MemoSignature';
/** hex(R) hex(s), or a wallet's hex(s)|hex(R). */
const SIGNATURE_TEXT = /^(?:[0-9a-f]{128}|[0-9a-f]{64}\|[0-9a-f]{64})$/i;

/**
 * A claim as it is on the wire. The address is in any text form; the signature is hex(R) hex(s), or hex(s)|hex(R) as a
 * wallet shows its signature of a message.
 */
export interface Claim {
  address: string;
  order_id: string;
  signature: string;
}

export type ClaimErrorCode = 'malformed_claim' | 'invalid_address' | 'invalid_order_id' | 'invalid_signature';

/** The input is not a claim. The message is a sentence that may be shown to the user. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError';
  readonly code: ClaimErrorCode;

  constructor(code: ClaimErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Parses a claim object, which may have other keys too. An address in one of the JSON objects of older tools is converted
 * to text. Throws ClaimError. It does not verify the signature: that is verifyClaim.
 */
export function parseClaim(value: unknown): Claim {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ClaimError('malformed_claim', 'A claim is an object with address, order_id and signature.');
  }
  const { address, order_id: orderId, signature } = value as Record<string, unknown>;
  if (
    typeof orderId !== 'string' ||
    orderId.length < 1 ||
    orderId.length > MAX_ORDER_ID_LENGTH ||
    !isStorable(orderId)
  ) {
    throw new ClaimError('invalid_order_id', `A claim's order_id is a text of 1 to ${MAX_ORDER_ID_LENGTH} characters.`);
  }
  if (typeof signature !== 'string' || !SIGNATURE_TEXT.test(signature)) {
    throw new ClaimError(
      'invalid_signature',
      'Invalid signature: it must be 128 characters of hex, or s|R of 64 characters each, as wallets sign messages.',
    );
  }
  return { address: addressTextIn(address), order_id: orderId, signature };
}

/**
 * Whether the claim's signature is by the spend key of the claim's address, and that address. Throws AddressError for an
 * invalid address, which parseClaim has already excluded.
 */
export function verifyClaim(claim: Claim): { valid: boolean; address: TariAddress } {
  const address = parseAddressObject(claim.address);
  const isSigned = (addressText: string) =>
    isSignatureOf(claim.signature, claimMessage(addressText, claim.order_id), address.spendKey);
  // A claim with the address in hex has most likely signed that hex, so it is tried first (protocol.md 3).
  const valid = (isHex(claim.address) && isSigned(claim.address)) || isSigned(addressToBase58(address));
  return { valid, address };
}

/**
 * Whether the text is the key's signature on the message: under the domain of claims, or as a wallet signs messages
 * (protocol.md 3). Some put the two halves that a wallet gives into the form of claims, so that form is tried under both.
 */
function isSignatureOf(text: string, message: Uint8Array, publicKey: Uint8Array): boolean {
  const walletForm = bytesOfWalletForm(text);
  if (walletForm !== undefined) return verifyMessageSignature(message, publicKey, walletForm);
  const signature = bytesFromHex(text);
  if (signature === undefined) return false;
  return verifySchnorr(DOMAIN, message, publicKey, signature) || verifyMessageSignature(message, publicKey, signature);
}

/** The text that a claim signs: the message that a wallet must sign to claim the order. */
export function claimText(address: TariAddress, orderId: string): string {
  return `${addressToBase58(address)}:${orderId}`;
}

/** A claim of the address's owner on an order, in the base58 form. Throws ClaimError for an order id of wrong length. */
export function signClaim(secretKey: Uint8Array, address: TariAddress, orderId: string, random: RandomBytes): Claim {
  const addressText = addressToBase58(address);
  const message = claimMessage(addressText, orderId);
  const signature = hex.encode(signSchnorr(DOMAIN, message, secretKey, random(NONCE_RANDOM_LENGTH)));
  return parseClaim({ address: addressText, order_id: orderId, signature });
}

/**
 * The claim that a memo carries: the whole memo, or under the key `claim` of a JSON object (protocol.md 4). Its
 * signature is not verified yet. Undefined when there is none; never throws.
 */
export function claimInMemo(memo: string): Claim | undefined {
  if (memo.length > MAX_MEMO_LENGTH) return undefined;
  const text = memo.trim();
  // Most memos are plain words; this check saves a parser's exception.
  if (!text.startsWith('{')) return undefined;
  const value = orUndefined(() => JSON.parse(text) as Record<string, unknown>);
  if (value === undefined) return undefined;
  return orUndefined(() => parseClaim(value)) ?? orUndefined(() => parseClaim(value.claim));
}

function claimMessage(addressText: string, orderId: string): Uint8Array {
  return utf8(`${addressText}:${orderId}`);
}

function addressTextIn(value: unknown): string {
  try {
    const address = parseAddressObject(value);
    if (typeof value === 'string') return value;
    // In hex both signed forms of a legacy address are tried, as for a claim that gave it so.
    return address.kind === 'legacy' ? addressToHex(address) : addressToBase58(address);
  } catch (error) {
    if (error instanceof AddressError) throw new ClaimError('invalid_address', error.message);
    throw error;
  }
}

function orUndefined<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
