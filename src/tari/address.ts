import { hex } from '@scure/base';
import { base58FromBytes, bytesFromBase58, bytesFromEmoji, emojiFromBytes } from './address/address-text.ts';
import { dammSum } from './address/damm-checksum.ts';
import { CURRENT_EMOJI, EMOJI_BEFORE_2024_04 } from './address/emoji-tables.ts';
import { bytesFromHex } from './bytes.ts';
import { isPublicKey } from './ristretto.ts';

/**
 * Tari addresses (protocol.md 2): what their bytes mean, their text and JSON forms, and the account behind them.
 *
 * ```
 * dual   : [0] network  [1] features  [2..34) view key  [34..66) spend key  [66..len-1) payment id  [len-1] checksum
 * single : [0] network  [1] features  [2..34) spend key  [34] checksum
 * legacy : [0..32) spend key  [32] checksum ^ network
 * ```
 */

export type Network = 'mainnet' | 'stagenet' | 'nextnet' | 'localnet' | 'igor' | 'esmeralda';

/** The first byte of an address on each network. */
export const NETWORKS: Readonly<Record<Network, number>> = {
  mainnet: 0x00,
  stagenet: 0x01,
  nextnet: 0x02,
  localnet: 0x10,
  igor: 0x24,
  esmeralda: 0x26,
};

export const ONE_SIDED = 1;
export const INTERACTIVE = 2;
export const PAYMENT_ID = 4;

/** An address whose checksum, network, features and keys are valid: there is no other way to create one. */
export interface TariAddress {
  readonly kind: 'single' | 'dual' | 'legacy';
  readonly network: Network;
  /** A sum of ONE_SIDED, INTERACTIVE and PAYMENT_ID. A legacy address has no such byte; what it stands for has 3. */
  readonly features: number;
  readonly viewKey: Uint8Array | null;
  readonly spendKey: Uint8Array;
  readonly paymentId: Uint8Array | null;
  /** The whole address: 35 bytes single, 67 to 323 dual, 33 legacy. */
  readonly bytes: Uint8Array;
}

/** What identifies the owner of addresses: the network byte and the spend key in lower-case hex, 66 characters. */
export type AccountId = string & { readonly __brand: 'AccountId' };

/** The input is not a Tari address. The message is a sentence that may be shown to the user. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

const KEY_LENGTH = 32;
const LEGACY_LENGTH = 33;
const SINGLE_LENGTH = 35;
const DUAL_LENGTH = 67;
const MAX_PAYMENT_ID_LENGTH = 256;
const MAX_ADDRESS_LENGTH = DUAL_LENGTH + MAX_PAYMENT_ID_LENGTH;

/** An emoji is two characters of a string, and there may be `|` and spaces in between. */
const MAX_TEXT_LENGTH = 4 * MAX_ADDRESS_LENGTH;
/** Base58 takes time that grows with the square of its length, so it has a limit of its own (protocol.md 2). */
const MAX_BASE58_LENGTH = 443;

/** The features of the account that a legacy address stands for (protocol.md 2). */
const LEGACY_FEATURES = ONE_SIDED | INTERACTIVE;

const NETWORK_OF_BYTE: ReadonlyMap<number, Network> = new Map(
  (Object.keys(NETWORKS) as Network[]).map((network) => [NETWORKS[network], network]),
);

// ---- Reading ------------------------------------------------------------------------------------------------------

/** Parses an address in emoji, base58 or hex, tried in this order. Throws AddressError. */
export function parseAddress(text: string): TariAddress {
  if (text.length > MAX_TEXT_LENGTH) throw new AddressError('This is not a Tari address: it is too long.');
  const fromEmoji = addressFromEmoji(text);
  if (fromEmoji) return fromEmoji;

  const base58Bytes = text.length <= MAX_BASE58_LENGTH ? bytesFromBase58(text) : undefined;
  // A legacy address was never written in base58.
  const candidates = [base58Bytes?.length === LEGACY_LENGTH ? undefined : base58Bytes, bytesFromHex(text)];
  const readable = candidates.filter((bytes) => bytes !== undefined);
  if (readable.length === 0) throw new AddressError('This is not a Tari address: it is neither emoji, base58 nor hex.');
  return firstAddress(readable);
}

/**
 * Parses an address in JSON: a text in any form, or one of the objects of older tools, whose keys are in hex
 * (protocol.md 2). Throws AddressError.
 *   {"Single":{"network","features","public_spend_key"}}
 *   {"Dual":{"network","features","public_view_key","public_spend_key"}}
 *   {"network","public_key"}
 */
export function parseAddressObject(value: unknown): TariAddress {
  if (typeof value === 'string') return parseAddress(value);
  const object = fieldsOf(value);
  if (object.Single !== undefined) {
    const single = fieldsOf(object.Single);
    return singleAddress(networkIn(single), keyIn(single, 'public_spend_key'), featuresIn(single));
  }
  if (object.Dual !== undefined) {
    const dual = fieldsOf(object.Dual);
    const viewKey = keyIn(dual, 'public_view_key');
    return dualAddress(networkIn(dual), viewKey, keyIn(dual, 'public_spend_key'), featuresIn(dual));
  }
  return legacyAddress(networkIn(object), keyIn(object, 'public_key'));
}

/** Parses the bytes of an address of any of the three kinds. Throws AddressError. */
export function addressFromBytes(given: Uint8Array): TariAddress {
  const bytes = Uint8Array.from(given);
  if (bytes.length === LEGACY_LENGTH) return legacyFromBytes(bytes);
  const isSingle = bytes.length === SINGLE_LENGTH;
  if (!isSingle && (bytes.length < DUAL_LENGTH || bytes.length > MAX_ADDRESS_LENGTH)) {
    throw new AddressError(`This is not a Tari address: no address has ${bytes.length} bytes.`);
  }
  if (dammSum(bytes) !== 0) throw checksumError();
  const network = networkOfByte(bytes[0]);
  const features = bytes[1] ?? 0;
  const hasPaymentId = bytes.length > DUAL_LENGTH;
  requireFeatures(features, { isSingle, hasPaymentId });

  const viewKey = isSingle ? null : requireKey(bytes.subarray(2, 34));
  const spendKey = requireKey(isSingle ? bytes.subarray(2, 34) : bytes.subarray(34, 66));
  const paymentId = hasPaymentId ? bytes.subarray(66, -1) : null;
  return { kind: isSingle ? 'single' : 'dual', network, features, viewKey, spendKey, paymentId, bytes };
}

// ---- Making -------------------------------------------------------------------------------------------------------

/** A single address, which has only the spend key. Throws AddressError for an invalid key or invalid features. */
export function singleAddress(network: Network, spendKey: Uint8Array, features = ONE_SIDED | INTERACTIVE): TariAddress {
  return addressFromBytes(withChecksum([NETWORKS[network], features, ...requireKey(spendKey)]));
}

/** A dual address without payment id. Throws AddressError for invalid keys or features. */
export function dualAddress(
  network: Network,
  viewKey: Uint8Array,
  spendKey: Uint8Array,
  features: number,
): TariAddress {
  return addressFromBytes(withChecksum([NETWORKS[network], features, ...requireKey(viewKey), ...requireKey(spendKey)]));
}

/**
 * A dual address with a payment id of 1 to 256 bytes, replacing any that it had: a plain payment to it names its order
 * (protocol.md 2). Throws AddressError for an address that is not dual and for an id of another length.
 */
export function withPaymentId(dual: TariAddress, id: Uint8Array): TariAddress {
  if (dual.kind !== 'dual') throw new AddressError('Only a dual address can carry a payment id.');
  if (id.length < 1 || id.length > MAX_PAYMENT_ID_LENGTH) {
    throw new AddressError(`A payment id has 1 to ${MAX_PAYMENT_ID_LENGTH} bytes, not ${id.length}.`);
  }
  const [network = 0] = dual.bytes;
  return addressFromBytes(withChecksum([network, dual.features | PAYMENT_ID, ...dual.bytes.subarray(2, 66), ...id]));
}

/** The same address without its payment id and without the feature that allows one. */
export function withoutPaymentId(address: TariAddress): TariAddress {
  if (address.viewKey === null || (address.features & PAYMENT_ID) === 0) return address;
  return dualAddress(address.network, address.viewKey, address.spendKey, address.features & ~PAYMENT_ID);
}

// ---- Writing ------------------------------------------------------------------------------------------------------

/** The base58 text. A legacy address has none, so it is written as the single address that it stands for. */
export function addressToBase58(address: TariAddress): string {
  return base58FromBytes(standsFor(address).bytes);
}

/** The object of older tools (protocol.md 2); a legacy address as the single address that it stands for. */
export function addressToObject(address: TariAddress) {
  const { network, features, viewKey, spendKey } = standsFor(address);
  const keys = { network, features, public_spend_key: hex.encode(spendKey) };
  return viewKey === null ? { Single: keys } : { Dual: { ...keys, public_view_key: hex.encode(viewKey) } };
}

/** The bytes in lower-case hex, as they are. */
export function addressToHex(address: TariAddress): string {
  return hex.encode(address.bytes);
}

/** The emoji text: a legacy address in the table of its time, all others in the current one. */
export function addressToEmoji(address: TariAddress): string {
  return emojiFromBytes(address.bytes, address.kind === 'legacy' ? EMOJI_BEFORE_2024_04 : CURRENT_EMOJI);
}

// ---- Accounts -----------------------------------------------------------------------------------------------------

/** The account of an address's owner: equal for every address of one wallet on one network. */
export function accountOf(address: TariAddress): AccountId {
  const bytes = new Uint8Array(1 + KEY_LENGTH);
  bytes[0] = NETWORKS[address.network];
  bytes.set(address.spendKey, 1);
  return hex.encode(bytes) as AccountId;
}

/** The single address of an account about which nothing else is known. */
export function addressOfAccount(account: AccountId): TariAddress {
  return singleAddress(networkOfAccount(account), hex.decode(account).subarray(1));
}

/** The network of an account. */
export function networkOfAccount(account: AccountId): Network {
  return networkOfByte(Number.parseInt(account.slice(0, 2), 16));
}

/** The network of an already validated address in base58, given by its first character. */
export function networkOfBase58(text: string): Network {
  return networkOfByte(bytesFromBase58(text)?.[0]);
}

/** The text as an account id. Throws AddressError unless it is 66 characters of lower-case hex that name a key. */
export function accountId(text: string): AccountId {
  if (!/^[0-9a-f]{66}$/.test(text)) throw new AddressError('An account id is 66 characters of lower-case hex.');
  const bytes = hex.decode(text);
  networkOfByte(bytes[0]);
  requireKey(bytes.subarray(1));
  return text as AccountId;
}

/** The address by which an account is shown if this is its first one seen: without payment id, and never legacy. */
export function accountAddress(address: TariAddress): TariAddress {
  return withoutPaymentId(standsFor(address));
}

// ---- Parts --------------------------------------------------------------------------------------------------------

function addressFromEmoji(text: string): TariAddress | undefined {
  const current = bytesFromEmoji(text, CURRENT_EMOJI);
  const old = bytesFromEmoji(text, EMOJI_BEFORE_2024_04);
  // Addresses of 33 bytes are written in the old table, and for a few months of 2024 they were in the current one.
  if (old?.length === LEGACY_LENGTH) return firstAddress(current ? [old, current] : [old]);
  return current && current.length > 0 ? addressFromBytes(current) : undefined;
}

/** The first candidate that is an address. If none is, throws the last one's error. */
function firstAddress(candidates: Uint8Array[]): TariAddress {
  for (const candidate of candidates.slice(0, -1)) {
    try {
      return addressFromBytes(candidate);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
    }
  }
  return addressFromBytes(candidates.at(-1) ?? new Uint8Array());
}

function legacyFromBytes(bytes: Uint8Array): TariAddress {
  const network = NETWORK_OF_BYTE.get(dammSum(bytes.subarray(0, KEY_LENGTH)) ^ (bytes[KEY_LENGTH] ?? 0));
  if (network === undefined) throw checksumError();
  const spendKey = requireKey(bytes.subarray(0, KEY_LENGTH));
  return { kind: 'legacy', network, features: LEGACY_FEATURES, viewKey: null, spendKey, paymentId: null, bytes };
}

function legacyAddress(network: Network, spendKey: Uint8Array): TariAddress {
  return legacyFromBytes(Uint8Array.of(...spendKey, dammSum(spendKey) ^ NETWORKS[network]));
}

function standsFor(address: TariAddress): TariAddress {
  return address.kind === 'legacy' ? singleAddress(address.network, address.spendKey, LEGACY_FEATURES) : address;
}

function withChecksum(bytes: number[]): Uint8Array {
  const body = Uint8Array.from(bytes);
  return Uint8Array.of(...body, dammSum(body));
}

function requireKey(bytes: Uint8Array): Uint8Array {
  if (!isPublicKey(bytes)) throw new AddressError('This is not a Tari address: its keys are not ristretto255 points.');
  return bytes;
}

/** A dual address may allow payment ids and have none; a payment id without that feature is refused. */
function requireFeatures(features: number, shape: { isSingle: boolean; hasPaymentId: boolean }): void {
  const known = shape.isSingle ? ONE_SIDED | INTERACTIVE : ONE_SIDED | INTERACTIVE | PAYMENT_ID;
  if ((features & ~known) !== 0) {
    throw new AddressError(`This is not a Tari address that we know: its features are ${features}.`);
  }
  if (shape.hasPaymentId && (features & PAYMENT_ID) === 0) {
    throw new AddressError('This is not a Tari address: its features and its payment id do not agree.');
  }
}

function networkOfByte(byte: number | undefined): Network {
  const network = byte === undefined ? undefined : NETWORK_OF_BYTE.get(byte);
  if (network === undefined) throw new AddressError('This is not a Tari address that we know: its network is unknown.');
  return network;
}

function checksumError(): AddressError {
  return new AddressError('This is not a Tari address: its checksum is wrong. A character is missing or mistyped.');
}

// ---- The JSON objects of older tools ------------------------------------------------------------------------------

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AddressError('This is not a Tari address: an address is a text or an object.');
  }
  return value as Record<string, unknown>;
}

function networkIn(fields: Record<string, unknown>): Network {
  const name = typeof fields.network === 'string' ? fields.network.toLowerCase() : '';
  if (!Object.hasOwn(NETWORKS, name)) throw new AddressError('This is not a Tari address: its network is unknown.');
  return name as Network;
}

/** JSON parsed without loss has integers as bigint, so both types are accepted. */
function featuresIn(fields: Record<string, unknown>): number {
  const features = typeof fields.features === 'bigint' ? Number(fields.features) : fields.features;
  if (Number.isInteger(features) && Number(features) >= 0 && Number(features) <= 0xff) return Number(features);
  throw new AddressError('This is not a Tari address: its features are not a number of one byte.');
}

function keyIn(fields: Record<string, unknown>, name: string): Uint8Array {
  const text = fields[name];
  const bytes = typeof text === 'string' && text.length === 2 * KEY_LENGTH ? bytesFromHex(text) : undefined;
  if (!bytes) throw new AddressError(`This is not a Tari address: its ${name} is not 64 characters of hex.`);
  return requireKey(bytes);
}
