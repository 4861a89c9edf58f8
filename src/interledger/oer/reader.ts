import { bufferOf, MAX_U64 } from '#interledger/bytes.ts';
import { PacketError } from '#interledger/packet-error.ts';

/** Longest length-of-length that is read: 4 bytes, far above every packet of ours (RFC 0030 allows to limit it). */
const MAX_LENGTH_OF_LENGTH = 4;

/**
 * Reads the Octet Encoding Rules, as far as Interledger uses them (RFC 0030, Notes on OER Encoding). It never copies and
 * never makes more than the bytes it was given; what is read are views of them. Throws PacketError.
 */
export class OerReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bufferOf(bytes);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#position;
  }

  /** That many bytes (RFC 0030, fixed-length octet string). */
  octets(length: number): Buffer {
    if (length > this.left) throw new PacketError('truncated', `${length} bytes are announced, ${this.left} are left.`);
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }

  uint8(): number {
    return this.octets(1).readUInt8();
  }

  uint32(): number {
    return this.octets(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.octets(8).readBigUInt64BE();
  }

  /** A length (RFC 0030, length determinant): in the short form below 128, and never with leading zeros. */
  length(): number {
    const first = this.uint8();
    if (first < 0x80) return first;
    const size = first & 0x7f;
    if (size === 0) throw new PacketError('not_canonical', 'A length has no bytes.');
    if (size > MAX_LENGTH_OF_LENGTH) throw new PacketError('too_large', `A length has ${size} bytes.`);
    const bytes = this.octets(size);
    const length = bytes.readUIntBE(0, size);
    if (length < 0x80 || bytes[0] === 0) {
      throw new PacketError('not_canonical', `The length ${length} is written with ${size} bytes.`);
    }
    return length;
  }

  /** A length and as many bytes (RFC 0030, variable-length octet string). */
  varOctets(maxLength: number): Buffer {
    const length = this.length();
    if (length > maxLength) {
      throw new PacketError('too_large', `A field has ${length} bytes; at most ${maxLength} are allowed.`);
    }
    return this.octets(length);
  }

  /** A text in ASCII. Throws for any byte that is none. */
  varAscii(maxLength: number): string {
    const bytes = this.varOctets(maxLength);
    if (bytes.some((byte) => byte > 0x7f)) throw new PacketError('malformed', 'A text of ASCII has other bytes.');
    return bytes.toString('latin1');
  }

  /** A text in UTF-8. Bytes that are none become U+FFFD: such texts are for people, and money never depends on them. */
  varUtf8(maxLength: number): string {
    return this.varOctets(maxLength).toString('utf8');
  }

  /** An unsigned integer of up to 64 bits (RFC 0030, variable-length unsigned integer). */
  varUint(): bigint {
    const value = this.#varUint();
    if (value === undefined) throw new PacketError('too_large', 'An integer has more than 64 bits.');
    return value;
  }

  /** The same; any larger one is read as 2^64 - 1, where RFC 0029 5.1.4 says so. */
  varUintOrMax(): bigint {
    return this.#varUint() ?? MAX_U64;
  }

  /**
   * Undefined above 64 bits. Leading zeros are forbidden to writers, but the published packages read them, so that a peer
   * that writes some has never noticed it.
   */
  #varUint(): bigint | undefined {
    const bytes = this.varOctets(this.left);
    if (bytes.length === 0) throw new PacketError('malformed', 'An integer has no bytes.');
    const start = bytes.findIndex((byte) => byte !== 0);
    if (start === -1) return 0n;
    const digits = bytes.subarray(start);
    return digits.length > 8 ? undefined : BigInt(`0x${digits.toString('hex')}`);
  }

  /** Refuses anything behind the last field. */
  end(): void {
    if (this.left > 0) throw new PacketError('malformed', `${this.left} bytes are left over.`);
  }
}
