import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { argon2d } from '@noble/hashes/argon2.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { hex } from '@scure/base';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { addressToBase58 } from '#tari/address.ts';
import { lengthPrefixed, utf8 } from '#tari/bytes.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import {
  keysOfSeed,
  SEED_LANGUAGES,
  type SeedLanguage,
  SeedWordsError,
  seedFromWords,
  seedWordList,
} from '#tari/seed-words.ts';

const vector = JSON.parse(readFileSync(new URL('../vectors/seed-words.json', import.meta.url), 'utf8'));

/** SHA-256 of each list that Tari's wallets have (protocol.md 8), its words with one space between them. */
const HASHES_OF_LISTS = {
  english: 'f18b9a84c83e38e98eceb0102b275e26438af83ab08f080cdb780a2caa9f3a6d',
  chinese_simplified: '32356fb0ecc9e8c39508b9e0c4350c07a2777825abea8b89554fe0a8c82240b9',
  french: '060fe8980a50fdd3f69910dc2d86905d679f07f210fe31cee554cb74c848def5',
  italian: 'd9664953fe4c49e0b40eb6f6378c421f5f01dc9360aaac6d2a3c294f046ef520',
  japanese: '136c79141f2d9147badf5326bd4eabfd9c8622c09c0aa87b974ef4da4a44377e',
  korean: '881bc8e46a8127d0ff127bf21a380277cc9948d82a8d524fe686f21ca569ee2d',
  spanish: '49de5882682216ecb0c4755b843edb27565846d81a6340dd02b0d6f580242984',
};

/** For words that a whole file of tests looks up again and again. */
const LISTS = new Map(SEED_LANGUAGES.map((language) => [language, seedWordList(language)]));
const listOf = (language: SeedLanguage) => LISTS.get(language) ?? [];

/** The words of 33 bytes in a language, as a wallet shows them. */
function wordsOf(bytes: Uint8Array, language: SeedLanguage): string[] {
  let whole = [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return Array.from({ length: 24 }, () => {
    const word = listOf(language)[Number(whole & 0x7ffn)];
    whole >>= 11n;
    return word ?? '';
  });
}

const hash = (length: number, label: string, ...parts: Uint8Array[]) =>
  blake2b(lengthPrefixed(utf8(`com.tari.base_layer.key_manager.v1.${label}`), ...parts), { dkLen: length });

/** Makes the 33 bytes of a seed under a passphrase, as a wallet does, step by step of protocol.md 8. */
function encipher(entropy: Uint8Array, birthday: number, salt: Uint8Array, passphrase: string): Uint8Array {
  const argonSalt = hash(32, 'cipher_seed_pbkdf_salt', salt).subarray(0, 16);
  const keys = argon2d(utf8(passphrase), argonSalt, { t: 1, m: 46 * 1024, p: 1, dkLen: 64 });
  const born = Uint8Array.of(birthday & 0xff, birthday >> 8);
  const mac = hash(32, 'cipher_seed_mac', Uint8Array.of(2), born, entropy, salt, keys.subarray(32)).subarray(0, 5);
  const nonce = hash(32, 'cipher_seed_encryption_nonce', salt).subarray(0, 12);
  const cipher = createCipheriv('chacha20', keys.subarray(0, 32), Uint8Array.of(0, 0, 0, 0, ...nonce));
  const body = Uint8Array.of(2, ...cipher.update(Uint8Array.of(...born, ...entropy, ...mac)), ...salt);
  const whole = new Uint8Array(33);
  whole.set(body);
  new DataView(whole.buffer).setUint32(29, crc32(body), true);
  return whole;
}

const codeOf = (read: () => unknown): string | undefined => {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof SeedWordsError ? error.code : String(error);
  }
};

describe('seed words', () => {
  it('gives the keys and the address of the checked vector', () => {
    const seed = seedFromWords(vector.words);
    expect(seed).toMatchObject({ language: 'english', birthday: vector.birthday });
    expect(hex.encode(seed.entropy)).toBe(vector.entropy);
    const keys = keysOfSeed(seed, 'mainnet');
    expect(hex.encode(keys.viewKey)).toBe(vector.view_secret);
    expect(hex.encode(keys.spendKey)).toBe(vector.spend_secret);
    expect(hex.encode(publicKeyOf(keys.viewKey))).toBe(vector.view_public);
    expect(hex.encode(publicKeyOf(keys.spendKey))).toBe(vector.spend_public);
    expect(addressToBase58(keys.address)).toBe(vector.one_sided_address);
  });

  it('knows a seed of an earlier version by its right checksum, and says that it is one', () => {
    // From Tari's own test of its wallet library: test_seed_words in tari-project/tari, base_layer/wallet_ffi/src/lib.rs.
    const words =
      'scan couch work water find electric weasel code column sick secret birth word infant fatigue upper vacuum senior build post lend electric pact retire';
    expect(codeOf(() => seedFromWords(words))).toBe('version');
    expect(codeOf(() => seedFromWords(words.replace('retire', 'require')))).toBe('checksum');
  });

  it.each(SEED_LANGUAGES)('reads the same seed written in %s', (language) => {
    const words = wordsOf(hex.decode(vector.bytes), language);
    const seed = seedFromWords(`  ${words.join('  ')}\n`);
    expect(seed.language).toBe(language);
    expect(hex.encode(seed.entropy)).toBe(vector.entropy);
  });

  it('takes capitals, accents and either Unicode form', () => {
    const words = wordsOf(hex.decode(vector.bytes), 'korean').map((word) => word.normalize('NFKD'));
    expect(hex.encode(seedFromWords(words.join('\u3000')).entropy)).toBe(vector.entropy);
    expect(hex.encode(seedFromWords(vector.words.toUpperCase()).entropy)).toBe(vector.entropy);
  });

  it('reads a French word with its accent as the one without', () => {
    const at = listOf('french').indexOf('academie');
    expect(at).toBe(18);
    const entropy = new Uint8Array(16).fill(3);
    const bytes = encipher(entropy, 900, Uint8Array.of(1, 2, 3, 4, 5), 'TARI_CIPHER_SEED');
    const accented = wordsOf(bytes, 'french').join(' ').replaceAll('e', 'é');
    expect(seedFromWords(accented)).toEqual({ language: 'french', birthday: 900, entropy });
  });

  it('opens a seed with its passphrase only', () => {
    const entropy = Uint8Array.from({ length: 16 }, (_, index) => index);
    const words = wordsOf(encipher(entropy, 1234, Uint8Array.of(9, 8, 7, 6, 5), 'open sesame'), 'spanish').join(' ');
    expect(seedFromWords(words, 'open sesame')).toEqual({ language: 'spanish', birthday: 1234, entropy });
    expect(codeOf(() => seedFromWords(words))).toBe('passphrase');
    expect(codeOf(() => seedFromWords(words, 'open sesam'))).toBe('passphrase');
  });

  it('has each list to the letter as the wallets have it, in the order in which languages are tried', () => {
    const hashOf = (words: readonly string[]) => createHash('sha256').update(words.join(' ')).digest('hex');
    expect(SEED_LANGUAGES.map((language) => [language, hashOf(listOf(language))])).toEqual(
      Object.entries(HASHES_OF_LISTS),
    );
  });

  it('has 2048 different words of each language, sorted by code points as Tari has them', () => {
    for (const language of SEED_LANGUAGES) {
      const words = listOf(language);
      const sorted = [...words].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
      expect([language, new Set(words).size]).toEqual([language, 2048]);
      expect(words).toEqual(sorted);
    }
    // Places in the wallets' own lists, which differ from BIP-39's order.
    expect(listOf('chinese_simplified').slice(0, 3)).toEqual(['一', '丁', '七']);
    expect(listOf('spanish')[2032]).toBe('yate');
    expect(listOf('japanese')[48]).toBe('あんい');
    expect(listOf('korean')[32]).toBe('감소');
    expect(listOf('italian')[2016]).toBe('vitello');
  });

  it('says what is wrong without quoting a word', () => {
    const words = vector.words.split(' ');
    const swapped = [words[1], words[0], ...words.slice(2)].join(' ');
    expect(codeOf(() => seedFromWords(''))).toBe('word_count');
    expect(codeOf(() => seedFromWords(words.slice(1).join(' ')))).toBe('word_count');
    expect(codeOf(() => seedFromWords(vector.words.replace('scare', 'scarce')))).toBe('unknown_word');
    expect(codeOf(() => seedFromWords(vector.words.replace('scare', 'abaisser')))).toBe('unknown_word');
    expect(codeOf(() => seedFromWords(swapped))).toBe('checksum');
    for (const text of [swapped, vector.words.replace('scare', 'scarce')]) {
      expect(() => seedFromWords(text)).not.toThrow(/scar/);
    }
    const version1 = hex.decode(vector.bytes);
    version1[0] = 1;
    new DataView(version1.buffer).setUint32(29, crc32(version1.subarray(0, 29)), true);
    expect(codeOf(() => seedFromWords(wordsOf(version1, 'english').join(' ')))).toBe('version');
  });
});

describe('the tool with its seed words', () => {
  /** What the seven lists take, and little more. */
  const MAX_LIST_BYTES = 140_000;

  it('loads them only to read a seed, and nothing else of their library', async () => {
    const { metafile } = await build({
      entryPoints: ['src/cli/main.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'bundle',
      external: [
        'better-sqlite3',
        'libsodium-wrappers-sumo',
        'pg',
        '@grpc/grpc-js',
        'pino',
        'pino-pretty',
        '*?browser',
      ],
      minifyWhitespace: true,
      charset: 'utf8',
      write: false,
      outdir: 'out',
      metafile: true,
      logLevel: 'silent',
    });
    const outputs = Object.entries(metafile.outputs);
    const holding = outputs.filter(([, { inputs }]) =>
      Object.keys(inputs).some((path) => path.includes('@scure/bip39')),
    );
    expect(holding.map(([, { entryPoint }]) => entryPoint)).toEqual(['src/tari/seed-words.ts']);
    const [path = '', chunk] = holding[0] ?? [];
    const parts = Object.entries(chunk?.inputs ?? {}).filter(([input]) => input.includes('@scure/bip39'));
    expect(parts).toHaveLength(SEED_LANGUAGES.length);
    expect(parts.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThan(MAX_LIST_BYTES);

    // Each chunk asks for it by `import()` where a command reads a seed: none loads it with itself.
    const kinds = outputs.flatMap(([, { imports }]) =>
      imports.filter((one) => one.path === path).map(({ kind }) => kind),
    );
    expect(new Set(kinds)).toEqual(new Set(['dynamic-import']));
  });
});
