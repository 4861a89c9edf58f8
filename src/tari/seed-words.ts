import { createDecipheriv, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { argon2d } from '@noble/hashes/argon2.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { dualAddress, INTERACTIVE, type Network, ONE_SIDED, type TariAddress } from './address.ts';
import { bytesEqual, lengthPrefixed, utf8 } from './bytes.ts';
import { reduceToScalar } from './ristretto.ts';
import { publicKeyOf } from './schnorr.ts';
import { SEED_WORD_LISTS } from './seed-word-lists.ts';

/** The 24 words that a Tari wallet is restored from, and the keys that they stand for (protocol.md 8). */

export const SEED_LANGUAGES = Object.keys(SEED_WORD_LISTS) as readonly SeedLanguage[];
export type SeedLanguage = keyof typeof SEED_WORD_LISTS;

export type SeedWordsErrorCode = 'word_count' | 'unknown_word' | 'checksum' | 'version' | 'passphrase';

/** Words that are no seed. The message is a sentence for whoever typed them, and quotes none of them. */
export class SeedWordsError extends Error {
  override readonly name = 'SeedWordsError';
  readonly code: SeedWordsErrorCode;

  constructor(code: SeedWordsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a wallet's seed holds. */
export interface Seed {
  language: SeedLanguage;
  /** Days since 2022-01-01 on which the wallet was made. */
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
 * Reads 24 words of one language, with whatever spaces, in upper or lower case, with or without accents.
 * @param passphrase where the wallet has one. It takes a second or two to try it.
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

/** The keys of a wallet that was made from the seed. */
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

/** Only the words of one language are looked at in each call, and seeds are read seldom: nothing is kept. */
function numbersOfWords(language: SeedLanguage): ReadonlyMap<string, bigint> {
  return new Map(
    SEED_WORD_LISTS[language]
      .trim()
      .split(/\s+/u)
      .map((word, index) => [comparable(word), BigInt(index)]),
  );
}

/** Words can belong to two languages, as many English and French ones do; then the checksum says which is meant. */
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
  throw new SeedWordsError('checksum', 'The words do not belong together: one is wrong, or their order is.');
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
