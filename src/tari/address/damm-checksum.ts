/**
 * The checksum of an address (protocol.md 2): DammSum over bytes, which multiplies by x in GF(2^8) after each byte.
 * It detects every single wrong byte and every swap of neighbours. Over bytes that end with their checksum it is 0.
 */
export function dammSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    const doubled = (sum ^ byte) << 1;
    sum = doubled > 0xff ? (doubled & 0xff) ^ 0x1b : doubled;
  }
  return sum;
}
