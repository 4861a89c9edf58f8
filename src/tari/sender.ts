import { hex } from '@scure/base';
import { base58FromBytes } from './address/address-text.ts';
import { AddressError, addressFromBytes, parseAddress, type TariAddress } from './address.ts';

/**
 * The sender of a payment is what the payer's wallet wrote into it: a statement that nothing proves, and that need not
 * even be an address (docs/reference/protocol.md 1 and 2). So reading it never fails: the money is there, whatever it says.
 */

/** What a payment says of where it came from. */
export interface Sender {
  /** As it was given, without the space around it; it may be empty. */
  readonly text: string;
  /**
   * The address, where it is one that a key can stand behind. Undefined for a text that is no address, for the address of
   * all-zero keys that wallets pass where they know no sender, on every network, and for keys that are no points of the
   * curve, which Tari's own code takes: nobody can sign for any of these.
   */
  readonly address: TariAddress | undefined;
}

/** Reads a sender in any text form. Never throws. */
export function readSender(text: string): Sender {
  const trimmed = text.trim();
  return { text: trimmed, address: orUndefined(() => parseAddress(trimmed)) };
}

/** Reads a sender's bytes, as they stand in a payment. The text is base58, or hex where base58 can't write it. Never throws. */
export function senderOfBytes(bytes: Uint8Array): Sender {
  return { text: textOf(bytes), address: orUndefined(() => addressFromBytes(bytes)) };
}

/** The first two bytes are one character each in base58, so that only bytes below 58 can stand there. */
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
