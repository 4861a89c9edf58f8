/**
 * The wire format of protocol buffers, as far as needed to read and write messages whose field numbers are known; other
 * fields are skipped.
 */

/** A field of a message: integers and bytes are distinguished by their wire type. */
export interface Field {
  number: number;
  value: bigint | Uint8Array;
}

/** The bytes are not a valid message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** A 64-bit number takes ten bytes of seven bits. */
const MAX_VARINT_BYTES = 10;

/** The fields of a message, in their order. @throws {ProtobufError} */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let position = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let count = 0; count < MAX_VARINT_BYTES; count += 1) {
      const byte = message[position];
      if (byte === undefined) throw new ProtobufError('The message ends within a number.');
      position += 1;
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('A number is longer than 64 bits.');
  };
  const bytes = (length: number): Uint8Array => {
    if (length > message.length - position) throw new ProtobufError('The message ends within a field.');
    position += length;
    return message.subarray(position - length, position);
  };

  while (position < message.length) {
    const key = varint();
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case VARINT:
        yield { number, value: varint() };
        break;
      case BYTES:
        yield { number, value: bytes(Number(varint())) };
        break;
      case FIXED_64:
        bytes(8);
        break;
      case FIXED_32:
        bytes(4);
        break;
      default:
        throw new ProtobufError('A field has an unknown type.');
    }
  }
}

/** The last bytes field with that number, as protobuf's rules require; empty if there is none. */
export function bytesField(fields: readonly Field[], number: number): Uint8Array {
  const value = fields.findLast((field) => field.number === number)?.value;
  return value instanceof Uint8Array ? value : new Uint8Array();
}

/** The last integer field with that number; 0 if there is none. */
export function numberField(fields: readonly Field[], number: number): bigint {
  const value = fields.findLast((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? value : 0n;
}

/** All bytes fields with that number, in their order. */
export function bytesFields(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && field.value instanceof Uint8Array ? [field.value] : []));
}

/** A message of the fields given. */
export function messageOf(...fields: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(fields.reduce((length, field) => length + field.length, 0));
  let position = 0;
  for (const field of fields) {
    message.set(field, position);
    position += field.length;
  }
  return message;
}

/** A field of bytes, of a text or of a message. What is empty is left out, as everywhere in proto3. */
export function bytesFieldOf(number: number, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  return messageOf(varintOf((BigInt(number) << 3n) | BigInt(BYTES)), varintOf(BigInt(bytes.length)), bytes);
}

/** A field of a message that is there even if it is empty: one of several, such as each member of a list. */
export function messageFieldOf(number: number, message: Uint8Array): Uint8Array {
  return messageOf(varintOf((BigInt(number) << 3n) | BigInt(BYTES)), varintOf(BigInt(message.length)), message);
}

/** A field of an unsigned integer of at most 64 bits. 0 is left out. */
export function numberFieldOf(number: number, value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array() : messageOf(varintOf(BigInt(number) << 3n), varintOf(value));
}

function varintOf(value: bigint): Uint8Array {
  if (value < 0n || value !== BigInt.asUintN(64, value)) throw new RangeError(`${value} does not fit 64 bits.`);
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
