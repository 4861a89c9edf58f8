import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { bufferOf, type RandomBytes } from '#interledger/bytes.ts';
import { PacketError } from '#interledger/packet-error.ts';

/** Keys and encryption of STREAM (RFC 0029, 5.1 Encryption and 6 Condition and Fulfillment Generation). */

/** Bytes of a shared secret that we make (RFC 0029, 4.1). */
export const SECRET_BYTES = 32;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What encryption adds to a text, in bytes. */
export const ENCRYPTION_OVERHEAD = IV_BYTES + TAG_BYTES;

const CIPHER = 'aes-256-gcm';

/** The keys that both ends of a connection make of their shared secret. Never logged. */
export interface ConnectionKeys {
  encryption: Uint8Array;
  fulfillment: Uint8Array;
}

export function hmac(key: Uint8Array, message: Uint8Array | string): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export function connectionKeys(sharedSecret: Uint8Array): ConnectionKeys {
  return {
    encryption: hmac(sharedSecret, 'ilp_stream_encryption'),
    fulfillment: hmac(sharedSecret, 'ilp_stream_fulfillment'),
  };
}

/** IV, tag, ciphertext (RFC 0029, 5.1.1). The IV is random: both ends use one key, and must never use an IV twice. */
export function encrypt(key: Uint8Array, plain: Uint8Array, random: RandomBytes): Buffer {
  const iv = random(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
}

/** Throws PacketError if the data was encrypted under another key, or changed. */
export function decrypt(key: Uint8Array, data: Uint8Array): Buffer {
  if (data.length < ENCRYPTION_OVERHEAD) throw new PacketError('truncated', 'The data is too short to be encrypted.');
  const bytes = bufferOf(data);
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(IV_BYTES, ENCRYPTION_OVERHEAD));
  const plain = decipher.update(bytes.subarray(ENCRYPTION_OVERHEAD));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    throw new PacketError('not_authentic', 'The data does not decrypt under the key of this connection.');
  }
}

/** The preimage that pays for a Prepare with this data (RFC 0029, 6.3). */
export function fulfillmentOf(keys: ConnectionKeys, data: Uint8Array): Buffer {
  return hmac(keys.fulfillment, data);
}

/** Whether a fulfillment is the preimage of a condition. */
export function fulfills(fulfillment: Uint8Array, condition: Uint8Array): boolean {
  const hash = sha256(fulfillment);
  return hash.length === condition.length && timingSafeEqual(hash, condition);
}
