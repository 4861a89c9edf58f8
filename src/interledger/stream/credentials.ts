import type { RandomBytes } from '#interledger/bytes.ts';
import { checkedAddress, segmentBelow } from '#interledger/ilp/address.ts';
import { OerReader } from '#interledger/oer/reader.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import { orUndefined, PacketError } from '#interledger/packet-error.ts';
import { decrypt, encrypt, hmac } from './crypto.ts';
import { RECEIPT_NONCE_BYTES, RECEIPT_SECRET_BYTES, type ReceiptKey } from './receipt.ts';

/**
 * What a server gives a client to connect with: an address below its own, and a shared secret (RFC 0029, 4.1 Setup). The
 * server keeps neither: the secret is made of its own secret and the address's last segment, the token. Two forms are in
 * use: a random token with a tag in the clear, and one that hides what it says.
 */

/** What a client connects with. The secret must reach it over an encrypted, authenticated channel. */
export interface Credentials {
  destination: string;
  /** 32 bytes. */
  sharedSecret: Uint8Array;
}

const TOKEN_BYTES = 18;
const TAGGED = /^[A-Za-z0-9_-]{24}(?:~([A-Za-z0-9_~-]+))?$/;
const SEALED = /^[A-Za-z0-9_-]{38,}$/;

/** Longest tag in a sealed token, in bytes; the address must have room for it. */
const MAX_TAG_BYTES = 255;

// ---- A tag in the clear -------------------------------------------------------------------------------------------

/**
 * Credentials with 18 random bytes and, behind `~`, a tag of characters of an address: `SERVER.TOKEN~TAG`. The tag says
 * which resource is meant, and is seen by all on the way. Throws PacketError if it gives no address.
 */
export function taggedCredentials(
  serverSecret: Uint8Array,
  serverAddress: string,
  random: RandomBytes,
  tag?: string,
): Credentials {
  const token = Buffer.from(random(TOKEN_BYTES)).toString('base64url');
  const segment = tag === undefined ? token : `${token}~${tag}`;
  if (!TAGGED.test(segment)) throw new PacketError('malformed', 'A tag has other characters than an address.');
  const destination = checkedAddress(`${serverAddress}.${segment}`);
  return { destination, sharedSecret: secretOf(serverSecret, segment) };
}

/**
 * The tag and the secret of an address with a tag in the clear; undefined if it has not that form. The tag is authentic only
 * once something decrypts under the secret: every sender can write down any tag.
 */
export function openTagged(
  serverSecret: Uint8Array,
  serverAddress: string,
  destination: string,
): { segment: string; tag: string | undefined; sharedSecret: Uint8Array } | undefined {
  const segment = segmentBelow(destination, serverAddress);
  if (segment === undefined) return undefined;
  const match = TAGGED.exec(segment);
  if (match === null) return undefined;
  return { segment, tag: match[1], sharedSecret: secretOf(serverSecret, segment) };
}

// ---- A sealed token -----------------------------------------------------------------------------------------------

const HAS_TAG = 1;
const HAS_RECEIPT = 2;
const HAS_ASSET = 4;

/** What a sealed token says to the server that made it. */
export interface TokenContent {
  /** Which resource is paid; up to 255 characters of ASCII. */
  tag?: string;
  receipt?: ReceiptKey;
  /** The asset that the server tells a client which asks for it. */
  asset?: { code: string; scale: number };
}

/** Credentials whose token hides its content, as Rafiki makes them: `SERVER.base64url(iv, tag, ciphertext)`. */
export function sealedCredentials(
  serverSecret: Uint8Array,
  serverAddress: string,
  random: RandomBytes,
  content: TokenContent = {},
): Credentials {
  const token = encrypt(tokenKey(serverSecret), writeContent(content), random);
  const destination = checkedAddress(`${serverAddress}.${token.toString('base64url')}`);
  return { destination, sharedSecret: secretOf(serverSecret, token) };
}

/** What a sealed token says, with its secret; undefined if this server did not make it. Further segments are ignored. */
export function openSealed(
  serverSecret: Uint8Array,
  serverAddress: string,
  destination: string,
): { segment: string; content: TokenContent; sharedSecret: Uint8Array } | undefined {
  const segment = segmentBelow(destination, serverAddress);
  if (segment === undefined || !SEALED.test(segment)) return undefined;
  const token = Buffer.from(segment, 'base64url');
  // A second spelling of the same token would be a second connection of it.
  if (token.toString('base64url') !== segment) return undefined;
  const content = orUndefined(() => readContent(decrypt(tokenKey(serverSecret), token)));
  if (content === undefined) return undefined;
  return { segment, content, sharedSecret: secretOf(serverSecret, token) };
}

function writeContent({ tag, receipt, asset }: TokenContent): Buffer {
  const flags =
    (tag === undefined ? 0 : HAS_TAG) |
    (receipt === undefined ? 0 : HAS_RECEIPT) |
    (asset === undefined ? 0 : HAS_ASSET);
  const writer = new OerWriter().uint8(flags);
  if (tag !== undefined) {
    if (tag.length > MAX_TAG_BYTES) throw new PacketError('too_large', 'The tag of a token is too long.');
    writer.varAscii(tag);
  }
  if (receipt !== undefined) {
    if (receipt.nonce.length !== RECEIPT_NONCE_BYTES || receipt.secret.length !== RECEIPT_SECRET_BYTES) {
      throw new PacketError('malformed', 'A receipt needs a nonce of 16 and a secret of 32 bytes.');
    }
    writer.octets(receipt.nonce).octets(receipt.secret);
  }
  if (asset !== undefined) writer.varUtf8(asset.code).uint8(asset.scale);
  return writer.bytes();
}

function readContent(bytes: Uint8Array): TokenContent {
  const reader = new OerReader(bytes);
  const flags = reader.uint8();
  const content: TokenContent = {};
  if (flags & HAS_TAG) content.tag = reader.varAscii(MAX_TAG_BYTES);
  if (flags & HAS_RECEIPT) {
    content.receipt = { nonce: reader.octets(RECEIPT_NONCE_BYTES), secret: reader.octets(RECEIPT_SECRET_BYTES) };
  }
  if (flags & HAS_ASSET) content.asset = { code: reader.varUtf8(reader.left), scale: reader.uint8() };
  reader.end();
  return content;
}

function tokenKey(serverSecret: Uint8Array): Buffer {
  return hmac(serverSecret, 'ilp_stream_connection_token');
}

function secretOf(serverSecret: Uint8Array, token: Uint8Array | string): Buffer {
  return hmac(hmac(serverSecret, 'ilp_stream_shared_secret'), token);
}
