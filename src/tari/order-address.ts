import { base58 } from '@scure/base';
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
  const head = base58.encode(start.subarray(0, 1)) + base58.encode(start.subarray(1, 2));
  const sum = dammSum(start);
  const keys = start.subarray(2);
  const ofLength: KeysInBase58[] = [];
  return (orderId) => {
    const id = utf8(orderId);
    if (id.length < 1 || id.length > MAX_PAYMENT_ID_BYTES) return null;
    ofLength[id.length] ??= keysInBase58(keys, id.length + 1);
    return head + textWith(ofLength[id.length] as KeysInBase58, id, dammSum(id, sum));
  };
}

/*
 * Base58 writes all bytes as one number, which takes time that grows with the square of their length: 16 µs for each of the
 * thousand orders of a list. All bytes but the id and the checksum are the same for every order of a shop, so their part
 * of the number is computed once for each length of an id, and the rest is added to its last digits.
 */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const PAIRS: readonly string[] = [...ALPHABET].flatMap((first) => [...ALPHABET].map((second) => first + second));

/** Digits are computed five at a time: 58^5 times 256 is far below 2^53. */
const DIGITS_AT_ONCE = 5;
const CHUNK = 58 ** DIGITS_AT_ONCE;

/** The number of the keys, shifted by the bytes that follow them. */
interface KeysInBase58 {
  /** Its last digits, in chunks from the lowest, as many as the following bytes can fill. */
  low: readonly number[];
  /** All digits before these, and the same if one is carried over to them. */
  high: string;
  highPlusOne: string;
}

function keysInBase58(keys: Uint8Array, followingBytes: number): KeysInBase58 {
  const zeros = keys.findIndex((byte) => byte !== 0);
  let rest = 0n;
  for (const byte of keys) rest = rest * 256n + BigInt(byte);
  rest <<= BigInt(8 * followingBytes);
  const low: number[] = [];
  for (let range = 1n << BigInt(8 * followingBytes); range > 0n; range /= BigInt(CHUNK)) {
    low.push(Number(rest % BigInt(CHUNK)));
    rest /= BigInt(CHUNK);
  }
  const leading = '1'.repeat(zeros);
  return { low, high: leading + digitsOf(rest), highPlusOne: leading + digitsOf(rest + 1n) };
}

function digitsOf(number: bigint): string {
  let text = '';
  for (let rest = number; rest > 0n; rest /= 58n) text = ALPHABET.charAt(Number(rest % 58n)) + text;
  return text;
}

function textWith({ low, high, highPlusOne }: KeysInBase58, id: Uint8Array, checksum: number): string {
  const added = new Array<number>(low.length).fill(0);
  let filled = 0;
  for (let index = 0; index <= id.length; index += 1) {
    let carry = id[index] ?? checksum;
    for (let place = 0; place < filled || carry > 0; place += 1) {
      const value = (added[place] ?? 0) * 256 + carry;
      carry = Math.floor(value / CHUNK);
      added[place] = value - carry * CHUNK;
      filled = Math.max(filled, place + 1);
    }
  }
  let carry = 0;
  let digits = '';
  for (let place = 0; place < low.length; place += 1) {
    const sum = (low[place] ?? 0) + (added[place] ?? 0) + carry;
    carry = sum >= CHUNK ? 1 : 0;
    digits = fiveDigits(sum - carry * CHUNK) + digits;
  }
  return (carry === 1 ? highPlusOne : high) + digits;
}

function fiveDigits(chunk: number): string {
  const lastFour = chunk % 58 ** 4;
  return (
    ALPHABET.charAt((chunk - lastFour) / 58 ** 4) + PAIRS[Math.floor(lastFour / 58 ** 2)] + PAIRS[lastFour % 58 ** 2]
  );
}
