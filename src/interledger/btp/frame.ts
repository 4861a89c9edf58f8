import { NOTHING } from '#interledger/bytes.ts';
import { generalizedTimeOf, generalizedTimeText } from '#interledger/ilp/timestamp.ts';
import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { PacketError } from '#interledger/packet-error.ts';

/**
 * Frames of the Bilateral Transfer Protocol, version 2 (RFC 0023): one binary message of a WebSocket each. A request is
 * answered by a response or an error with the same request id. A frame that can't be read must not be answered.
 */

/** Longest frame, in bytes: a full ILP packet with room for other entries. A carrier can refuse more unread. */
export const MAX_FRAME_BYTES = 131_072;

/** Entries in one frame; the ones in use have one to three. */
export const MAX_ENTRIES = 32;

/** Longest name of an entry, in bytes. */
const MAX_NAME_BYTES = 255;

/** Longest data of an error, in bytes (RFC 0023, Error). */
const MAX_ERROR_BYTES = 8_192;

const TYPES = { response: 1, error: 2, message: 6, transfer: 7 } as const;

export const CONTENT_TYPES = { octets: 0, text: 1, json: 2 } as const;

/** One entry of the protocol data. The first of a frame says what it is about. */
export interface BtpEntry {
  name: string;
  /** 0 to 255; see CONTENT_TYPES. */
  contentType: number;
  data: Uint8Array;
}

interface Common {
  /** 0 to 2^32 - 1. */
  requestId: number;
  entries: readonly BtpEntry[];
}

export type BtpFrame =
  | (Common & { type: 'message' | 'response' })
  | (Common & { type: 'transfer'; amount: bigint })
  | (Common & { type: 'error'; code: string; name: string; triggeredAtMs: number; data: Uint8Array });

/** Throws PacketError for what a frame can't hold. */
export function writeFrame(frame: BtpFrame): Buffer {
  const content = new OerWriter();
  if (frame.type === 'transfer') content.uint64(frame.amount);
  if (frame.type === 'error') writeErrorFields(content, frame);
  writeEntries(content, frame.entries);
  const bytes = new OerWriter().uint8(TYPES[frame.type]).uint32(frame.requestId).varOctets(content.bytes()).bytes();
  if (bytes.length > MAX_FRAME_BYTES) throw new PacketError('too_large', `A frame would have ${bytes.length} bytes.`);
  return bytes;
}

/** Throws PacketError. */
export function readFrame(bytes: Uint8Array): BtpFrame {
  if (bytes.length > MAX_FRAME_BYTES) throw new PacketError('too_large', `A frame has ${bytes.length} bytes.`);
  const reader = new OerReader(bytes);
  const type = typeOf(reader.uint8());
  const requestId = reader.uint32();
  const content = new OerReader(reader.varOctets(MAX_FRAME_BYTES));
  reader.end();
  const fields = readFields(type, content);
  const entries = readEntries(content);
  content.end();
  return { ...fields, requestId, entries };
}

/** The first frame of a client (RFC 0023, Authentication). The answer is an empty response. */
export function authenticationFrame(requestId: number, username: string, token: string): Buffer {
  const text = (name: string, value: string) => ({
    name,
    contentType: CONTENT_TYPES.text,
    data: Buffer.from(value, 'utf8'),
  });
  const entries = [
    { name: 'auth', contentType: CONTENT_TYPES.octets, data: NOTHING },
    text('auth_username', username),
    text('auth_token', token),
  ];
  return writeFrame({ type: 'message', requestId, entries });
}

/** A message or a response that carries an ILP packet (RFC 0023, Message). */
export function ilpFrame(type: 'message' | 'response', requestId: number, packet: Uint8Array): Buffer {
  const entries = [{ name: 'ilp', contentType: CONTENT_TYPES.octets, data: packet }];
  return writeFrame({ type, requestId, entries });
}

/** The ILP packet in a frame, or undefined if it carries none. */
export function ilpPacketIn(frame: BtpFrame): Uint8Array | undefined {
  return frame.entries.find(({ name }) => name === 'ilp')?.data;
}

type Fields =
  | { type: 'message' | 'response' }
  | { type: 'transfer'; amount: bigint }
  | { type: 'error'; code: string; name: string; triggeredAtMs: number; data: Uint8Array };

function readFields(type: BtpFrame['type'], content: OerReader): Fields {
  switch (type) {
    case 'message':
    case 'response':
      return { type };
    case 'transfer':
      return { type, amount: content.uint64() };
    case 'error':
      return {
        type,
        code: checkedCode(content.octets(3).toString('latin1')),
        name: content.varAscii(MAX_NAME_BYTES),
        triggeredAtMs: generalizedTimeOf(content.varAscii(MAX_NAME_BYTES)),
        data: content.varOctets(MAX_ERROR_BYTES),
      };
  }
}

function writeErrorFields(content: OerWriter, error: Fields & { type: 'error' }): void {
  if (error.name.length > MAX_NAME_BYTES) throw new PacketError('too_large', 'The name of an error is too long.');
  if (error.data.length > MAX_ERROR_BYTES) throw new PacketError('too_large', 'The data of an error is too long.');
  content
    .octets(Buffer.from(checkedCode(error.code), 'latin1'))
    .varAscii(error.name)
    .varAscii(generalizedTimeText(error.triggeredAtMs))
    .varOctets(error.data);
}

/** The count is an integer of variable length. */
function writeEntries(content: OerWriter, entries: readonly BtpEntry[]): void {
  checkEntries(entries);
  content.varUint(BigInt(entries.length));
  for (const { name, contentType, data } of entries) content.varAscii(name).uint8(contentType).varOctets(data);
}

function readEntries(content: OerReader): BtpEntry[] {
  const count = content.varUint();
  if (count > MAX_ENTRIES) throw new PacketError('too_large', `A frame has ${count} entries.`);
  const entries: BtpEntry[] = [];
  for (let index = 0; index < count; index++) {
    entries.push({
      name: content.varAscii(MAX_NAME_BYTES),
      contentType: content.uint8(),
      data: content.varOctets(MAX_FRAME_BYTES),
    });
  }
  checkEntries(entries);
  return entries;
}

/** No name twice: a reader could take either of the two entries (RFC 0023, BilateralTransferProtocol.asn). */
function checkEntries(entries: readonly BtpEntry[]): void {
  if (entries.length > MAX_ENTRIES) throw new PacketError('too_large', `A frame has ${entries.length} entries.`);
  if (entries.some(({ name }) => name.length > MAX_NAME_BYTES))
    throw new PacketError('too_large', 'A name is too long.');
  if (new Set(entries.map(({ name }) => name)).size < entries.length) {
    throw new PacketError('malformed', 'A frame has two entries of one name.');
  }
}

function typeOf(code: number): BtpFrame['type'] {
  const found = Object.entries(TYPES).find(([, value]) => value === code);
  if (found === undefined) throw new PacketError('wrong_type', `There is no frame of type ${code}.`);
  return found[0] as BtpFrame['type'];
}

function checkedCode(code: string): string {
  if (!/^[\x21-\x7e]{3}$/.test(code)) throw new PacketError('malformed', 'An error code is not three characters.');
  return code;
}
