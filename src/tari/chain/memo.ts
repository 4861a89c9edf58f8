import { dammSum } from '#tari/address/damm-checksum.ts';
import { AddressError, addressFromBytes, NETWORKS, PAYMENT_ID, type TariAddress } from '#tari/address.ts';
import { isPublicKey } from '#tari/ristretto.ts';

/**
 * The memo in an output's encrypted data (chain.md 3): the payer's text, and the address that the payer claims. It is
 * parsed as the wallet parses it, so that both show the same text; if that fails there is no text, and the payment counts.
 */
export interface PaymentMemo {
  /** The payer's text, or null if there is none or it cannot be parsed. */
  text: string | null;
  /** The sender's address in the memo. The payer claims it, and it proves nothing. */
  senderBytes: Uint8Array | null;
  /** The same as an address; null if there is none, if its keys are not points, or if they are all zero bytes. */
  sender: TariAddress | null;
}

const EMPTY = 0;
const NUMBER = 1;
const TEXT = 2;
const OLD_TEXT_WITH_SENDER = 3;
const OLD_OUTGOING = 4;
const TEXT_WITH_SENDER = 5;
const OUTGOING = 6;
const BYTES = 7;

const AMOUNT_LENGTH = 8;
/** The fee, 4 bytes, and the flags, 1. */
const META_LENGTH = 5;
const NUMBER_LENGTH = 32;
const HASH_LENGTH = 32;
/** A memo with an address is padded with zeros to this length; a longer one is not padded. */
const PADDED_LENGTH = 130;

const SINGLE_ADDRESS_LENGTH = 35;
const DUAL_ADDRESS_LENGTH = 67;
const MAX_ADDRESS_LENGTH = DUAL_ADDRESS_LENGTH + 256;
const MAX_FEATURES = 7;
const NETWORK_BYTES: ReadonlySet<number> = new Set(Object.values(NETWORKS));

/** 8 bytes that are a number below this belong to the chain's first outputs and are not a memo. */
const PREMINE_LENGTH = 8;
const PREMINE_NUMBERS = 1000n;

const CONTROL_CHARACTER = /\p{Cc}/u;

const NOTHING: PaymentMemo = { text: null, senderBytes: null, sender: null };

/** Parses a memo. Never throws: bytes of an unknown form have no text and no sender. */
export function readMemo(memo: Uint8Array): PaymentMemo {
  if (isPremine(memo)) return NOTHING;
  const body = memo.subarray(1);
  switch (memo[0]) {
    case NUMBER:
      return withText(body.length === NUMBER_LENGTH ? littleEndian(body).toString() : null);
    case TEXT:
      return withText(textOf(body.subarray(1)));
    case OLD_TEXT_WITH_SENDER:
      return readOld(body, true);
    case OLD_OUTGOING:
      return readOld(body, false);
    case TEXT_WITH_SENDER:
      return readWithAddress(memo, 1, true);
    case OUTGOING:
      return readWithAddress(memo, 1 + AMOUNT_LENGTH, false);
    case BYTES:
      return withText(textOfBytes(body));
    case EMPTY:
      return NOTHING;
    default:
      return withText(textOfBytes(memo));
  }
}

/** Fee and flags, length, address, length, text; then, in a note of an outgoing payment, hashes; then zeros. */
function readWithAddress(memo: Uint8Array, start: number, isSender: boolean): PaymentMemo {
  const address = lengthAndBytes(memo, start + META_LENGTH);
  if (address === undefined || !isAddress(address.bytes)) return NOTHING;
  const text = lengthAndBytes(memo, address.end);
  if (text === undefined) return NOTHING;
  const end = isSender ? text.end : endOfHashes(memo, text.end);
  if (end === undefined || end > memo.length) return NOTHING;
  if (memo.length <= PADDED_LENGTH && memo.subarray(end).some((byte) => byte !== 0)) return NOTHING;
  return isSender ? withSender(text.bytes, address.bytes) : withText(textOf(text.bytes));
}

/** Amount, fee and flags, an address whose length only its checksum reveals, and the text to the end. */
function readOld(body: Uint8Array, isSender: boolean): PaymentMemo {
  const rest = body.subarray(AMOUNT_LENGTH + META_LENGTH);
  const length = lengthOfAddress(rest);
  if (length === undefined) return NOTHING;
  const text = rest.subarray(length);
  return isSender ? withSender(text, rest.subarray(0, length)) : withText(textOf(text));
}

/** Tries the lengths in the same order as the wallet: dual from the shortest up, then single. */
function lengthOfAddress(bytes: Uint8Array): number | undefined {
  const longest = Math.min(bytes.length, MAX_ADDRESS_LENGTH);
  for (let length = DUAL_ADDRESS_LENGTH; length <= longest; length += 1) {
    if (isAddress(bytes.subarray(0, length))) return length;
  }
  return isAddress(bytes.subarray(0, SINGLE_ADDRESS_LENGTH)) ? SINGLE_ADDRESS_LENGTH : undefined;
}

/**
 * Whether a wallet accepts the bytes as an address: it checks everything but the keys (protocol.md 2). Single addresses
 * have no payment ids, nor the feature for them.
 */
function isAddress(bytes: Uint8Array): boolean {
  const [network = -1, features = -1] = bytes;
  const isSingle = bytes.length === SINGLE_ADDRESS_LENGTH;
  if (!isSingle && (bytes.length < DUAL_ADDRESS_LENGTH || bytes.length > MAX_ADDRESS_LENGTH)) return false;
  const maxFeatures = isSingle ? MAX_FEATURES - PAYMENT_ID : MAX_FEATURES;
  if (!NETWORK_BYTES.has(network) || features > maxFeatures || dammSum(bytes) !== 0) return false;
  return bytes.length <= DUAL_ADDRESS_LENGTH || (features & PAYMENT_ID) !== 0;
}

function withText(text: string | null): PaymentMemo {
  return { text, senderBytes: null, sender: null };
}

function withSender(text: Uint8Array, address: Uint8Array): PaymentMemo {
  const senderBytes = address.slice();
  return { text: textOf(text), senderBytes, sender: senderOf(senderBytes) };
}

/** A wallet that knows no sender writes an address whose keys are all zero bytes, which belongs to no wallet. */
function senderOf(bytes: Uint8Array): TariAddress | null {
  try {
    const address = addressFromBytes(bytes);
    const keys = address.viewKey === null ? [address.spendKey] : [address.viewKey, address.spendKey];
    return keys.every(isPublicKey) ? address : null;
  } catch (error) {
    if (error instanceof AddressError) return null;
    throw error;
  }
}

/** The bytes as text. Invalid UTF-8 becomes `�`, as in texts that the wallet displays. */
function textOf(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/**
 * Bytes that are not marked as text, such as an order id that a payer's wallet was given as bytes: they are a text if all
 * of them are printable UTF-8. Every known kind is a control character, so a damaged memo is not mistaken for a text.
 */
function textOfBytes(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text === '' || CONTROL_CHARACTER.test(text) ? null : text;
  } catch {
    return null;
  }
}

function lengthAndBytes(memo: Uint8Array, at: number): { bytes: Uint8Array; end: number } | undefined {
  const length = memo[at];
  if (length === undefined || at + 1 + length > memo.length) return undefined;
  return { bytes: memo.subarray(at + 1, at + 1 + length), end: at + 1 + length };
}

function endOfHashes(memo: Uint8Array, at: number): number | undefined {
  const count = memo[at];
  return count === undefined ? undefined : at + 1 + count * HASH_LENGTH;
}

function isPremine(memo: Uint8Array): boolean {
  return memo.length === PREMINE_LENGTH && littleEndian(memo) < PREMINE_NUMBERS;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
