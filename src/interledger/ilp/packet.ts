import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { PacketError } from '#interledger/packet-error.ts';
import { checkedAddress, MAX_ADDRESS_LENGTH } from './address.ts';
import { TIMESTAMP_LENGTH, timestampOf, timestampText } from './timestamp.ts';

/** ILPv4 packets (RFC 0027, Packet Format): a type, and a variable octet string with the fields. */

export const PREPARE = 12;
export const FULFILL = 13;
export const REJECT = 14;

/** Longest end-to-end data, in bytes (RFC 0027). */
export const MAX_DATA_BYTES = 32_767;

/** Longest packet, in bytes: full data, a full address, and a long message of a reject. Carriers may refuse more unread. */
export const MAX_PACKET_BYTES = 65_536;

/** Bytes of a condition and of a fulfillment. */
export const HASH_BYTES = 32;

const CODE_BYTES = 3;
const CODE = /^[\x21-\x7e]{3}$/;

export interface Prepare {
  /** In the units of the account between the two peers, 0 to 2^64 - 1. */
  amount: bigint;
  /** Milliseconds since 1970. */
  expiresAtMs: number;
  /** SHA-256 of the fulfillment, 32 bytes. */
  condition: Uint8Array;
  destination: string;
  data: Uint8Array;
}

export interface Fulfill {
  /** 32 bytes. */
  fulfillment: Uint8Array;
  data: Uint8Array;
}

export interface Reject {
  /** Three characters; see error-codes.ts. */
  code: string;
  /** The address of who refused, or an empty text. */
  triggeredBy: string;
  /** For people. Written by a stranger. */
  message: string;
  data: Uint8Array;
}

export type Reply = ({ type: 'fulfill' } & Fulfill) | ({ type: 'reject' } & Reject);

/** Throws PacketError for a field that is out of its bounds. */
export function writePrepare({ amount, expiresAtMs, condition, destination, data }: Prepare): Buffer {
  const fields = new OerWriter()
    .uint64(amount)
    .octets(Buffer.from(timestampText(expiresAtMs), 'latin1'))
    .octets(hash(condition))
    .varAscii(checkedAddress(destination))
    .varOctets(checkedData(data));
  return envelope(PREPARE, fields);
}

/** Throws PacketError for a field that is out of its bounds. */
export function writeFulfill({ fulfillment, data }: Fulfill): Buffer {
  return envelope(FULFILL, new OerWriter().octets(hash(fulfillment)).varOctets(checkedData(data)));
}

/** Throws PacketError for a field that is out of its bounds. */
export function writeReject({ code, triggeredBy, message, data }: Reject): Buffer {
  const fields = new OerWriter()
    .octets(Buffer.from(checkedCode(code), 'latin1'))
    .varAscii(triggeredBy === '' ? '' : checkedAddress(triggeredBy))
    .varUtf8(message)
    .varOctets(checkedData(data));
  return envelope(REJECT, fields);
}

/** Reads a Prepare. Throws PacketError, with the code `wrong_type` for one of the other packets. */
export function readPrepare(bytes: Uint8Array): Prepare {
  const { type, fields } = opened(bytes);
  if (type !== PREPARE) throw new PacketError('wrong_type', `A Prepare is expected, not a packet of type ${type}.`);
  const amount = fields.uint64();
  const expiresAtMs = timestampOf(fields.octets(TIMESTAMP_LENGTH).toString('latin1'));
  const condition = fields.octets(HASH_BYTES);
  const destination = checkedAddress(fields.varAscii(MAX_ADDRESS_LENGTH));
  const data = fields.varOctets(MAX_DATA_BYTES);
  fields.end();
  return { amount, expiresAtMs, condition, destination, data };
}

/** Reads the answer to a Prepare. Throws PacketError, with the code `wrong_type` for a Prepare. */
export function readReply(bytes: Uint8Array): Reply {
  const { type, fields } = opened(bytes);
  if (type === FULFILL) {
    const fulfillment = fields.octets(HASH_BYTES);
    const data = fields.varOctets(MAX_DATA_BYTES);
    fields.end();
    return { type: 'fulfill', fulfillment, data };
  }
  if (type !== REJECT) throw new PacketError('wrong_type', `A reply is expected, not a packet of type ${type}.`);
  const code = checkedCode(fields.octets(CODE_BYTES).toString('latin1'));
  const triggeredBy = fields.varAscii(MAX_ADDRESS_LENGTH);
  if (triggeredBy !== '') checkedAddress(triggeredBy);
  const message = fields.varUtf8(MAX_PACKET_BYTES);
  const data = fields.varOctets(MAX_DATA_BYTES);
  fields.end();
  return { type: 'reject', code, triggeredBy, message, data };
}

/** The bytes of a reply of either kind. */
export function writeReply(reply: Reply): Buffer {
  return reply.type === 'fulfill' ? writeFulfill(reply) : writeReject(reply);
}

function opened(bytes: Uint8Array): { type: number; fields: OerReader } {
  if (bytes.length > MAX_PACKET_BYTES) throw new PacketError('too_large', `A packet has ${bytes.length} bytes.`);
  const reader = new OerReader(bytes);
  const type = reader.uint8();
  const fields = new OerReader(reader.varOctets(MAX_PACKET_BYTES));
  reader.end();
  return { type, fields };
}

function envelope(type: number, fields: OerWriter): Buffer {
  const bytes = new OerWriter().uint8(type).varOctets(fields.bytes()).bytes();
  if (bytes.length > MAX_PACKET_BYTES) throw new PacketError('too_large', `A packet would have ${bytes.length} bytes.`);
  return bytes;
}

function hash(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== HASH_BYTES) throw new PacketError('malformed', `A hash has ${bytes.length} bytes, not 32.`);
  return bytes;
}

function checkedData(data: Uint8Array): Uint8Array {
  if (data.length > MAX_DATA_BYTES) throw new PacketError('too_large', `The data has ${data.length} bytes.`);
  return data;
}

function checkedCode(code: string): string {
  if (!CODE.test(code)) throw new PacketError('malformed', 'An error code is not three characters.');
  return code;
}
