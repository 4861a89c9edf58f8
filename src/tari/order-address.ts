import { hex } from '@scure/base';
import { dammSum } from './address/damm-checksum.ts';
import { type TariAddress, withPaymentId } from './address.ts';
import { utf8 } from './bytes.ts';

/**
 * An order's own payment address: the shop's dual address with the order's id as its payment id, so that a plain payment
 * to it names its order (docs/reference/protocol.md 2). It is computed, never stored, and never changes.
 */

/** The address of an order in base58; null if the shop has no dual address, or the id is too long to be a payment id. */
export type OrderAddress = (orderId: string) => string | null;

const MAX_PAYMENT_ID_BYTES = 256;

/** Network, features and the two keys of a dual address. */
const KEYS_END = 66;

export const noOrderAddress: OrderAddress = () => null;

/** @param shop the address that customers pay to; undefined while there is none. */
export function orderAddress(shop: TariAddress | undefined): OrderAddress {
  if (shop?.kind !== 'dual') return noOrderAddress;
  // Keys and features are validated once: that takes a hundred times as long as the rest.
  const start = withPaymentId(shop, Uint8Array.of(0)).bytes.subarray(0, KEYS_END);
  return (orderId) => {
    const id = utf8(orderId);
    if (id.length < 1 || id.length > MAX_PAYMENT_ID_BYTES) return null;
    const bytes = new Uint8Array(start.length + id.length + 1);
    bytes.set(start);
    bytes.set(id, start.length);
    bytes[bytes.length - 1] = dammSum(bytes.subarray(0, -1));
    return base58Of(bytes.subarray(0, 1)) + base58Of(bytes.subarray(1, 2)) + base58Of(bytes.subarray(2));
  };
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** As many characters as fit a number without loss: 58^9 is below 2^53. */
const CHUNK_LENGTH = 9;
const CHUNK = 58n ** BigInt(CHUNK_LENGTH);

/** Base58 of some bytes. A list of a thousand orders has as many addresses, and the library takes 0.2 ms for each. */
function base58Of(bytes: Uint8Array): string {
  let rest = BigInt(`0x${hex.encode(bytes)}`);
  let text = '';
  while (rest > 0n) {
    let chunk = Number(rest % CHUNK);
    rest /= CHUNK;
    for (let place = 0; place < CHUNK_LENGTH && (chunk > 0 || rest > 0n); place += 1) {
      text = (ALPHABET[chunk % 58] ?? '') + text;
      chunk = Math.floor(chunk / 58);
    }
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros === -1 ? bytes.length : zeros) + text;
}
