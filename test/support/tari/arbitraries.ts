import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { dualAddress, NETWORKS, type Network, singleAddress, type TariAddress, withPaymentId } from '#tari/address.ts';
import { generateSecretKey, publicKeyOf, type RandomBytes } from '#tari/schnorr.ts';

/** Keys, addresses and chance for the property tests. A seed of fast-check gives the same values again. */

/** Random bytes that are the same for the same seed. */
export function seededRandom(seed: string): RandomBytes {
  let calls = 0;
  return (length) => {
    calls += 1;
    return Uint8Array.from(createHash('shake256', { outputLength: length }).update(`${seed}/${calls}`).digest());
  };
}

export const anySecretKey: fc.Arbitrary<Uint8Array> = fc
  .integer({ min: 0 })
  .map((seed) => generateSecretKey(seededRandom(`key ${seed}`)));

export const anyPublicKey: fc.Arbitrary<Uint8Array> = anySecretKey.map(publicKeyOf);

export const anyNetwork: fc.Arbitrary<Network> = fc.constantFrom(...(Object.keys(NETWORKS) as Network[]));

export const anySingleAddress: fc.Arbitrary<TariAddress> = fc
  .tuple(anyNetwork, anyPublicKey, fc.integer({ min: 0, max: 3 }))
  .map(([network, spendKey, features]) => singleAddress(network, spendKey, features));

export const anyPlainDualAddress: fc.Arbitrary<TariAddress> = fc
  .tuple(anyNetwork, anyPublicKey, anyPublicKey, fc.integer({ min: 0, max: 3 }))
  .map(([network, viewKey, spendKey, features]) => dualAddress(network, viewKey, spendKey, features));

export const anyPaymentId: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 1, maxLength: 256 });

export const anyDualAddress: fc.Arbitrary<TariAddress> = fc
  .tuple(anyPlainDualAddress, fc.option(anyPaymentId))
  .map(([address, id]) => (id ? withPaymentId(address, id) : address));

/** Single and dual addresses: those with a checksum that finds every single wrong byte. */
export const anyModernAddress: fc.Arbitrary<TariAddress> = fc.oneof(anySingleAddress, anyDualAddress);

/** The same bytes with one of them changed. */
export function anyWithOneByteChanged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }))
    .map(([index, difference]) => bytes.map((byte, at) => (at === index ? byte ^ difference : byte)));
}

/** The same text with one character replaced by another of the alphabet. */
export function anyWithOneCharacterChanged(text: string, alphabet: readonly string[]): fc.Arbitrary<string> {
  const characters = [...text];
  return fc
    .tuple(fc.nat({ max: characters.length - 1 }), fc.constantFrom(...alphabet))
    .filter(([index, replacement]) => characters[index] !== replacement)
    .map(([index, replacement]) => characters.map((own, at) => (at === index ? replacement : own)).join(''));
}

export const HEX_ALPHABET = [...'0123456789abcdef'];
export const BASE58_ALPHABET = [...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'];
export const BASE64URL_ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
