/**
 * The checksum of an address (protocol.md 2): DammSum over bytes, which multiplies by x in GF(2^8) after each byte.
 * It detects every single wrong byte and every swap of neighbours. Over bytes that end with their checksum it is 0.
 * @param sum that of the bytes before these.
 */
export function dammSum(bytes: Uint8Array, sum = 0): number {
  let result = sum;
  for (const byte of bytes) {
    const doubled = (result ^ byte) << 1;
    result = doubled > 0xff ? (doubled & 0xff) ^ 0x1b : doubled;
  }
  return result;
}
