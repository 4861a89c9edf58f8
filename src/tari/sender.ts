import { hex } from '@scure/base';
import { base58FromBytes } from './address/address-text.ts';
import { AddressError, addressFromBytes, parseAddress, type TariAddress } from './address.ts';

/**
 * The sender of a payment is what the payer's wallet wrote into it: an unproven claim that need not even be an address
 * (docs/reference/protocol.md 1 and 2). So parsing it never fails: the money is there, whatever it says.
 */

/** The sender that a payment claims. */
export interface Sender {
  /** As it was given, without the space around it; it may be empty. */
  readonly text: string;
  /**
   * The address, if a key can exist for it. Undefined for a text that is not an address, for the address of all-zero keys
   * that wallets write if they know no sender, on every network, and for keys that are not points of the curve, which
   * Tari's own code accepts: no signature can be made for any of these.
   */
  readonly address: TariAddress | undefined;
}

/** Parses a sender in any text form. Never throws. */
export function readSender(text: string): Sender {
  const trimmed = text.trim();
  return { text: trimmed, address: orUndefined(() => parseAddress(trimmed)) };
}

/** Parses a sender's bytes in a payment. The text is base58, or hex if base58 can't represent it. Never throws. */
export function senderOfBytes(bytes: Uint8Array): Sender {
  return { text: textOf(bytes), address: orUndefined(() => addressFromBytes(bytes)) };
}

/** The first two bytes are one character each in base58, so they must be below 58. */
function textOf(bytes: Uint8Array): string {
  const [network = 0, features = 0] = bytes;
  return bytes.length > 2 && network < 58 && features < 58 ? base58FromBytes(bytes) : hex.encode(bytes);
}

function orUndefined(read: () => TariAddress): TariAddress | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}
