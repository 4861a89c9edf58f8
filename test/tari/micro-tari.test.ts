import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AmountError,
  formatTari,
  isTariCurrency,
  microTari,
  parseTari,
  priceInMicroTari,
  sumMicroTari,
  ZERO_MICRO_TARI,
} from '#tari/micro-tari.ts';

const anyAmount = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('amounts', () => {
  it('fit a signed 64 bit integer', () => {
    expect(microTari(2n ** 63n - 1n)).toBe(9223372036854775807n);
    expect(microTari(-(2n ** 63n))).toBe(-9223372036854775808n);
    expect(() => microTari(2n ** 63n)).toThrow(RangeError);
    expect(() => microTari(-(2n ** 63n) - 1n)).toThrow(RangeError);
  });

  it('add up, even when a sum on the way is too large', () => {
    expect(sumMicroTari([])).toBe(ZERO_MICRO_TARI);
    expect(sumMicroTari([2n ** 63n - 1n, 1n, -5n])).toBe(2n ** 63n - 5n);
    expect(() => sumMicroTari([2n ** 63n - 1n, 1n])).toThrow(RangeError);
  });
});

describe('parseTari', () => {
  it.each([
    ['1.5', 1_500_000n],
    ['0', 0n],
    ['500 µT', 500n],
    ['500 μT', 500n],
    ['500 uT', 500n],
    ['500uT', 500n],
    ['2.500000 T', 2_500_000n],
    ['1.5 XTM', 1_500_000n],
    ['1.5 XTR', 1_500_000n],
    ['1.5 xtm', 1_500_000n],
    ['-0.000001 XTM', -1n],
    ['21000000000 T', 21_000_000_000_000_000n],
    ['9223372036854.775807', 2n ** 63n - 1n],
  ])('reads %s', (text, amount) => {
    expect(parseTari(text)).toBe(amount);
  });

  it.each([
    '',
    ' ',
    '.',
    '.5',
    '1.',
    '1,5',
    '1e6',
    '0x10',
    '+1',
    '--1',
    '1.5 µT',
    '1 EUR',
    '1.5 XTM XTM',
    '1.0000001',
    'NaN',
    'Infinity',
    '١',
    '1.5\u00a0XTMs',
    '9223372036854.775808',
    '9223372036854775808 µT',
    '1'.repeat(41),
    '1'.repeat(100_000),
  ])('refuses %j', (text) => {
    expect(() => parseTari(text)).toThrow(AmountError);
  });

  it('reads back every amount that formatTari writes', () => {
    fc.assert(
      fc.property(anyAmount, (amount) => {
        expect(parseTari(formatTari(amount))).toBe(amount);
      }),
    );
  });
});

describe('formatTari', () => {
  it('shows six decimals and the ticker', () => {
    expect(formatTari(477_000_000n)).toBe('477.000000 XTM');
    expect(formatTari(-1n)).toBe('-0.000001 XTM');
    expect(formatTari(0n)).toBe('0.000000 XTM');
  });
});

describe('isTariCurrency', () => {
  it('takes both codes in any case and no other', () => {
    for (const code of ['XTM', 'xtm', 'XTR', 'xTr']) expect(isTariCurrency(code)).toBe(true);
    for (const code of ['', 'XT', 'XTMM', 'USD', 'XTN', 'XTM\n']) expect(isTariCurrency(code)).toBe(false);
  });
});

describe('priceInMicroTari', () => {
  it('rounds down to whole µT', () => {
    expect(priceInMicroTari('12.50', 3n)).toBe(37n);
    expect(priceInMicroTari('12.5', 1_000_000n)).toBe(12_500_000n);
    expect(priceInMicroTari('12', 0n)).toBe(0n);
    expect(priceInMicroTari('0.1', 9n)).toBe(0n);
  });

  it('is the exact product, rounded down', () => {
    const anyPrice = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 8 }));
    fc.assert(
      fc.property(anyPrice, fc.bigInt({ min: 0n, max: 10n ** 6n }), ([digits, decimals], rate) => {
        const padded = digits.toString().padStart(decimals + 1, '0');
        const cut = padded.length - decimals;
        const price = decimals === 0 ? padded : `${padded.slice(0, cut)}.${padded.slice(cut)}`;
        const result = priceInMicroTari(price, rate);
        const scale = 10n ** BigInt(decimals);
        expect(result * scale <= digits * rate && digits * rate < (result + 1n) * scale).toBe(true);
      }),
    );
  });

  it.each([
    '1e3',
    '',
    ' 1',
    '1 ',
    '-1',
    '1,5',
    '.5',
    '1.',
    '1.5.5',
    '0x1',
    '+1',
    '1\n',
    '9'.repeat(41),
    '9223372036855',
  ])('refuses %j', (price) => {
    expect(() => priceInMicroTari(price, 1_000_000n)).toThrow(AmountError);
  });

  it('refuses a negative rate, and takes the largest result', () => {
    expect(() => priceInMicroTari('1', -1n)).toThrow(AmountError);
    expect(priceInMicroTari('1', 2n ** 63n - 1n)).toBe(2n ** 63n - 1n);
    expect(() => priceInMicroTari('1', 2n ** 63n)).toThrow(AmountError);
  });
});
