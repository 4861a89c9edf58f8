import { hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressToEmoji, parseAddress, singleAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import {
  confirmationPayload,
  paymentPayload,
  signWalletMessage,
  verifyWalletSignature,
  walletMessage,
} from '#tari/wallet-signature.ts';
import {
  anyModernAddress,
  anySecretKey,
  anyWithOneCharacterChanged,
  HEX_ALPHABET,
  seededRandom,
} from '#test/tari/arbitraries.ts';
import vectors from '../vectors/signatures.json' with { type: 'json' };

const { confirmation, auth } = vectors.wallet_confirmation_legacy;
const AUTHENTICATION = { address: parseAddress(auth.address), nonce: BigInt(auth.nonce), signature: auth.signature };
const PAYLOAD = confirmationPayload(confirmation.txid);

describe('the published confirmation', () => {
  it('verifies', () => {
    expect(verifyWalletSignature(AUTHENTICATION, PAYLOAD)).toBe(true);
  });

  it('is refused with another nonce, payload, address or signature', () => {
    const single = singleAddress('mainnet', AUTHENTICATION.address.spendKey);
    expect(verifyWalletSignature({ ...AUTHENTICATION, nonce: AUTHENTICATION.nonce + 1n }, PAYLOAD)).toBe(false);
    expect(verifyWalletSignature({ ...AUTHENTICATION, address: single }, PAYLOAD)).toBe(false);
    expect(verifyWalletSignature(AUTHENTICATION, confirmationPayload('1'))).toBe(false);
    expect(verifyWalletSignature(AUTHENTICATION, `${PAYLOAD} `)).toBe(false);
    for (const signature of ['', 'zz', auth.signature.slice(2), `${auth.signature}00`]) {
      expect(verifyWalletSignature({ ...AUTHENTICATION, signature }, PAYLOAD)).toBe(false);
    }
  });

  it('is refused when any character of the signature differs', () => {
    fc.assert(
      fc.property(anyWithOneCharacterChanged(auth.signature, HEX_ALPHABET), (signature) => {
        expect(verifyWalletSignature({ ...AUTHENTICATION, signature }, PAYLOAD)).toBe(false);
      }),
    );
  });
});

describe('payloads', () => {
  it('have exactly these keys, in this order, without spaces', () => {
    const payment = { sender: 'abc', amount: 2n ** 63n - 1n, txid: '18446744073709551615', memo: null, orderId: null };
    expect(paymentPayload(payment)).toBe(
      '{"sender":"abc","amount":9223372036854775807,"txid":"18446744073709551615","memo":null,"order_id":null}',
    );
    expect(paymentPayload({ ...payment, memo: 'a memo', orderId: '#1' })).toBe(
      '{"sender":"abc","amount":9223372036854775807,"txid":"18446744073709551615","memo":"a memo","order_id":"#1"}',
    );
    expect(confirmationPayload('7')).toBe('{"txid":"7"}');
  });

  it('escape what serde_json escapes and nothing else', () => {
    const memo = '"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028é🐢<&';
    expect(paymentPayload({ sender: '', amount: 0n, txid: '', memo, orderId: null })).toBe(
      '{"sender":"","amount":0,"txid":"","memo":"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028é🐢<&","order_id":null}',
    );
  });
});

describe('a signed wallet message', () => {
  it('verifies, and names the address in emoji', () => {
    const anyNonce = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anySecretKey, anyModernAddress, anyNonce, anyText, (secretKey, another, nonce, payload) => {
        const address = singleAddress('esmeralda', publicKeyOf(secretKey), 1);
        expect(walletMessage(address, nonce, payload)).toBe(`${addressToEmoji(address)}:${nonce}:${payload}`);
        const signature = signWalletMessage(secretKey, address, nonce, payload, seededRandom('wallet'));
        expect(signature).toMatch(/^[0-9a-f]{128}$/);
        expect(verifyWalletSignature({ address, nonce, signature }, payload)).toBe(true);
        expect(verifyWalletSignature({ address: another, nonce, signature }, payload)).toBe(false);
        expect(verifyWalletSignature({ address, nonce: nonce + 1n, signature }, payload)).toBe(false);
        expect(verifyWalletSignature({ address, nonce, signature }, `${payload}.`)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('of the published key verifies for its own address', () => {
    const address = parseAddress(`${vectors.key.public}33`);
    const signature = signWalletMessage(hexToBytes(vectors.key.secret), address, 1n, PAYLOAD, seededRandom('legacy'));
    expect(verifyWalletSignature({ address, nonce: 1n, signature }, PAYLOAD)).toBe(true);
  });
});
