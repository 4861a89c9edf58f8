import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './answers.ts';

/** What receipts of a push are made with, for who verifies them (RFC 0039). */
export interface ReceiptDetails {
  nonce: Uint8Array;
  secret: Uint8Array;
}

const NONCE_BYTES = 16;
const SECRET_BYTES = 32;

/** The headers `Receipt-Nonce` and `Receipt-Secret`; null without them. */
export function receiptIn(headers: IncomingHttpHeaders): ReceiptDetails | null {
  const { 'receipt-nonce': nonce, 'receipt-secret': secret } = headers;
  if (nonce === undefined && secret === undefined) return null;
  return { nonce: bytes('Receipt-Nonce', nonce, NONCE_BYTES), secret: bytes('Receipt-Secret', secret, SECRET_BYTES) };
}

function bytes(name: string, given: string | string[] | undefined, length: number): Uint8Array {
  const read = typeof given === 'string' && /^[\w+/-]+={0,2}$/.test(given) ? Buffer.from(given, 'base64') : undefined;
  if (read?.length !== length) throw new Refusal(400, `${name} must be ${length} bytes in base64.`);
  return new Uint8Array(read);
}
