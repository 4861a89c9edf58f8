import { createHmac, timingSafeEqual } from 'node:crypto';
import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { orUndefined, PacketError } from '#interledger/packet-error.ts';

/** Receipts by which a third party can check what was paid (RFC 0039, STREAM Receipts, Specification). */

export const RECEIPT_NONCE_BYTES = 16;
export const RECEIPT_SECRET_BYTES = 32;

const VERSION = 1;
const HMAC_BYTES = 32;
const RECEIPT_BYTES = 1 + RECEIPT_NONCE_BYTES + 1 + 8 + HMAC_BYTES;

/** What the verifier gives the receiver, for one connection. The secret must not reach the sender. */
export interface ReceiptKey {
  /** 16 bytes. */
  nonce: Uint8Array;
  /** 32 bytes. */
  secret: Uint8Array;
}

export interface Receipt {
  nonce: Uint8Array;
  /** 0 to 255. */
  streamId: number;
  /** All that the stream has received so far, in the receiver's units. */
  totalReceived: bigint;
}

/** Throws PacketError for a stream id above 255, which a receipt can't hold. */
export function writeReceipt(key: ReceiptKey, streamId: number, totalReceived: bigint): Buffer {
  if (key.nonce.length !== RECEIPT_NONCE_BYTES || key.secret.length !== RECEIPT_SECRET_BYTES) {
    throw new PacketError('malformed', 'A receipt needs a nonce of 16 and a secret of 32 bytes.');
  }
  const fields = new OerWriter().uint8(VERSION).octets(key.nonce).uint8(streamId).uint64(totalReceived).bytes();
  return Buffer.concat([fields, mac(key.secret, fields)]);
}

/** The receipt, or undefined if the bytes are none or were made with another secret. */
export function verifyReceipt(bytes: Uint8Array, secret: Uint8Array): Receipt | undefined {
  if (bytes.length !== RECEIPT_BYTES) return undefined;
  const fields = bytes.subarray(0, RECEIPT_BYTES - HMAC_BYTES);
  if (!timingSafeEqual(mac(secret, fields), bytes.subarray(RECEIPT_BYTES - HMAC_BYTES))) return undefined;
  return orUndefined(() => {
    const reader = new OerReader(fields);
    if (reader.uint8() !== VERSION) throw new PacketError('malformed', 'A receipt has another version.');
    const nonce = reader.octets(RECEIPT_NONCE_BYTES);
    return { nonce, streamId: reader.uint8(), totalReceived: reader.uint64() };
  });
}

function mac(secret: Uint8Array, fields: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(fields).digest();
}
