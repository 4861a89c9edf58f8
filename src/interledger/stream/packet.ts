import type { RandomBytes } from '#interledger/bytes.ts';
import { FULFILL, MAX_DATA_BYTES, PREPARE, REJECT } from '#interledger/ilp/packet.ts';
import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { PacketError } from '#interledger/packet-error.ts';
import { decrypt, ENCRYPTION_OVERHEAD, encrypt } from './crypto.ts';
import { type Frame, readFrame, writeFrame } from './frames.ts';

/** STREAM packets (RFC 0029, 5.2): what stands, encrypted, in the data of an ILP packet. */

const VERSION = 1;

/** Longest packet before it is encrypted, in bytes (RFC 0029, 5.1.1). */
export const MAX_PLAIN_BYTES = MAX_DATA_BYTES - ENCRYPTION_OVERHEAD;

/**
 * Frames in one packet, known or not. A published sender needs five or so for each of its streams; what is far above that
 * is there to keep us busy.
 */
export const MAX_FRAMES = 512;

/** The type of the ILP packet that carries it. Any other carrier means that a connector swapped the data. */
export type CarrierType = typeof PREPARE | typeof FULFILL | typeof REJECT;

export interface StreamPacket {
  carrier: CarrierType;
  /** Of a request; its answer has the same. */
  sequence: bigint;
  /** In a Prepare the least that the receiver is to accept; in an answer what arrived, in the receiver's units. */
  amount: bigint;
  frames: readonly Frame[];
}

/** The packet before it is encrypted. Throws PacketError if it can't be written. */
export function writeStreamPacket({ carrier, sequence, amount, frames }: StreamPacket): Buffer {
  if (frames.length > MAX_FRAMES) throw new PacketError('too_large', `A packet has ${frames.length} frames.`);
  const writer = new OerWriter().uint8(VERSION).uint8(carrier).varUint(sequence).varUint(amount);
  writer.varUint(BigInt(frames.length));
  for (const frame of frames) writeFrame(writer, frame);
  const bytes = writer.bytes();
  if (bytes.length > MAX_PLAIN_BYTES) throw new PacketError('too_large', `A packet would have ${bytes.length} bytes.`);
  return bytes;
}

/** Reads what was decrypted. Frames of unknown types and all that follows the frames are ignored. Throws PacketError. */
export function readStreamPacket(bytes: Uint8Array): StreamPacket {
  const reader = new OerReader(bytes);
  const version = reader.uint8();
  if (version !== VERSION) throw new PacketError('malformed', `STREAM's version ${version} is not known.`);
  const carrier = carrierOf(reader.uint8());
  const sequence = reader.varUint();
  const amount = reader.varUint();
  const count = reader.varUint();
  if (count > MAX_FRAMES) throw new PacketError('too_large', `A packet has ${count} frames.`);
  const frames: Frame[] = [];
  for (let index = 0; index < count; index++) {
    const frame = readFrame(reader);
    if (frame !== undefined) frames.push(frame);
  }
  return { carrier, sequence, amount, frames };
}

/**
 * Encrypts a packet. With `paddedBytes` the data gets at least that length, by zeros behind the frames, so that its length
 * says nothing of what is in it. Throws PacketError if it can't be written.
 */
export function sealStreamPacket(key: Uint8Array, packet: StreamPacket, random: RandomBytes, paddedBytes = 0): Buffer {
  const plain = writeStreamPacket(packet);
  const padding = Math.max(0, Math.min(paddedBytes, MAX_DATA_BYTES) - ENCRYPTION_OVERHEAD - plain.length);
  return encrypt(key, Buffer.concat([plain, Buffer.alloc(padding)]), random);
}

/** Decrypts and reads a packet. Throws PacketError, also if another ILP packet carries it than it says. */
export function openStreamPacket(key: Uint8Array, data: Uint8Array, carrier: CarrierType): StreamPacket {
  const packet = readStreamPacket(decrypt(key, data));
  if (packet.carrier !== carrier) {
    throw new PacketError('wrong_type', `A STREAM packet for type ${packet.carrier} is carried by type ${carrier}.`);
  }
  return packet;
}

function carrierOf(type: number): CarrierType {
  if (type === PREPARE || type === FULFILL || type === REJECT) return type;
  throw new PacketError('malformed', `There is no ILP packet of type ${type}.`);
}
