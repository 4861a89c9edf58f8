import { base64urlnopad } from '@scure/base';
import { decodeProtectedHeader } from 'jose';
import { parse, parseNumberAndBigInt, stringify } from 'lossless-json';
import { AddressError, addressToBase58, parseAddressObject, type TariAddress } from './address.ts';
import { utf8 } from './bytes.ts';
import { MAX_U64 } from './integer-bounds.ts';
import { bytesOfWalletForm, verifyMessageSignature } from './message-signature.ts';
import {
  NONCE_RANDOM_LENGTH,
  type RandomBytes,
  type SchnorrSigner,
  SIGNATURE_LENGTH,
  schnorrSigner,
  verifySchnorr,
} from './schnorr.ts';

/**
 * JSON Web Tokens signed with Ristretto256 (protocol.md 3 and 5). jose parses the header. The algorithm is Tari's own,
 * which no JWT library knows, and nonces exceed 2^53, which they all round; so claims and signature are parsed here.
 */

const DOMAIN = 'com.tari.jwt-ristretto';
const HEADER = { alg: 'Ristretto256', typ: 'JWT' } as const;
/** A token is sent in an HTTP header, and servers accept 8 to 16 KiB of headers. */
const MAX_TOKEN_LENGTH = 8 * 1024;
/** `hex(s)|hex(R)`. */
const WALLET_FORM_LENGTH = 129;
const MAX_ROLES = 16;
const MAX_ROLE_LENGTH = 64;
/** The last second that a Date can represent. */
const MAX_SECONDS = 8_640_000_000_000n;

export type TokenErrorCode = 'malformed' | 'wrong_algorithm' | 'bad_signature' | 'bad_claims' | 'expired';

/** A rejected token, with the reason. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The claims of a token as they are on the wire. Integers are bigint, so that none loses digits. */
export type TokenClaims = Record<string, unknown>;

export interface DecodedToken {
  header: TokenClaims;
  claims: TokenClaims;
  /** The text that is signed: header and claims as they came. */
  signingInput: string;
  /** 64 bytes R s. */
  signature: Uint8Array;
}

/** The claims of a login token. Its nonce is a u64 and must increase strictly per address; the nonce store checks that. */
export interface LoginClaims {
  address: TariAddress;
  nonce: bigint;
  desiredRoles: string[];
}

/** The claims of an access token. Times are whole seconds on the wire. */
export interface AccessClaims {
  address: TariAddress;
  roles: string[];
  issuedAt: Date;
  expiresAt: Date;
}

// ---- Any token ----------------------------------------------------------------------------------------------------

/** Signs claims; bigints are serialised as integers. */
export function signToken(claims: object, secretKey: Uint8Array, random: RandomBytes): string {
  return signTokenBy(schnorrSigner(secretKey), claims, random);
}

function signTokenBy(sign: SchnorrSigner, claims: object, random: RandomBytes): string {
  const signingInput = `${HEADER_PART}.${encodePart(claims)}`;
  const signature = sign(DOMAIN, utf8(signingInput), random(NONCE_RANDOM_LENGTH));
  return `${signingInput}.${base64urlnopad.encode(signature)}`;
}

/** Decodes a token without verifying it. Throws TokenError `malformed` or `wrong_algorithm`. */
export function decodeToken(token: string): DecodedToken {
  if (token.length > MAX_TOKEN_LENGTH) throw new TokenError('malformed', 'The token is too long.');
  const [headerText, claimsText, signatureText, ...more] = token.split('.');
  if (!headerText || !claimsText || !signatureText || more.length > 0) {
    throw new TokenError('malformed', 'A token is three parts with dots between them.');
  }
  const header = headerOf(token, headerText);
  requireHeader(header);
  const signature = signatureIn(signatureText);
  return { header, claims: objectIn(claimsText), signingInput: `${headerText}.${claimsText}`, signature };
}

/** The claims of a token signed by the public key. Throws TokenError `bad_signature`, or as decodeToken does. */
export function verifyTokenSignature(token: string, publicKey: Uint8Array): TokenClaims {
  const decoded = decodeToken(token);
  requireSignature(decoded, publicKey);
  return decoded.claims;
}

// ---- Login tokens -------------------------------------------------------------------------------------------------

/**
 * Verifies a login token, which is signed by the spend key of the address in its own claims: as a token, or by a wallet
 * as a message (protocol.md 3), which is then the text of the first two parts. Throws TokenError.
 */
export function verifyLoginToken(token: string): LoginClaims {
  const decoded = decodeToken(token);
  const address = addressIn(decoded.claims);
  requireSignature(decoded, address.spendKey, [verifyTokenBytes, verifyMessageSignature]);
  return { address, nonce: nonceIn(decoded.claims), desiredRoles: rolesIn(decoded.claims, 'desired_roles') };
}

// ---- Access tokens ------------------------------------------------------------------------------------------------

/** Signs an access token. Its times are rounded down to whole seconds, and its address is written in base58. */
export function issueAccessToken(claims: AccessClaims, secretKey: Uint8Array, random: RandomBytes): string {
  return accessTokenIssuer(secretKey, random)(claims);
}

/** The same for many tokens: what follows from the key alone is computed once. */
export function accessTokenIssuer(secretKey: Uint8Array, random: RandomBytes): (claims: AccessClaims) => string {
  const sign = schnorrSigner(secretKey);
  return ({ address, roles, issuedAt, expiresAt }) => {
    const wireClaims = {
      address: addressToBase58(address),
      roles,
      iat: secondsOf(issuedAt),
      exp: secondsOf(expiresAt),
    };
    return signTokenBy(sign, wireClaims, random);
  };
}

/** Verifies an access token of the server with this public key. Throws TokenError; `expired` from its `exp` second on. */
export function verifyAccessToken(token: string, publicKey: Uint8Array, now: Date): AccessClaims {
  const claims = verifyTokenSignature(token, publicKey);
  const expiresAt = dateIn(claims, 'exp');
  if (now.getTime() >= expiresAt.getTime()) throw new TokenError('expired', 'The token has expired.');
  return { address: addressIn(claims), roles: rolesIn(claims, 'roles'), issuedAt: dateIn(claims, 'iat'), expiresAt };
}

// ---- Parts --------------------------------------------------------------------------------------------------------

/** The one header, as this server and wallets write it. */
const HEADER_PART = encodePart(HEADER);

function headerOf(token: string, headerText: string): TokenClaims {
  if (headerText === HEADER_PART) return { ...HEADER };
  bytesIn(headerText);
  try {
    return { ...decodeProtectedHeader(token) };
  } catch {
    throw new TokenError('malformed', "The token's header cannot be read.");
  }
}

/** Exactly the one header (protocol.md 5): a token must not choose how it is verified. */
function requireHeader(header: TokenClaims): void {
  if (header.alg !== HEADER.alg) throw new TokenError('wrong_algorithm', `A token's algorithm must be ${HEADER.alg}.`);
  if (header.typ !== HEADER.typ || Object.keys(header).length !== 2) {
    throw new TokenError('malformed', `A token's header has alg and typ, and its typ is ${HEADER.typ}.`);
  }
}

type Verify = (message: Uint8Array, publicKey: Uint8Array, signature: Uint8Array) => boolean;

const verifyTokenBytes: Verify = (message, publicKey, signature) =>
  verifySchnorr(DOMAIN, message, publicKey, signature);

/** @param accepted the ways to sign that are accepted; one will do. */
function requireSignature(
  { signingInput, signature }: DecodedToken,
  publicKey: Uint8Array,
  accepted: readonly Verify[] = [verifyTokenBytes],
): void {
  const message = utf8(signingInput);
  if (accepted.some((verify) => verify(message, publicKey, signature))) return;
  throw new TokenError('bad_signature', "The token's signature does not fit.");
}

/**
 * The 64 bytes R s of a token's third part. A wallet gives its signature as the text `hex(s)|hex(R)`, which may stand
 * there in base64url as all parts do, or as it is.
 */
function signatureIn(part: string): Uint8Array {
  const asText = bytesOfWalletForm(part);
  if (asText !== undefined) return asText;
  const bytes = bytesIn(part);
  if (bytes.length === SIGNATURE_LENGTH) return bytes;
  const walletForm = bytes.length === WALLET_FORM_LENGTH ? bytesOfWalletForm(String.fromCharCode(...bytes)) : undefined;
  if (walletForm !== undefined) return walletForm;
  throw new TokenError('malformed', "The token's signature does not have 64 bytes.");
}

function encodePart(value: object): string {
  return base64urlnopad.encode(utf8(stringify(value) ?? ''));
}

function objectIn(part: string): TokenClaims {
  const bytes = bytesIn(part);
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = parse(text, null, parseNumberAndBigInt);
  } catch {
    throw new TokenError('malformed', 'A part of the token is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenError('malformed', 'A part of the token is not an object.');
  }
  return value as TokenClaims;
}

/** Base64url without padding, and with the bits that do not count 0: each token has one text. */
function bytesIn(part: string): Uint8Array {
  try {
    return base64urlnopad.decode(part);
  } catch {
    throw new TokenError('malformed', 'A part of the token is not base64url.');
  }
}

function addressIn(claims: TokenClaims): TariAddress {
  try {
    return parseAddressObject(claims.address);
  } catch (error) {
    if (error instanceof AddressError) throw new TokenError('bad_claims', error.message);
    throw error;
  }
}

function nonceIn({ nonce }: TokenClaims): bigint {
  if (typeof nonce !== 'bigint' || nonce < 0n || nonce > MAX_U64) {
    throw new TokenError('bad_claims', "The token's nonce is not a whole number of 64 bits.");
  }
  return nonce;
}

function rolesIn(claims: TokenClaims, name: 'roles' | 'desired_roles'): string[] {
  const roles = claims[name];
  const isRoleName = (role: unknown): role is string => typeof role === 'string' && role.length <= MAX_ROLE_LENGTH;
  if (!Array.isArray(roles) || roles.length > MAX_ROLES || !roles.every(isRoleName)) {
    throw new TokenError('bad_claims', `The token's ${name} are not a list of at most ${MAX_ROLES} names.`);
  }
  return roles;
}

function dateIn(claims: TokenClaims, name: 'iat' | 'exp'): Date {
  const seconds = claims[name];
  if (typeof seconds !== 'bigint' || seconds < 0n || seconds > MAX_SECONDS) {
    throw new TokenError('bad_claims', `The token's ${name} is not a time in seconds.`);
  }
  return new Date(Number(seconds) * 1000);
}

function secondsOf(date: Date): bigint {
  return BigInt(Math.floor(date.getTime() / 1000));
}
