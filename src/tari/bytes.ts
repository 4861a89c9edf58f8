import { hex } from '@scure/base';

/** Small operations on bytes for building the protocol's hashes and messages. */

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Each part preceded by its length as 8 bytes, little-endian. This is how the protocol hashes several values together
 * (protocol.md 3): different lists of parts never result in the same bytes.
 */
export function lengthPrefixed(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + 8 + part.length, 0));
  const view = new DataView(whole.buffer);
  let offset = 0;
  for (const part of parts) {
    view.setBigUint64(offset, BigInt(part.length), true);
    whole.set(part, offset + 8);
    offset += 8 + part.length;
  }
  return whole;
}

/** Whether two public byte strings are equal. Not constant-time, so not for secrets. */
export function bytesEqual(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, index) => byte === second[index]);
}

/** Whether the text is whole bytes in hex, in either case. */
export function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text);
}

/** The bytes of a hex text in either case, or undefined if it is not hex. */
export function bytesFromHex(text: string): Uint8Array | undefined {
  return isHex(text) ? hex.decode(text.toLowerCase()) : undefined;
}
