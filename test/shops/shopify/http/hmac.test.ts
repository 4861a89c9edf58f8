import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyShopHmac } from '#shops/shopify/http/hmac.ts';

const sign = (body: Uint8Array, secret: string) => createHmac('sha256', secret).update(body).digest('base64');

describe('verifyShopHmac', () => {
  const body = Buffer.from('{"id":820982911946154508}');

  it('accepts what one of the secrets signed', () => {
    expect(verifyShopHmac(body, sign(body, 'new'), ['new', 'old'])).toBe('valid');
    expect(verifyShopHmac(body, sign(body, 'old'), ['new', 'old'])).toBe('valid');
    expect(verifyShopHmac(body, ` ${sign(body, 'new')} `, ['new'])).toBe('valid');
  });

  it('agrees with a known vector (RFC 4231, test case 2)', () => {
    const header = Buffer.from('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'hex');
    expect(verifyShopHmac(Buffer.from('what do ya want for nothing?'), header.toString('base64'), ['Jefe'])).toBe(
      'valid',
    );
  });

  it('tells a missing signature from a wrong one', () => {
    expect(verifyShopHmac(body, undefined, ['s'])).toBe('missing');
    expect(verifyShopHmac(body, '', ['s'])).toBe('missing');
    expect(verifyShopHmac(body, 'x', ['s'])).toBe('invalid');
    expect(verifyShopHmac(body, sign(body, 'other'), ['s'])).toBe('invalid');
  });

  it('takes nothing for valid without a secret, or with an empty one', () => {
    expect(verifyShopHmac(body, sign(body, ''), [])).toBe('invalid');
    expect(verifyShopHmac(body, sign(body, ''), [''])).toBe('invalid');
  });

  it('takes one form of a signature only', () => {
    const header = sign(body, 's');
    const urlSafe = header.replaceAll('+', '-').replaceAll('/', '_').replace(/=$/, '');
    for (const other of [urlSafe, header.slice(0, -1), `${header}=`, `${header}\n${header}`, header.toLowerCase()]) {
      expect(verifyShopHmac(body, other, ['s'])).toBe('invalid');
    }
  });

  it('refuses every body but the one that was signed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.string({ minLength: 1 }), (bytes, index, secret) => {
        const signed = Buffer.from(bytes);
        const header = sign(signed, secret);
        expect(verifyShopHmac(signed, header, [secret])).toBe('valid');
        const changed = Buffer.from(signed);
        changed[index % changed.length]! ^= 1;
        expect(verifyShopHmac(changed, header, [secret])).toBe('invalid');
        expect(verifyShopHmac(signed, header, [`${secret}x`])).toBe('invalid');
      }),
    );
  });
});
