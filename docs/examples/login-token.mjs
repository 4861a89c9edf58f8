/**
 * Prints a login token for POST /auth. Run `npm run build` first.
 *
 *   node docs/examples/login-token.mjs [ROLE …]
 *
 * TARI_SECRET_KEY is in the environment.
 */

import { signToken } from '../../dist/tari/ristretto-jwt.js';
import { random, signerFromEnvironment } from './keys.mjs';

const { secretKey, addressText } = signerFromEnvironment();
const roles = process.argv.slice(2);

const claims = {
  address: addressText,
  // It must be above the nonce of the last login of this address: milliseconds since 1970 are.
  nonce: BigInt(Date.now()),
  desired_roles: roles.length > 0 ? roles : ['user'],
};
process.stdout.write(`${signToken(claims, secretKey, random)}\n`);
