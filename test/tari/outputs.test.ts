import { hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openOutput, paymentReferenceOf, refusalOf, transactionIdOf } from '#tari/chain/outputs.ts';
import { ViewWalletError, viewWallet } from '#tari/chain/view-wallet.ts';
import { multiplyBase } from '#tari/ristretto.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { anyPublicKey, seededRandom } from '#test/tari/arbitraries.ts';

const random = seededRandom('outputs');
const VIEW_KEY = generateSecretKey(random);
const SPEND_KEY = publicKeyOf(generateSecretKey(random));
const WALLET = viewWallet('mainnet', VIEW_KEY, SPEND_KEY);

describe('a view wallet', () => {
  const ORDER = hex.decode('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

  it('has the public view key of its private one, and its own copies of both keys', () => {
    const given = Uint8Array.from(VIEW_KEY);
    const wallet = viewWallet('esmeralda', given, SPEND_KEY);
    given.fill(0);
    expect(wallet.viewKey).toEqual(VIEW_KEY);
    expect(wallet.publicViewKey).toEqual(multiplyBase(VIEW_KEY));
    expect(wallet.network).toBe('esmeralda');
  });

  it.each([
    ['zero', new Uint8Array(32)],
    ['the group order', ORDER],
    ['too short', VIEW_KEY.subarray(1)],
    ['too long', new Uint8Array(33).fill(1)],
  ])('refuses a view key that is %s, and does not show it', (_, key) => {
    const make = () => viewWallet('mainnet', key, SPEND_KEY);
    expect(make).toThrow(ViewWalletError);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_view_key' }));
    expect(make).not.toThrow(hex.encode(key));
  });

  it.each([
    ['the identity', new Uint8Array(32)],
    ['no point', new Uint8Array(32).fill(0xff)],
    ['too short', SPEND_KEY.subarray(1)],
  ])('refuses a spend key that is %s', (_, key) => {
    const make = () => viewWallet('mainnet', VIEW_KEY, key);
    expect(make).toThrow(expect.objectContaining({ name: 'ViewWalletError', code: 'invalid_spend_key' }));
  });
});

describe('outputs of others', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
  const anyOffset = fc.oneof(anyPublicKey, fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes(40));

  it('are passed over, whatever their bytes are', () => {
    fc.assert(
      fc.property(bytes(40), bytes(400), anyOffset, (commitment, encryptedData, senderOffsetPublicKey) => {
        expect(openOutput(WALLET, { commitment, encryptedData, senderOffsetPublicKey })).toBeUndefined();
      }),
    );
    const commitment = new Uint8Array(32);
    for (const offset of [new Uint8Array(32), new Uint8Array(32).fill(0xff), SPEND_KEY]) {
      const output = { commitment, encryptedData: new Uint8Array(120), senderOffsetPublicKey: offset };
      expect(openOutput(WALLET, output)).toBeUndefined();
    }
  });
});

describe('the numbers of an output', () => {
  it('are of 32 byte hashes only', () => {
    const hash = random(32);
    expect(transactionIdOf(WALLET.publicViewKey, hash)).toMatch(/^\d{1,20}$/);
    expect(paymentReferenceOf(hash, hash)).toMatch(/^[0-9a-f]{64}$/);
    for (const wrong of [hash.subarray(1), new Uint8Array(33), new Uint8Array()]) {
      expect(() => transactionIdOf(WALLET.publicViewKey, wrong)).toThrow(RangeError);
      expect(() => paymentReferenceOf(wrong, hash)).toThrow(RangeError);
      expect(() => paymentReferenceOf(hash, wrong)).toThrow(RangeError);
    }
  });

  it('of change are never asked whether it is a payment', () => {
    const change = { kind: 'own' as const, amount: 1n, mask: VIEW_KEY, memo: new Uint8Array() };
    const whole = {
      outputHash: random(32),
      commitment: random(32),
      encryptedData: random(80),
      senderOffsetPublicKey: SPEND_KEY,
      outputType: 0,
      maturity: 0n,
      script: new Uint8Array(),
      covenant: new Uint8Array(),
    };
    expect(() => refusalOf(WALLET, change, whole, 1n)).toThrow(RangeError);
  });
});
