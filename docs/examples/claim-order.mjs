/**
 * Prints a signed claim on an order, the body of POST /order/claim. Run `npm run build` first.
 *
 *   node docs/examples/claim-order.mjs ORDER_ID
 *
 * TARI_SECRET_KEY is in the environment.
 */

import { signClaim } from '../../dist/tari/claim.js';
import { random, signerFromEnvironment } from './keys.mjs';

const { secretKey, address } = signerFromEnvironment();
const claim = signClaim(secretKey, address, process.argv[2] ?? '', random);
process.stdout.write(`${JSON.stringify(claim)}\n`);
