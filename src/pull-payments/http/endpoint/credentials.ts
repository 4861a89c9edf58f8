import type { RandomBytes } from '#interledger/bytes.ts';
import {
  type Credentials,
  openSealed,
  openTagged,
  sealedCredentials,
  taggedCredentials,
} from '#interledger/stream/credentials.ts';
import type { ReceiptKey } from '#interledger/stream/receipt.ts';

/** What an address that we gave out is for. It is authentic once a packet decrypts under its secret. */
export interface Opened {
  /** The segment of the address that stands for the connection. */
  segment: string;
  sharedSecret: Uint8Array;
  /** Null for a push. */
  agreementId: string | null;
  /** Of a push whose sender's verifier asked for receipts. */
  receiptKey: ReceiptKey | undefined;
}

/** Agreements have UUIDs. Whatever else stands behind the token of an address was not written by us. */
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The address and secret of a new connection. A pull's address ends with `~` and the agreement's id, never with the
 * pointer's path, which is a secret; a push's has nothing there, or hides a receipt's key in its token.
 */
export function newCredentials(
  seed: Uint8Array,
  address: string,
  random: RandomBytes,
  agreementId: string | null,
  receipt: ReceiptKey | null,
): Credentials {
  if (agreementId !== null) return taggedCredentials(seed, address, random, agreementId);
  if (receipt !== null) return sealedCredentials(seed, address, random, { receipt });
  return taggedCredentials(seed, address, random);
}

/** What the destination of a packet is for; undefined if it is no address of ours. */
export function openCredentials(seed: Uint8Array, address: string, destination: string): Opened | undefined {
  const tagged = openTagged(seed, address, destination);
  if (tagged !== undefined) {
    const { segment, sharedSecret, tag } = tagged;
    if (tag !== undefined && !ID.test(tag)) return undefined;
    return { segment, sharedSecret, agreementId: tag ?? null, receiptKey: undefined };
  }
  const sealed = openSealed(seed, address, destination);
  if (sealed?.content.receipt === undefined) return undefined;
  const { segment, sharedSecret, content } = sealed;
  return { segment, sharedSecret, agreementId: null, receiptKey: content.receipt };
}
