import { base58 } from '@scure/base';

/**
 * An order's own payment address on paper, written from the rules: the shop's dual address with the order's id between its
 * keys and its checksum, bit 4 of the features set. A shop whose address has one key only has none for its orders.
 */

const TWO_KEYS = 64;
const TAKES_PAYMENT_IDS = 4;

/** By shop and order: the same are asked for all the time. */
const made = new Map<string, string | null>();
const MAX_MADE = 1_000;

/** @param shop the address in base58 that customers are told to pay to; undefined while there is none. */
export function orderAddressOnPaper(shop: string | undefined, orderId: string): string | null {
  if (shop === undefined) return null;
  const name = `${shop} ${orderId}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  if (made.size >= MAX_MADE) made.clear();
  const address = addressOf(shop, orderId);
  made.set(name, address);
  return address;
}

function addressOf(shop: string, orderId: string): string | null {
  const [network = 0] = base58.decode(shop.slice(0, 1));
  const [features = 0] = base58.decode(shop.slice(1, 2));
  const rest = base58.decode(shop.slice(2));
  if (rest.length !== TWO_KEYS + 1) return null;
  const start = [network, features | TAKES_PAYMENT_IDS, ...rest.subarray(0, TWO_KEYS), ...Buffer.from(orderId)];
  const bytes = Uint8Array.from([...start, checksumOf(start)]);
  return base58.encode(bytes.subarray(0, 1)) + base58.encode(bytes.subarray(1, 2)) + base58.encode(bytes.subarray(2));
}

/** What makes the sum over all bytes zero: each byte is added without carry, and the sum doubled in the field of 0x1b. */
function checksumOf(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => {
    const doubled = (sum ^ byte) << 1;
    return doubled > 0xff ? (doubled & 0xff) ^ 0x1b : doubled;
  }, 0);
}
