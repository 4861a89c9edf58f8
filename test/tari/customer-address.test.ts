import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOf, addressToBase58, addressToHex } from '#tari/address.ts';
import { isCustomerAccount, syntheticAddressOf } from '#tari/synthetic-address.ts';
import { anyModernAddress, anyNetwork } from '#test/tari/arbitraries.ts';
import vectors from '../vectors/customer-addresses.json' with { type: 'json' };

describe('customer addresses', () => {
  it.each(vectors as [string, string, string][])('are the published ones: customer %s', (id, hex, base58) => {
    expect(addressToHex(syntheticAddressOf(id))).toBe(hex);
    expect(addressToBase58(syntheticAddressOf(id))).toBe(base58);
  });

  it('are valid for every id, and known for what they are', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), anyNetwork, (id, network) => {
        const address = syntheticAddressOf(id, network);
        expect(address).toMatchObject({ kind: 'single', network, features: 2 });
        expect(address.spendKey).toEqual(syntheticAddressOf(id).spendKey);
        expect(isCustomerAccount(accountOf(address))).toBe(true);
      }),
    );
  });

  it('are no wallet addresses', () => {
    fc.assert(
      fc.property(anyModernAddress, (address) => {
        expect(isCustomerAccount(accountOf(address))).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('need an id of 1 to 270 characters', () => {
    expect(() => syntheticAddressOf('')).toThrow(RangeError);
    expect(() => syntheticAddressOf('x'.repeat(271))).toThrow(RangeError);
  });
});
