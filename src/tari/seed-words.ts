import { createDecipheriv, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { argon2d } from '@noble/hashes/argon2.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { wordlist as italian } from '@scure/bip39/wordlists/italian.js';
import { wordlist as japanese } from '@scure/bip39/wordlists/japanese.js';
import { wordlist as korean } from '@scure/bip39/wordlists/korean.js';
import { wordlist as chinese_simplified } from '@scure/bip39/wordlists/simplified-chinese.js';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { dualAddress, INTERACTIVE, type Network, ONE_SIDED, type TariAddress } from './address.ts';
import { bytesEqual, lengthPrefixed, utf8 } from './bytes.ts';
import { reduceToScalar } from './ristretto.ts';
import { publicKeyOf } from './schnorr.ts';

/** The 24 seed words of a Tari wallet and the keys derived from them (protocol.md 8). */

const BIP39_LISTS = { english, chinese_simplified, french, italian, japanese, korean, spanish } as const;

export const SEED_LANGUAGES = Object.keys(BIP39_LISTS) as readonly SeedLanguage[];
export type SeedLanguage = keyof typeof BIP39_LISTS;

export type SeedWordsErrorCode = 'word_count' | 'unknown_word' | 'checksum' | 'version' | 'passphrase';

/** Invalid seed words. The message is a sentence for the user and quotes none of them. */
export class SeedWordsError extends Error {
  override readonly name = 'SeedWordsError';
  readonly code: SeedWordsErrorCode;

  constructor(code: SeedWordsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A wallet's seed. */
export interface Seed {
  language: SeedLanguage;
  /** The day on which the wallet was created, in days since 2022-01-01. */
  birthday: number;
  /** 16 bytes. */
  entropy: Uint8Array;
}

/** A wallet's two secret keys, and the address that it receives one-sided payments at. */
export interface SeedKeys {
  viewKey: Uint8Array;
  spendKey: Uint8Array;
  address: TariAddress;
}

const WORD_COUNT = 24;
const BITS_PER_WORD = 11n;
const SEED_LENGTH = 33;
const VERSION = 2;
const DOMAIN = 'com.tari.base_layer.key_manager.v1.';
const DEFAULT_PASSPHRASE = 'TARI_CIPHER_SEED';
const ARGON2_MEMORY_KIB = 46 * 1024;

/**
 * Parses 24 words of one language, with any spacing, in upper or lower case, with or without accents.
 * @param passphrase if the wallet has one. Trying it takes a second or two.
 * @throws {SeedWordsError}
 */
export function seedFromWords(text: string, passphrase?: string): Seed {
  const words = text.trim().split(/\s+/u);
  if (words.length !== WORD_COUNT || words[0] === '') {
    throw new SeedWordsError(
      'word_count',
      `A seed has ${WORD_COUNT} words, not ${words[0] === '' ? 0 : words.length}.`,
    );
  }
  const { language, bytes } = bytesOfWords(words);
  if (bytes[0] !== VERSION) {
    throw new SeedWordsError('version', `The seed is of version ${bytes[0]}; only version ${VERSION} is known.`);
  }
  return { language, ...decipher(bytes, passphrase) };
}

/** The keys of the wallet of a seed. */
export function keysOfSeed(seed: Seed, network: Network, features: number = ONE_SIDED): SeedKeys {
  const viewKey = deriveKey(seed.entropy, 'data encryption', 0n);
  const spendKey = deriveKey(seed.entropy, 'comms', 0n);
  const address = dualAddress(network, publicKeyOf(viewKey), publicKeyOf(spendKey), features);
  return { viewKey, spendKey, address };
}

/** The features of a wallet's address: most show the one-sided one, some the interactive one. */
export const INTERACTIVE_FEATURES = ONE_SIDED | INTERACTIVE;

// ---- From words to bytes ------------------------------------------------------------------------------------------

/** The form in which words are compared: people write them with or without accents, and in either Unicode form. */
function comparable(word: string): string {
  return word
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

/**
 * The 2048 words of a language in the order of their numbers. They are those of BIP-39, but Tari's wallets strip accents
 * and sort each list by code points. For English the result is the standard list.
 */
export function seedWordList(language: SeedLanguage): string[] {
  return BIP39_LISTS[language].map(comparable).sort(compareCodePoints);
}

/** No word has a character beyond the first 65,536, so that comparing UTF-16 units compares code points. */
function compareCodePoints(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** Seeds are read rarely, so nothing is cached. */
function numbersOfWords(language: SeedLanguage): ReadonlyMap<string, bigint> {
  return new Map(seedWordList(language).map((word, index) => [word, BigInt(index)]));
}

/** Words can belong to two languages, as many English and French ones do; then the checksum decides. */
function bytesOfWords(words: readonly string[]): { language: SeedLanguage; bytes: Uint8Array } {
  const given = words.map(comparable);
  const readings = SEED_LANGUAGES.flatMap((language) => {
    const numbers = numbersOfWords(language);
    const found = given.map((word) => numbers.get(word));
    return found.every((number) => number !== undefined) ? [{ language, bytes: bytesOfNumbers(found) }] : [];
  });
  if (readings.length === 0) {
    throw new SeedWordsError('unknown_word', 'The words are not all of one word list. One of them may be mistyped.');
  }
  const reading = readings.find(({ bytes }) => hasRightChecksum(bytes));
  if (reading !== undefined) return reading;
  throw new SeedWordsError('checksum', 'The words do not belong together: one of them or their order is wrong.');
}

/** The first word has the lowest bits. */
function bytesOfNumbers(numbers: readonly bigint[]): Uint8Array {
  let whole = numbers.reduce((sum, number, index) => sum | (number << (BITS_PER_WORD * BigInt(index))), 0n);
  return Uint8Array.from({ length: SEED_LENGTH }, () => {
    const byte = Number(whole & 0xffn);
    whole >>= 8n;
    return byte;
  });
}

function hasRightChecksum(bytes: Uint8Array): boolean {
  const expected = new Uint8Array(4);
  new DataView(expected.buffer).setUint32(0, crc32(bytes.subarray(0, 29)), true);
  return bytesEqual(bytes.subarray(29), expected);
}

// ---- From bytes to keys -------------------------------------------------------------------------------------------

/** [0] version, [1..24) ciphertext, [24..29) salt, [29..33) checksum. */
function decipher(bytes: Uint8Array, passphrase: string | undefined): Omit<Seed, 'language'> {
  const salt = bytes.subarray(24, 29);
  const password = utf8(passphrase === undefined || passphrase === '' ? DEFAULT_PASSPHRASE : passphrase);
  const argonSalt = domainHash(32, 'cipher_seed_pbkdf_salt', salt).subarray(0, 16);
  const keys = argon2d(password, argonSalt, { t: 1, m: ARGON2_MEMORY_KIB, p: 1, version: 0x13, dkLen: 64 });
  const nonce = domainHash(32, 'cipher_seed_encryption_nonce', salt).subarray(0, 12);
  const plain = chacha20(keys.subarray(0, 32), nonce, bytes.subarray(1, 24));

  const birthday = plain.subarray(0, 2);
  const entropy = plain.subarray(2, 18);
  const version = Uint8Array.of(VERSION);
  const mac = domainHash(32, 'cipher_seed_mac', version, birthday, entropy, salt, keys.subarray(32)).subarray(0, 5);
  if (!timingSafeEqual(mac, plain.subarray(18))) {
    throw new SeedWordsError('passphrase', 'The passphrase does not fit these words.');
  }
  return { birthday: (birthday[0] ?? 0) | ((birthday[1] ?? 0) << 8), entropy: Uint8Array.from(entropy) };
}

/** ChaCha20 with the nonce of 12 bytes of RFC 8439 and counter 0, which node takes in front of the nonce. */
function chacha20(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const cipher = createDecipheriv('chacha20', key, Uint8Array.of(0, 0, 0, 0, ...nonce));
  return Uint8Array.from([...cipher.update(ciphertext), ...cipher.final()]);
}

function deriveKey(entropy: Uint8Array, branch: string, index: bigint): Uint8Array {
  const indexBytes = new Uint8Array(8);
  new DataView(indexBytes.buffer).setBigUint64(0, index, true);
  return reduceToScalar(domainHash(64, 'derive_key', entropy, utf8(branch), indexBytes));
}

/** Blake2b of `length` bytes over the tag and the parts, each behind its length. */
function domainHash(length: number, label: string, ...parts: Uint8Array[]): Uint8Array {
  return blake2b(lengthPrefixed(utf8(`${DOMAIN}${label}`), ...parts), { dkLen: length });
}
