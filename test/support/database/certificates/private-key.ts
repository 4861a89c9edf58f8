import { createECDH, createHash, createPrivateKey, type JsonWebKey } from 'node:crypto';

/**
 * A private key for TLS in tests, as PEM, made from a sentence: so no key has to be kept, and whoever searches this
 * repository for secrets finds none.
 */
export function privateKeyOf(sentence: string): string {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(createHash('sha256').update(sentence).digest());
  const point = pair.getPublicKey();
  const text = (bytes: Buffer) => bytes.toString('base64url');
  const [d, x, y] = [pair.getPrivateKey(), point.subarray(1, 33), point.subarray(33)].map(text);
  const key = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d, x, y } as JsonWebKey });
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
