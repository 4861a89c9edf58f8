import type { TariAddress } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';

/** Memos as payers' wallets write them, of today and of older ones (chain.md 3). */

export const MAX_MEMO = 257;
const PADDED_MEMO = 130;

/** A fee of 740 µT, from a one-sided address, for a payment to somebody else. */
const FEE_AND_FLAGS = Uint8Array.of(0x00, 0x00, 0x02, 0xe4, 0x80);

export type MemoText = string | Uint8Array;

export const noMemo = (): Uint8Array => new Uint8Array();

export function numberMemo(number: bigint): Uint8Array {
  const memo = new Uint8Array(33);
  memo[0] = 1;
  for (let index = 0; index < 32; index += 1) memo[1 + index] = Number((number >> BigInt(8 * index)) & 0xffn);
  return memo;
}

export const textMemo = (text: MemoText, kind = 0): Uint8Array => joined(2, kind, bytesOf(text));

/** What a wallet of today writes: its own address beside the text, which takes the room of at most 182 characters. */
export function memoWithSender(sender: TariAddress | Uint8Array, text: MemoText): Uint8Array {
  return padded(joined(5, FEE_AND_FLAGS, behindLength(addressBytes(sender)), behindLength(bytesOf(text))));
}

/** What a wallet writes into its own change: whom it paid. */
export function outgoingMemo(
  receiver: TariAddress | Uint8Array,
  amount: bigint,
  text: MemoText,
  sentOutputs: readonly Uint8Array[] = [],
): Uint8Array {
  const hashes = joined(sentOutputs.length, ...sentOutputs);
  const address = behindLength(addressBytes(receiver));
  return padded(joined(6, littleEndian(amount), FEE_AND_FLAGS, address, behindLength(bytesOf(text)), hashes));
}

export const bytesMemo = (bytes: Uint8Array): Uint8Array => joined(7, bytes);

/** The forms of wallets of 2024, without lengths: with the sender (3), and of an outgoing payment (4). */
export function oldMemo(kind: 3 | 4, address: TariAddress | Uint8Array, text: MemoText, amount = 1n): Uint8Array {
  return joined(kind, littleEndian(amount), FEE_AND_FLAGS, addressBytes(address), bytesOf(text));
}

/** What stands in the outputs that were there when the chain began: a number below 1,000. */
export const premineMemo = (number: bigint): Uint8Array => littleEndian(number);

function padded(memo: Uint8Array): Uint8Array {
  return memo.length >= PADDED_MEMO ? memo : joined(memo, new Uint8Array(PADDED_MEMO - memo.length));
}

/** Throws RangeError for more than a length of one byte can say: no wallet can send that. */
function behindLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 255) throw new RangeError(`${bytes.length} bytes do not fit into a memo.`);
  return joined(bytes.length, bytes);
}

function addressBytes(address: TariAddress | Uint8Array): Uint8Array {
  return address instanceof Uint8Array ? address : address.bytes;
}

function bytesOf(text: MemoText): Uint8Array {
  return typeof text === 'string' ? utf8(text) : text;
}

function littleEndian(number: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, number, true);
  return bytes;
}

export function joined(...parts: (number | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
}
