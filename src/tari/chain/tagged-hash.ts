import { lengthPrefixed, utf8 } from '#tari/bytes.ts';
import { blake2b256, blake2b512 } from '#tari/ristretto.ts';

/**
 * H(n, tag, parts…), the hash by which Tari derives keys and ids (protocol.md 8, chain.md 2): Blake2b of n bytes over
 * the tag and each part, each preceded by its length as 8 bytes, little-endian.
 */

/** The encoded tag that starts every message hashed with it, computed once. */
export type HashTag = Uint8Array & { readonly __brand: 'HashTag' };

export function hashTag(text: string): HashTag {
  return lengthPrefixed(utf8(text)) as HashTag;
}

/** H(32, tag, parts…). */
export function taggedHash256(tag: HashTag, ...parts: Uint8Array[]): Uint8Array {
  return blake2b256(message(tag, parts));
}

/** H(64, tag, parts…). */
export function taggedHash512(tag: HashTag, ...parts: Uint8Array[]): Uint8Array {
  return blake2b512(message(tag, parts));
}

/** Parts are shorter than 65,536 bytes here, so two bytes of the length are enough and the others are 0. */
function message(tag: HashTag, parts: readonly Uint8Array[]): Uint8Array {
  let length = tag.length;
  for (const part of parts) length += LENGTH_BYTES + part.length;
  const bytes = new Uint8Array(length);
  bytes.set(tag, 0);
  let offset = tag.length;
  for (const part of parts) {
    if (part.length > MAX_PART_LENGTH) throw new RangeError(`A part of ${part.length} bytes is too long to be hashed.`);
    bytes[offset] = part.length & 0xff;
    bytes[offset + 1] = part.length >> 8;
    bytes.set(part, offset + LENGTH_BYTES);
    offset += LENGTH_BYTES + part.length;
  }
  return bytes;
}

const LENGTH_BYTES = 8;
const MAX_PART_LENGTH = 0xffff;
