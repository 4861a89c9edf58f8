import { checkedAddress, MAX_ADDRESS_LENGTH } from '#interledger/ilp/address.ts';
import { MAX_DATA_BYTES } from '#interledger/ilp/packet.ts';
import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';

/** The frames of STREAM packets (RFC 0029, 5.3 Frames; 0x17 from RFC 0039, STREAM Receipts). */

/** Why a stream or a connection ends (RFC 0029, 5.4 Error Codes). */
export const CLOSE_CODES = {
  noError: 1,
  internalError: 2,
  endpointBusy: 3,
  flowControlError: 4,
  streamIdError: 5,
  streamStateError: 6,
  frameFormatError: 7,
  protocolViolation: 8,
  applicationError: 9,
} as const;

export type CloseReason = keyof typeof CLOSE_CODES;

const TYPES = {
  connectionClose: 0x01,
  connectionNewAddress: 0x02,
  connectionMaxData: 0x03,
  connectionDataBlocked: 0x04,
  connectionMaxStreamId: 0x05,
  connectionStreamIdBlocked: 0x06,
  connectionAssetDetails: 0x07,
  streamClose: 0x10,
  streamMoney: 0x11,
  streamMaxMoney: 0x12,
  streamMoneyBlocked: 0x13,
  streamData: 0x14,
  streamMaxData: 0x15,
  streamDataBlocked: 0x16,
  streamReceipt: 0x17,
} as const;

type FrameType = keyof typeof TYPES;

const TYPE_NAMES: ReadonlyMap<number, FrameType> = new Map(
  Object.entries(TYPES).map(([name, code]) => [code, name as FrameType]),
);

/** A frame. All integers are unsigned and have up to 64 bits; offsets and data are in bytes, amounts in the sender's units. */
export type Frame =
  | { type: 'connectionClose'; code: number; message: string }
  | { type: 'connectionNewAddress'; address: string }
  | { type: 'connectionMaxData' | 'connectionDataBlocked'; maxOffset: bigint }
  | { type: 'connectionMaxStreamId' | 'connectionStreamIdBlocked'; maxStreamId: bigint }
  | { type: 'connectionAssetDetails'; assetCode: string; assetScale: number }
  | { type: 'streamClose'; streamId: bigint; code: number; message: string }
  | { type: 'streamMoney'; streamId: bigint; shares: bigint }
  | { type: 'streamMaxMoney'; streamId: bigint; receiveMax: bigint; totalReceived: bigint }
  | { type: 'streamMoneyBlocked'; streamId: bigint; sendMax: bigint; totalSent: bigint }
  | { type: 'streamData'; streamId: bigint; offset: bigint; data: Uint8Array }
  | { type: 'streamMaxData' | 'streamDataBlocked'; streamId: bigint; maxOffset: bigint }
  | { type: 'streamReceipt'; streamId: bigint; receipt: Uint8Array };

/** A frame about one stream. */
export type StreamFrame = Extract<Frame, { streamId: bigint }>;

/** Throws PacketError for what a frame can't hold. */
export function writeFrame(writer: OerWriter, frame: Frame): void {
  const content = new OerWriter();
  writeContent(content, frame);
  writer.uint8(TYPES[frame.type]).varOctets(content.bytes());
}

/**
 * Reads one frame; undefined for one of an unknown type, which must be ignored. What stands behind a frame's last field is
 * ignored, so that later versions can add fields. Throws PacketError.
 */
export function readFrame(reader: OerReader): Frame | undefined {
  const type = TYPE_NAMES.get(reader.uint8());
  const content = reader.varOctets(MAX_DATA_BYTES);
  return type === undefined ? undefined : readContent(type, new OerReader(content));
}

function writeContent(content: OerWriter, frame: Frame): void {
  switch (frame.type) {
    case 'connectionClose':
      content.uint8(frame.code).varUtf8(frame.message);
      break;
    case 'connectionNewAddress':
      content.varAscii(checkedAddress(frame.address));
      break;
    case 'connectionMaxData':
    case 'connectionDataBlocked':
      content.varUint(frame.maxOffset);
      break;
    case 'connectionMaxStreamId':
    case 'connectionStreamIdBlocked':
      content.varUint(frame.maxStreamId);
      break;
    case 'connectionAssetDetails':
      content.varUtf8(frame.assetCode).uint8(frame.assetScale);
      break;
    default:
      content.varUint(frame.streamId);
      writeStreamContent(content, frame);
  }
}

function writeStreamContent(content: OerWriter, frame: StreamFrame): void {
  switch (frame.type) {
    case 'streamClose':
      content.uint8(frame.code).varUtf8(frame.message);
      break;
    case 'streamMoney':
      content.varUint(frame.shares);
      break;
    case 'streamMaxMoney':
      content.varUint(frame.receiveMax).varUint(frame.totalReceived);
      break;
    case 'streamMoneyBlocked':
      content.varUint(frame.sendMax).varUint(frame.totalSent);
      break;
    case 'streamData':
      content.varUint(frame.offset).varOctets(frame.data);
      break;
    case 'streamMaxData':
    case 'streamDataBlocked':
      content.varUint(frame.maxOffset);
      break;
    case 'streamReceipt':
      content.varOctets(frame.receipt);
      break;
  }
}

function readContent(type: FrameType, content: OerReader): Frame {
  switch (type) {
    case 'connectionClose':
      return { type, code: content.uint8(), message: content.varUtf8(MAX_DATA_BYTES) };
    case 'connectionNewAddress':
      return { type, address: checkedAddress(content.varAscii(MAX_ADDRESS_LENGTH)) };
    case 'connectionMaxData':
    case 'connectionDataBlocked':
      return { type, maxOffset: content.varUint() };
    case 'connectionMaxStreamId':
    case 'connectionStreamIdBlocked':
      return { type, maxStreamId: content.varUint() };
    case 'connectionAssetDetails':
      return { type, assetCode: content.varUtf8(MAX_DATA_BYTES), assetScale: content.uint8() };
    default:
      return readStreamContent(type, content.varUint(), content);
  }
}

function readStreamContent(type: StreamFrame['type'], streamId: bigint, content: OerReader): Frame {
  switch (type) {
    case 'streamClose':
      return { type, streamId, code: content.uint8(), message: content.varUtf8(MAX_DATA_BYTES) };
    case 'streamMoney':
      return { type, streamId, shares: content.varUint() };
    case 'streamMaxMoney':
      return { type, streamId, receiveMax: content.varUintOrMax(), totalReceived: content.varUint() };
    case 'streamMoneyBlocked':
      return { type, streamId, sendMax: content.varUintOrMax(), totalSent: content.varUint() };
    case 'streamData':
      return { type, streamId, offset: content.varUint(), data: content.varOctets(MAX_DATA_BYTES) };
    case 'streamMaxData':
    case 'streamDataBlocked':
      return { type, streamId, maxOffset: content.varUint() };
    case 'streamReceipt':
      return { type, streamId, receipt: content.varOctets(MAX_DATA_BYTES) };
  }
}
