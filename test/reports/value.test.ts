import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalsOf, valueAtRate, valueText } from '#support/reports/value.ts';

const value = (amount: bigint, rate: bigint, currency: string) =>
  valueText(valueAtRate(amount, rate, currency), currency);

describe('the value of Tari in a currency', () => {
  it('is exact, and rounded once to the decimals of the currency', () => {
    expect(value(477_000_000n, 30_000_000n, 'USD')).toBe('15.90');
    expect(value(500_000_000n, 30_000_000n, 'USD')).toBe('16.67');
    expect(value(150_000n, 30_000_000n, 'USD')).toBe('0.01');
    expect(value(149_999n, 30_000_000n, 'USD')).toBe('0.00');
    expect(value(1_500_000n, 1_000_000n, 'JPY')).toBe('2');
    expect(value(1_234_567n, 1_000_000n, 'KWD')).toBe('1.235');
    expect(value(1n, 1_000_000n, 'XTM')).toBe('0.000001');
    expect(value(1_000_000n, 1_000_000n, 'DOGECOIN')).toBe('1.00');
  });

  it('of what went out is negative', () => {
    expect(value(-150_000_000n, 30_000_000n, 'USD')).toBe('-5.00');
    expect(value(-1n, 30_000_000n, 'USD')).toBe('0.00');
  });

  it('is never further from the exact one than half of the smallest unit', () => {
    const anyAmount = fc.bigInt({ min: -21_000_000_000_000_000n, max: 21_000_000_000_000_000n });
    const anyRate = fc.bigInt({ min: 1n, max: 10n ** 15n });
    fc.assert(
      fc.property(anyAmount, anyRate, fc.constantFrom('USD', 'JPY', 'KWD', 'XTM'), (amount, rate, currency) => {
        const exact = amount * 10n ** BigInt(decimalsOf(currency));
        const off = valueAtRate(amount, rate, currency) * rate - exact;
        expect(2n * (off < 0n ? -off : off) <= rate).toBe(true);
      }),
    );
  });
});
