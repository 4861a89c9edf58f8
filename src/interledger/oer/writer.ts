import { bufferOf, MAX_U64 } from '#interledger/bytes.ts';
import { PacketError } from '#interledger/packet-error.ts';

/**
 * Writes the Octet Encoding Rules in their canonical form (RFC 0030, Notes on OER Encoding). Throws PacketError for values
 * that a field can't hold; nothing is cut off silently.
 */
export class OerWriter {
  readonly #parts: Uint8Array[] = [];

  octets(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  uint8(value: number): this {
    return this.#uint(value, 1);
  }

  uint32(value: number): this {
    return this.#uint(value, 4);
  }

  uint64(value: bigint): this {
    return this.octets(bigEndian(value, 8));
  }

  length(length: number): this {
    if (length < 0x80) return this.uint8(length);
    const digits = withoutLeadingZeros(bigEndian(BigInt(length), 8));
    return this.uint8(0x80 | digits.length).octets(digits);
  }

  varOctets(bytes: Uint8Array): this {
    return this.length(bytes.length).octets(bytes);
  }

  varAscii(text: string): this {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are all characters of ASCII.
    if (!/^[\x00-\x7f]*$/.test(text)) throw new PacketError('malformed', 'A text of ASCII has other characters.');
    return this.varOctets(Buffer.from(text, 'latin1'));
  }

  varUtf8(text: string): this {
    return this.varOctets(Buffer.from(text, 'utf8'));
  }

  varUint(value: bigint): this {
    return this.varOctets(withoutLeadingZeros(bigEndian(value, 8)));
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #uint(value: number, size: number): this {
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
      throw new PacketError('too_large', `${value} is no unsigned integer of ${size} bytes.`);
    }
    const bytes = Buffer.alloc(size);
    bytes.writeUIntBE(value, 0, size);
    return this.octets(bytes);
  }
}

function bigEndian(value: bigint, size: 8): Buffer {
  if (value < 0n || value > MAX_U64) throw new PacketError('too_large', `${value} is no unsigned integer of 64 bits.`);
  const bytes = Buffer.alloc(size);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** Zero keeps one byte. */
function withoutLeadingZeros(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  return bufferOf(bytes).subarray(start === -1 ? bytes.length - 1 : start);
}
