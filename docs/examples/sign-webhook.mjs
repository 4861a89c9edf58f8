/**
 * Prints the HMAC that Shopify would sign a file with, for the header X-Shopify-Hmac-Sha256.
 *
 *   node docs/examples/sign-webhook.mjs FILE
 *
 * TPG_SHOPIFY_HMAC_SECRET is in the environment.
 */

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const secret = process.env.TPG_SHOPIFY_HMAC_SECRET;
if (!secret) throw new Error('Set TPG_SHOPIFY_HMAC_SECRET to the secret that the server knows.');
const body = readFileSync(process.argv[2] ?? '');
process.stdout.write(`${createHmac('sha256', secret).update(body).digest('base64')}\n`);
