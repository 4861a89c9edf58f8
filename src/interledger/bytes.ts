/** Random bytes that are fit for keys, as a port: tests own them. */
export type RandomBytes = (length: number) => Uint8Array;

/** The largest unsigned integer of 64 bits: the largest amount of the Interledger protocol. */
export const MAX_U64 = 2n ** 64n - 1n;

/** No bytes. */
export const NOTHING: Uint8Array = new Uint8Array(0);

/** The same memory as a Buffer, whose methods read and write integers and texts. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function minOf(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((least, each) => (each < least ? each : least), first);
}

export function maxOf(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((most, each) => (each > most ? each : most), first);
}

/** The quotient rounded up. The divisor is above 0, the dividend not below it. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
