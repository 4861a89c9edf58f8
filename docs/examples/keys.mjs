/** What the examples have in common: the key and the address of whoever signs, from the environment. */

import { randomBytes } from 'node:crypto';
import { addressToBase58, parseAddress, singleAddress } from '../../dist/tari/address.js';
import { bytesFromHex } from '../../dist/tari/byte-strings.js';
import { publicKeyOf } from '../../dist/tari/schnorr.js';

/** Fresh random bytes for each signature. */
export const random = (length) => new Uint8Array(randomBytes(length));

/**
 * The signer: TARI_SECRET_KEY is the spend key, 64 characters of hex. TARI_ADDRESS is its address; when it is not set,
 * the mainnet address that has only the spend key.
 */
export function signerFromEnvironment() {
  const secretKey = bytesFromHex(process.env.TARI_SECRET_KEY ?? '');
  if (secretKey?.length !== 32) throw new Error('Set TARI_SECRET_KEY to 64 characters of hex.');
  const publicKey = publicKeyOf(secretKey);
  const given = process.env.TARI_ADDRESS;
  const address = given ? parseAddress(given) : singleAddress('mainnet', publicKey);
  if (!Buffer.from(address.spendKey).equals(publicKey)) throw new Error('TARI_ADDRESS is not of TARI_SECRET_KEY.');
  return { secretKey, address, addressText: addressToBase58(address) };
}
