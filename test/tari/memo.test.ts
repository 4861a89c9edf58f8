import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dammSum } from '#tari/address/damm-checksum.ts';
import { addressToHex, dualAddress, ONE_SIDED, singleAddress, type TariAddress, withPaymentId } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';
import { readMemo } from '#tari/chain/memo.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { anyModernAddress, seededRandom } from '#test/tari/arbitraries.ts';

const keyOf = (seed: string) => publicKeyOf(generateSecretKey(seededRandom(seed)));
const PAYER = dualAddress('mainnet', keyOf('view'), keyOf('spend'), ONE_SIDED);
const AMOUNT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 0);
/** A fee of 740 µT, sent from a one-sided address. */
const META = Uint8Array.of(0x00, 0x00, 0x02, 0xe4, 0x80);
const HASHES = Uint8Array.of(2, ...new Uint8Array(64).fill(0xcc));
const NOTHING = { text: null, senderBytes: null, sender: null };

const bytes = (...parts: (number | Uint8Array)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
const padded = (memo: Uint8Array) => (memo.length >= 130 ? memo : bytes(memo, new Uint8Array(130 - memo.length)));
const withLength = (part: Uint8Array) => bytes(part.length, part);
const withSender = (address: Uint8Array, text: Uint8Array) =>
  padded(bytes(5, META, withLength(address), withLength(text)));
const outgoing = (address: Uint8Array, text: Uint8Array) =>
  padded(bytes(6, AMOUNT, META, withLength(address), withLength(text), HASHES));

/** Two keys of any bytes as the address of a wallet, the right checksum behind them. */
function addressOfKeys(viewKey: Uint8Array, spendKey: Uint8Array): Uint8Array {
  const body = bytes(0, 1, viewKey, spendKey);
  return bytes(body, dammSum(body));
}

/** Texts of whole characters: halves of them are no UTF-8. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const textOrNull = (text: string) => (text === '' ? null : text);

describe('a memo without an address', () => {
  it('is none where there are no bytes, or the first is 0', () => {
    expect(readMemo(bytes())).toEqual(NOTHING);
    expect(readMemo(bytes(0))).toEqual(NOTHING);
    expect(readMemo(bytes(0, utf8('order 1')))).toEqual(NOTHING);
  });

  it('is a number of 32 bytes, little-endian, shown in decimal', () => {
    expect(readMemo(bytes(1, 0x87, 0xd6, 0x12, new Uint8Array(29))).text).toBe('1234567');
    expect(readMemo(bytes(1, new Uint8Array(32))).text).toBe('0');
    expect(readMemo(bytes(1, new Uint8Array(32).fill(0xff))).text).toBe((2n ** 256n - 1n).toString());
    expect(readMemo(bytes(1, 0x87))).toEqual(NOTHING);
    expect(readMemo(bytes(1, new Uint8Array(33)))).toEqual(NOTHING);
  });

  it('is a text behind its kind, whatever the kind', () => {
    for (const kind of [0, 1, 6, 7, 255]) expect(readMemo(bytes(2, kind, utf8('#1001'))).text).toBe('#1001');
    expect(readMemo(bytes(2, 0))).toEqual(NOTHING);
    expect(readMemo(bytes(2))).toEqual(NOTHING);
  });

  it('shows what is no UTF-8 in a text', () => {
    expect(readMemo(bytes(2, 0, 0xff, 0xfe, 0x78)).text).toBe('\ufffd\ufffdx');
    expect(readMemo(withSender(PAYER.bytes, bytes(0xff, utf8('#5')))).text).toBe('\ufffd#5');
  });

  it('is the text of bytes where all of them are printable, and else none', () => {
    expect(readMemo(bytes(7, utf8('5600000000001'))).text).toBe('5600000000001');
    expect(readMemo(bytes(7, utf8('Grüße 🎁'))).text).toBe('Grüße 🎁');
    for (const other of [[], [0xff, 0xfe, 0x78], [0x35, 0x00], [0x0a], [0x7f], [0xc2, 0x85]]) {
      expect(readMemo(bytes(7, ...other))).toEqual(NOTHING);
    }
  });

  it('keeps each character of a text: a byte order mark, control characters, spaces', () => {
    for (const text of ['\ufeffmark', ' ', '\0', 'a\r\n\tb\\', '\u202ertl\u200b', '🎁 äöü']) {
      expect(readMemo(bytes(2, 0, utf8(text))).text).toBe(text);
    }
  });

  it('of 8 bytes is no text when they are a number below 1,000', () => {
    expect(readMemo(bytes(2, 0, new Uint8Array(6)))).toEqual(NOTHING);
    expect(readMemo(bytes(0xe7, 3, new Uint8Array(6)))).toEqual(NOTHING);
    expect(readMemo(bytes(2, 0, utf8('123456'))).text).toBe('123456');
    expect(readMemo(bytes(2, 3, utf8('\0\0\0\0\0\0'))).text).toBeNull();
    expect(readMemo(bytes(2, 4, utf8('\0\0\0\0\0\0'))).text).toBe('\0\0\0\0\0\0');
  });

  it('of a kind that is not known is no text', () => {
    for (const kind of [8, 9, 0x1f, 0x7f, 0x80, 0xff]) {
      expect(readMemo(bytes(kind, utf8('5600000000001')))).toEqual(NOTHING);
    }
  });

  it('that is nothing but a text is one', () => {
    expect(readMemo(utf8('5600000000001')).text).toBe('5600000000001');
    expect(readMemo(utf8('order #1001'))).toEqual({ ...NOTHING, text: 'order #1001' });
  });
});

describe("a memo with the payer's address", () => {
  it('gives text and sender for every address and text', () => {
    fc.assert(
      fc.property(anyModernAddress, anyText, (address, text) => {
        fc.pre(address.bytes.length <= 180);
        const memo = withSender(address.bytes, utf8(text));
        expect(readMemo(memo)).toEqual({ text: textOrNull(text), senderBytes: address.bytes, sender: address });
      }),
    );
  });

  it('may end behind its text without zeros, or be longer than what zeros are added to', () => {
    const short = bytes(5, META, withLength(PAYER.bytes), withLength(utf8('#1')));
    expect(readMemo(short).text).toBe('#1');
    const long = utf8('x'.repeat(182));
    expect(withSender(PAYER.bytes, long)).toHaveLength(257);
    expect(readMemo(withSender(PAYER.bytes, long)).text).toBe('x'.repeat(182));
  });

  it('is no memo when what fills it up is not zeros', () => {
    const memo = withSender(PAYER.bytes, utf8('#1'));
    memo[129] = 1;
    expect(readMemo(memo)).toEqual(NOTHING);
  });

  it('keeps a sender whose keys are no points, and gives no address for it', () => {
    const noPoints = addressOfKeys(new Uint8Array(32).fill(1), new Uint8Array(32).fill(0xff));
    const memo = readMemo(withSender(noPoints, utf8('order 7')));
    expect(memo).toEqual({ text: 'order 7', senderBytes: noPoints, sender: null });
  });

  it.each([
    ['both keys', addressOfKeys(new Uint8Array(32), new Uint8Array(32))],
    ['the spend key', addressOfKeys(keyOf('view'), new Uint8Array(32))],
    ['the view key', addressOfKeys(new Uint8Array(32), keyOf('spend'))],
  ])('gives no address where %s is all zeros', (_, address) => {
    expect(readMemo(withSender(address, utf8('#5')))).toEqual({ text: '#5', senderBytes: address, sender: null });
  });

  it('is no memo when its address is none', () => {
    const wrongChecksum = PAYER.bytes.with(66, PAYER.bytes[66]! ^ 1);
    const unknownNetwork = bytes(0x77, PAYER.bytes.subarray(1, 66));
    const unknownFeature = bytes(0, 9, PAYER.bytes.subarray(2, 66));
    const addresses = [
      wrongChecksum,
      bytes(unknownNetwork, dammSum(unknownNetwork)),
      bytes(unknownFeature, dammSum(unknownFeature)),
      bytes(),
      new Uint8Array(35),
    ];
    for (const address of addresses.slice(0, 4)) {
      expect(readMemo(withSender(address, utf8('#1001')))).toEqual(NOTHING);
    }
    // 35 zero bytes have the right checksum, and mainnet's number: nobody's address, and the text stands.
    expect(readMemo(withSender(addresses[4]!, utf8('#1001'))).text).toBe('#1001');
  });

  it('is no memo when it ends before its text does', () => {
    const memo = bytes(5, META, withLength(PAYER.bytes), withLength(utf8('order 1001')));
    for (let length = 0; length < memo.length; length += 1) {
      expect(readMemo(memo.subarray(0, length))).toEqual(NOTHING);
    }
    expect(readMemo(memo).text).toBe('order 1001');
  });
});

describe('a note of an outgoing payment', () => {
  it('has a text and no sender: the address in it is the receiver', () => {
    fc.assert(
      fc.property(anyModernAddress, anyText, (address, text) => {
        fc.pre(address.bytes.length <= 100);
        expect(readMemo(outgoing(address.bytes, utf8(text)))).toEqual({ ...NOTHING, text: textOrNull(text) });
      }),
    );
  });

  it('is no memo when it ends before its hashes do', () => {
    const memo = bytes(6, AMOUNT, META, withLength(PAYER.bytes), withLength(utf8('order 1001')), HASHES);
    for (let length = 0; length < memo.length; length += 1) {
      expect(readMemo(memo.subarray(0, length))).toEqual(NOTHING);
    }
    expect(readMemo(memo).text).toBe('order 1001');
  });
});

describe('memos of older wallets', () => {
  const SINGLE = singleAddress('mainnet', keyOf('spend'));
  const addresses: [string, TariAddress][] = [
    ['dual', PAYER],
    ['single', SINGLE],
    ['dual with a payment id', withPaymentId(PAYER, utf8('5600000000001'))],
  ];

  it.each(addresses)('find a %s address by its checksum', (_, address) => {
    const text = utf8('order #1002, the one with the cat');
    expect(readMemo(bytes(3, AMOUNT, META, address.bytes, text))).toEqual({
      text: 'order #1002, the one with the cat',
      senderBytes: address.bytes,
      sender: address,
    });
    expect(readMemo(bytes(4, AMOUNT, META, address.bytes, text))).toEqual({
      ...NOTHING,
      text: 'order #1002, the one with the cat',
    });
  });

  it('may have no text', () => {
    expect(readMemo(bytes(3, AMOUNT, META, PAYER.bytes)).text).toBeNull();
    expect(addressToHex(readMemo(bytes(3, AMOUNT, META, PAYER.bytes)).sender!)).toBe(addressToHex(PAYER));
  });

  it('are no memo without an address', () => {
    const broken = PAYER.bytes.with(66, PAYER.bytes[66]! ^ 1);
    for (const kind of [3, 4]) {
      expect(readMemo(bytes(kind, AMOUNT, META, broken, utf8('#1')))).toEqual(NOTHING);
      expect(readMemo(bytes(kind, AMOUNT, META))).toEqual(NOTHING);
      expect(readMemo(bytes(kind))).toEqual(NOTHING);
    }
  });
});

describe('whatever the bytes are', () => {
  it('a memo of every length is read or is none, and never throws', () => {
    for (let length = 0; length <= 257; length += 1) {
      for (let kind = 0; kind < 10; kind += 1)
        readMemo(bytes(kind, new Uint8Array(length).fill(0x20)).subarray(0, length));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, max: 8 }), fc.uint8Array({ maxLength: 300 }), (small, any) => {
        for (const memo of [small, any, bytes(5, any), bytes(3, any), bytes(6, any), withSender(PAYER.bytes, small)]) {
          const { text, senderBytes, sender } = readMemo(memo);
          expect(text === null || text.length > 0).toBe(true);
          expect(sender === null || senderBytes !== null).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
