import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A comparison that ends at the first difference tells, by its time, how much of a secret was right. */

const SOURCES = new URL('../../../src/', import.meta.url);

const FILES = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(SOURCES.pathname, name), 'utf8') }));

/** Names of what nobody may learn by trying. */
const SECRET = String.raw`\w*(?:hmac|secret|password|signature|digest|mac|token|apiKey|signingKey)\w*`;

/** A secret on one side of the comparison, and on the other no word of the language. */
const COMPARED = new RegExp(
  String.raw`\b${SECRET}\s*[!=]==?(?!=)(?!\s*(?:undefined|null|'|"|\d))|[\w)\]](?<!typeof \w+)\s*[!=]==?\s*${SECRET}\b(?!\.length)`,
  'gi',
);

/** Comparisons that only look like such, each with the reason why it tells nothing. */
const HARMLESS: readonly string[] = [
  // Our own token of the shop, which the shop has just refused.
  'shops/shopify/admin-api/tokens.ts: if (current?.value === refusedToken) current = undefined;',
  // A digest of what nodes list of a block, which anybody can make.
  'rails/tari-chain/comparing.ts: if (digest === undefined || digest === block.digest) compared.push(block);',
  'rails/tari-chain/late-comparing.ts: if (digest !== block.digest && !(await this.#lookAgain(block, other))) return true;',
  // Whether the server took a webhook.
  'shops/shopify/cli/public-checks.ts: return isSecretTaken === true',
  // How long a signature or a key is everybody knows.
  'tari/ristretto-jwt.ts: if (bytes.length === SIGNATURE_LENGTH) return bytes;',
  'interledger/stream/credentials.ts: if (receipt.nonce.length !== RECEIPT_NONCE_BYTES || receipt.secret.length !== RECEIPT_SECRET_BYTES) {',
  'interledger/stream/receipt.ts: if (key.nonce.length !== RECEIPT_NONCE_BYTES || key.secret.length !== RECEIPT_SECRET_BYTES) {',
  'tari/schnorr.ts: if (publicKey.length !== POINT_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;',
];

describe('secrets', () => {
  it('are compared in constant time only, by what Node has for it, where there is a secret to be guessed', () => {
    const users = FILES.filter(({ text }) => text.includes('timingSafeEqual(')).map(({ name }) => name);
    // The challenges of passkeys, STREAM's fulfillments and receipts, the code of an order's pay page, bearer tokens of
    // pull payments, leases of payouts, the HMAC of a webhook, and the check sum of seed words, which a person types at their own machine.
    expect(users.sort()).toEqual([
      'auth/people/passkeys/challenges.ts',
      'interledger/stream/crypto.ts',
      'interledger/stream/receipt.ts',
      'platform/sha256.ts',
      'shops/shopify/http/hmac.ts',
      'tari/seed-words.ts',
    ]);
    const callers = FILES.filter(({ text }) => text.includes('isSameSecret(')).map(({ name }) => name);
    expect(callers.sort()).toEqual([
      'checkout/payer-orders.ts',
      'payouts/wallet-payouts.ts',
      'platform/sha256.ts',
      'pull-payments/http/spsp/bearer.ts',
    ]);
  });

  it('are nowhere compared as texts', () => {
    const found = FILES.flatMap(({ name, text }) =>
      text
        .split('\n')
        .filter((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line))
        .flatMap((line) => [...line.matchAll(COMPARED)].map(() => `${name}: ${line.trim()}`)),
    );
    expect(found.filter((line) => !HARMLESS.includes(line))).toEqual([]);
  });

  it('would be found if they were', () => {
    const lines = [
      'if (hmac === expected) {',
      'return given == apiSecret;',
      'signature !== other',
      'a.accessToken === b',
    ];
    for (const line of lines) expect(line.match(COMPARED), line).not.toBeNull();
  });
});
