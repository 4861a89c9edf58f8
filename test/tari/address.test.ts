import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesFromBase58, emojiFromBytes } from '#tari/address/address-text.ts';
import { dammSum } from '#tari/address/damm-checksum.ts';
import { CURRENT_EMOJI, EMOJI_BEFORE_2024_04 } from '#tari/address/emoji-tables.ts';
import {
  AddressError,
  accountAddress,
  accountId,
  accountOf,
  addressFromBytes,
  addressToBase58,
  addressToEmoji,
  addressToHex,
  dualAddress,
  NETWORKS,
  parseAddress,
  parseAddressObject,
  singleAddress,
  type TariAddress,
  withoutPaymentId,
  withPaymentId,
} from '#tari/address.ts';
import {
  anyDualAddress,
  anyModernAddress,
  anyNetwork,
  anyPaymentId,
  anyPlainDualAddress,
  anyPublicKey,
  anySingleAddress,
  anyWithOneByteChanged,
  anyWithOneCharacterChanged,
  BASE58_ALPHABET,
  HEX_ALPHABET,
} from '#test/tari/arbitraries.ts';
import vectors from '../vectors/addresses.json' with { type: 'json' };
import emojiVectors from '../vectors/emoji.json' with { type: 'json' };
import signatures from '../vectors/signatures.json' with { type: 'json' };

const LEGACY = 'a8d523755de41b9c14de709ca59d52bc1772658258962ef5bbefa8c59082e54733';
const LEGACY_KEY = LEGACY.slice(0, 64);
const SINGLE_OF_LEGACY = '14s9vDTwrweZvWEgQ9gNhXXPX68DPXSSAHNFWYEPi5JsBQY';

const anyLegacyAddress: fc.Arbitrary<TariAddress> = fc
  .tuple(anyNetwork, anyPublicKey)
  .map(([network, key]) => parseAddressObject({ network, public_key: bytesToHex(key) }));
const anyAddress = fc.oneof(anyModernAddress, anyLegacyAddress);

/** The bytes with a checksum that fits, so that what is refused is refused for what it says. */
function sealed(bytes: number[]): Uint8Array {
  return Uint8Array.of(...bytes, dammSum(Uint8Array.from(bytes)));
}

describe('emoji tables', () => {
  it.each([
    ['current', CURRENT_EMOJI, emojiVectors.current],
    ['before 2024-04', EMOJI_BEFORE_2024_04, emojiVectors.before_2024_04],
  ] as const)('%s is the published table of 256 distinct emoji', (_name, table, published) => {
    expect(table.emojiOfByte).toEqual(published);
    expect(table.byteOfEmoji.size).toBe(256);
    expect(published.every((emoji, byte) => table.byteOfEmoji.get(emoji) === byte)).toBe(true);
  });
});

describe('published addresses', () => {
  it.each(vectors.valid as [string, string][])('reads %s', (text, hex) => {
    const address = parseAddress(text);
    expect(bytesToHex(address.bytes)).toBe(hex);
    expect(parseAddress(hex)).toEqual(address);
    expect(parseAddress(hex.toUpperCase())).toEqual(address);
    expect(parseAddress(addressToEmoji(address))).toEqual(address);
    if (address.kind !== 'legacy') expect(addressToBase58(address)).toBe(text);
  });

  it.each(vectors.invalid as [string, string][])('refuses %s', (text, reason) => {
    expect(() => parseAddress(text)).toThrow(AddressError);
    if (reason === 'checksum') {
      expect(() => parseAddress(text)).toThrow('checksum');
      return;
    }
    // This one's checksum does not fit either. With one that does, it is refused for its keys.
    const body = bytesFromBase58(text)?.slice(0, -1) ?? [];
    expect(() => addressFromBytes(sealed([...body]))).toThrow(reason);
  });

  it('adds the published payment id', () => {
    const { base, id, address } = vectors.payment_id;
    const carrying = withPaymentId(parseAddress(base), new TextEncoder().encode(id));
    expect(addressToBase58(carrying)).toBe(address);
    expect(new TextDecoder().decode(parseAddress(address).paymentId ?? undefined)).toBe(id);
    expect(addressToBase58(withoutPaymentId(carrying))).toBe(base);
  });
});

describe('a legacy address', () => {
  it('stands for the single address of its key', () => {
    const legacy = parseAddress(LEGACY);
    expect(legacy).toMatchObject({ kind: 'legacy', network: 'mainnet', viewKey: null, paymentId: null });
    expect(addressToBase58(legacy)).toBe(SINGLE_OF_LEGACY);
    expect(addressToHex(legacy)).toBe(LEGACY);
    expect(accountAddress(legacy)).toEqual(parseAddress(SINGLE_OF_LEGACY));
    expect(accountOf(legacy)).toBe(accountOf(parseAddress(SINGLE_OF_LEGACY)));
  });

  it('is written in the old emoji, and read in both', () => {
    const legacy = parseAddress(LEGACY);
    expect(addressToEmoji(legacy)).toBe(emojiFromBytes(legacy.bytes, EMOJI_BEFORE_2024_04));
    expect(parseAddress(emojiFromBytes(legacy.bytes, CURRENT_EMOJI))).toEqual(legacy);
  });

  it('has its network in its checksum byte', () => {
    fc.assert(
      fc.property(anyNetwork, anyPublicKey, (network, key) => {
        const address = addressFromBytes(Uint8Array.of(...key, dammSum(key) ^ NETWORKS[network]));
        expect(address.network).toBe(network);
        expect(accountOf(address)).toBe(accountOf(singleAddress(network, key)));
      }),
      { numRuns: 30 },
    );
  });
});

describe('every address', () => {
  it('is read back from each of its forms', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(addressFromBytes(address.bytes)).toEqual(address);
        expect(parseAddress(addressToHex(address))).toEqual(address);
        expect(parseAddress(addressToEmoji(address))).toEqual(address);
        const fromBase58 = parseAddress(addressToBase58(address));
        expect(accountOf(fromBase58)).toBe(accountOf(address));
        if (address.kind !== 'legacy') expect(fromBase58).toEqual(address);
      }),
    );
  });

  it('is read from emoji with space around it and bars between them', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const groups = addressToEmoji(address).match(/.{1,3}/gu) ?? [];
        expect(parseAddress(` ${groups.join('|')}\n`)).toEqual(address);
      }),
      { numRuns: 20 },
    );
  });

  it('does not change when the caller changes the bytes it was read from', () => {
    const bytes = hexToBytes(LEGACY);
    const address = addressFromBytes(bytes);
    bytes.fill(0);
    expect(addressToHex(address)).toBe(LEGACY);
  });
});

describe('a wrong address', () => {
  it('is refused when one byte differs', () => {
    const anyWrong = anyModernAddress.chain((address) => anyWithOneByteChanged(address.bytes));
    fc.assert(
      fc.property(anyWrong, (bytes) => {
        expect(() => addressFromBytes(bytes)).toThrow(AddressError);
      }),
    );
  });

  it('is refused when one character of its hex or emoji differs', () => {
    const anyWrong = anyModernAddress.chain((address) =>
      fc.oneof(
        anyWithOneCharacterChanged(addressToHex(address), HEX_ALPHABET),
        anyWithOneCharacterChanged(addressToEmoji(address), CURRENT_EMOJI.emojiOfByte),
      ),
    );
    fc.assert(
      fc.property(anyWrong, (text) => {
        expect(() => parseAddress(text)).toThrow(AddressError);
      }),
    );
  });

  it('is never taken for the same address when one character of its base58 differs', () => {
    const anyPair = anyModernAddress.chain((address) =>
      fc.tuple(fc.constant(address), anyWithOneCharacterChanged(addressToBase58(address), BASE58_ALPHABET)),
    );
    fc.assert(
      fc.property(anyPair, ([address, text]) => {
        let read: TariAddress | undefined;
        try {
          read = parseAddress(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AddressError);
        }
        // A checksum of one byte lets about one wrong text in 256 through to the check of the keys.
        expect(read && addressToHex(read)).not.toBe(addressToHex(address));
      }),
    );
  });

  it.each([
    ['the identity', '00'.repeat(32)],
    ['a negative field element', `01${'00'.repeat(31)}`],
    ['a field element past the prime', `ee${'ff'.repeat(30)}7f`],
    ['a key with the top bit set', `${LEGACY_KEY.slice(0, 62)}c7`],
    ['a key that is no square', `26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371`],
  ])('is refused with %s as a key', (_name, keyHex) => {
    const key = [...hexToBytes(keyHex)];
    const good = [...hexToBytes(LEGACY_KEY)];
    expect(() => addressFromBytes(sealed([0, 3, ...key]))).toThrow('ristretto255');
    expect(() => addressFromBytes(sealed([0, 1, ...key, ...good]))).toThrow('ristretto255');
    expect(() => addressFromBytes(sealed([0, 1, ...good, ...key]))).toThrow('ristretto255');
    expect(() => addressFromBytes(sealed(key))).toThrow('ristretto255');
    expect(() => accountId(`00${keyHex}`)).toThrow('ristretto255');
    expect(() => singleAddress('mainnet', Uint8Array.from(key))).toThrow(AddressError);
  });

  it('is refused on an unknown network, and with unknown features', () => {
    const key = [...hexToBytes(LEGACY_KEY)];
    const known = new Set<number>(Object.values(NETWORKS));
    for (let byte = 0; byte <= 0xff; byte += 1) {
      if (known.has(byte)) continue;
      expect(() => addressFromBytes(sealed([byte, 3, ...key]))).toThrow('network');
    }
    for (let features = 4; features <= 0xff; features += 1) {
      expect(() => addressFromBytes(sealed([0, features, ...key]))).toThrow('features');
    }
  });

  it('is refused when it has a payment id that its features do not tell of', () => {
    const keys = [...hexToBytes(LEGACY_KEY), ...hexToBytes(LEGACY_KEY)];
    expect(addressFromBytes(sealed([0, 5, ...keys])).paymentId).toBeNull();
    expect(() => addressFromBytes(sealed([0, 1, ...keys, 65]))).toThrow('payment id');
    expect(addressFromBytes(sealed([0, 5, ...keys, 65])).paymentId).toEqual(Uint8Array.of(65));
  });

  it('is refused at every other length', () => {
    const lengths = [0, 1, 32, 34, 36, 66, 324, 1000];
    for (const length of lengths) expect(() => addressFromBytes(new Uint8Array(length))).toThrow('bytes');
  });

  it.each([
    '',
    ' ',
    '|',
    '1',
    '12',
    '🐢',
    '0x00',
    'zz',
    'l0OI',
    `${LEGACY}0`,
    ` ${LEGACY}`,
    '1'.repeat(443),
    'a'.repeat(646),
  ])('is refused: %j', (text) => {
    expect(() => parseAddress(text)).toThrow(AddressError);
  });

  it('costs little however long it is', () => {
    const started = performance.now();
    for (const character of ['z', 'f', '🐢', '|']) {
      expect(() => parseAddress(character.repeat(1_000_000))).toThrow(AddressError);
    }
    expect(performance.now() - started).toBeLessThan(200);
  });

  it('is refused as a text, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(() => parseAddress(text)).toThrow(AddressError);
      }),
    );
  });
});

describe('addresses in JSON', () => {
  it('are read from every form of older tools', () => {
    fc.assert(
      fc.property(anySingleAddress, anyPlainDualAddress, (single, dual) => {
        const { network, features } = single;
        const publicSpendKey = bytesToHex(single.spendKey);
        expect(parseAddressObject({ Single: { network, features, public_spend_key: publicSpendKey } })).toEqual(single);
        expect(
          parseAddressObject({
            Dual: {
              network: dual.network,
              features: BigInt(dual.features),
              public_view_key: bytesToHex(dual.viewKey ?? new Uint8Array()),
              public_spend_key: bytesToHex(dual.spendKey),
            },
          }),
        ).toEqual(dual);
        const legacy = parseAddressObject({ network, public_key: publicSpendKey });
        expect(legacy.kind).toBe('legacy');
        expect(accountOf(legacy)).toBe(accountOf(single));
      }),
      { numRuns: 30 },
    );
  });

  it('are read as texts', () => {
    expect(parseAddressObject(LEGACY)).toEqual(parseAddress(LEGACY));
  });

  it.each([
    [null],
    [undefined],
    [1],
    [[]],
    [{}],
    [{ Single: null }],
    [{ network: 'mainnet' }],
    [{ network: 'moon', public_key: LEGACY_KEY }],
    [{ network: 'constructor', public_key: LEGACY_KEY }],
    [{ network: 'mainnet', public_key: LEGACY }],
    [{ network: 'mainnet', public_key: '00'.repeat(32) }],
    [{ Single: { network: 'mainnet', features: '3', public_spend_key: LEGACY_KEY } }],
    [{ Single: { network: 'mainnet', features: 1.5, public_spend_key: LEGACY_KEY } }],
    [{ Single: { network: 'mainnet', features: 8, public_spend_key: LEGACY_KEY } }],
    [{ Single: { network: 'mainnet', features: 259, public_spend_key: LEGACY_KEY } }],
    [{ Single: { network: 'mainnet', features: 5, public_spend_key: LEGACY_KEY } }],
    [{ Dual: { network: 'mainnet', features: 9, public_view_key: LEGACY_KEY, public_spend_key: LEGACY_KEY } }],
    [{ Dual: { network: 'mainnet', features: 1, public_spend_key: LEGACY_KEY } }],
  ])('are refused: %j', (value: unknown) => {
    expect(() => parseAddressObject(value)).toThrow(AddressError);
  });
});

describe('payment ids', () => {
  it('are put in, replaced and taken out', () => {
    fc.assert(
      fc.property(anyDualAddress, anyPaymentId, (address, id) => {
        const carrying = withPaymentId(address, id);
        expect(carrying.paymentId).toEqual(id);
        expect(carrying.features & 4).toBe(4);
        expect(accountOf(carrying)).toBe(accountOf(address));
        expect(withoutPaymentId(carrying)).toEqual(withoutPaymentId(address));
        expect(withoutPaymentId(carrying).bytes).toHaveLength(67);
      }),
      { numRuns: 50 },
    );
  });

  it('are for dual addresses only, and have 1 to 256 bytes', () => {
    const key = hexToBytes(LEGACY_KEY);
    const dual = dualAddress('esmeralda', key, key, 1);
    expect(() => withPaymentId(dual, new Uint8Array())).toThrow(AddressError);
    expect(() => withPaymentId(dual, new Uint8Array(257))).toThrow(AddressError);
    expect(parseAddress(addressToBase58(withPaymentId(dual, new Uint8Array(256).fill(255)))).bytes).toHaveLength(323);
    expect(() => withPaymentId(singleAddress('mainnet', key), Uint8Array.of(1))).toThrow(AddressError);
    expect(() => withPaymentId(parseAddress(LEGACY), Uint8Array.of(1))).toThrow(AddressError);
  });
});

describe('accounts', () => {
  it('are the network and the spend key, whatever the address shows besides', () => {
    fc.assert(
      fc.property(anyNetwork, anyPublicKey, anyPublicKey, (network, viewKey, spendKey) => {
        const account = accountOf(singleAddress(network, spendKey));
        expect(account).toBe(NETWORKS[network].toString(16).padStart(2, '0') + bytesToHex(spendKey));
        expect(accountOf(singleAddress(network, spendKey, 2))).toBe(account);
        for (const features of [1, 3]) {
          expect(accountOf(dualAddress(network, viewKey, spendKey, features))).toBe(account);
        }
        expect(accountId(account)).toBe(account);
      }),
      { numRuns: 30 },
    );
  });

  it('are shown without payment id', () => {
    const { base, address } = vectors.payment_id;
    expect(accountAddress(parseAddress(address))).toEqual(parseAddress(base));
    expect(accountAddress(parseAddress(base))).toEqual(parseAddress(base));
  });

  it.each(['', LEGACY_KEY, `03${LEGACY_KEY}`, `00${LEGACY_KEY.toUpperCase()}`, `00${LEGACY_KEY}\n`, LEGACY])(
    'have ids that are checked: %j is none',
    (text) => {
      expect(() => accountId(text)).toThrow(AddressError);
    },
  );

  it('of the published key pair is that of the published addresses', () => {
    expect(accountOf(parseAddress(LEGACY))).toBe(`00${signatures.key.public}`);
  });
});
