import { verifyShopHmac } from './hmac.ts';

/**
 * Why a webhook's HMAC is not taken, as far as that can be proven from what came.
 * - `missing`: none came. Anybody on the internet may have sent that.
 * - `no_secret`: the server has none to check it with.
 * - `malformed`: it is not the base64 of 32 bytes, which every HMAC-SHA256 is.
 * - `other_secret`: another of the configured secrets signed it than the one that counts.
 * - `altered_body`: it is right for this body without what proxies add to JSON.
 * - `unknown`: another secret signed it, or the body was altered, or a stranger sent it: these look alike.
 */
export type HmacFault = 'missing' | 'no_secret' | 'malformed' | 'other_secret' | 'altered_body' | 'unknown';

export const HMAC_FAULTS: readonly HmacFault[] = [
  'missing',
  'no_secret',
  'malformed',
  'other_secret',
  'altered_body',
  'unknown',
];

/** A sentence for the operator; `missing` is no news to anybody. */
export const HMAC_FAULT_SENTENCES: Readonly<Record<HmacFault, string>> = {
  missing: 'It has no signature, so it is not from Shopify.',
  no_secret: 'No secret is configured to check it with: set TPG_SHOPIFY_HMAC_SECRET to the client secret of the app.',
  malformed: 'The signature is not an HMAC-SHA256 in base64, so it is not from Shopify.',
  other_secret:
    'It is signed with TPG_SHOPIFY_API_SECRET, but TPG_SHOPIFY_HMAC_SECRET is set and counts: set that to the same, or remove it.',
  altered_body:
    'The secret is right, but the body was changed on its way: a proxy adds or removes spaces or line ends. Let it pass bodies as they are.',
  unknown:
    'Another secret signed it, a proxy changed its body, or it is not from Shopify: compare TPG_SHOPIFY_HMAC_SECRET with the client secret of the app; taritools shopify doctor tells these apart.',
};

/** Bodies of strangers are not computed over more often than this is worth: those of Shopify are about 10 KB. */
const MAX_BODY_BYTES = 64 * 1024;

const HMAC_IN_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Says why none of the secrets that count signed this body. It takes longer than the check itself, and is for webhooks
 * that are refused in any case.
 * @param otherSecrets secrets of the shop's app that do not count for webhooks.
 */
export function hmacFaultOf(
  rawBody: Buffer,
  header: string,
  secrets: readonly string[],
  otherSecrets: readonly string[],
): HmacFault {
  if (header === '') return 'missing';
  if (secrets.every((secret) => secret === '')) return 'no_secret';
  if (!HMAC_IN_BASE64.test(header)) return 'malformed';
  if (rawBody.length > MAX_BODY_BYTES) return 'unknown';
  if (verifyShopHmac(rawBody, header, otherSecrets) === 'valid') return 'other_secret';
  const asSent = compactJson(rawBody.toString('utf8'));
  return verifyShopHmac(Buffer.from(asSent), header, secrets) === 'valid' ? 'altered_body' : 'unknown';
}

/**
 * JSON as Shopify sends it: without the white space between its tokens. What stands in texts stays as it is. It looks at
 * each character once: strangers choose the text.
 */
function compactJson(text: string): string {
  let compact = '';
  let isInText = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (isInText && character === '\\') {
      index += 1;
      compact += character + text.charAt(index);
      continue;
    }
    if (character === '"') isInText = !isInText;
    if (isInText || !WHITE_SPACE.test(character)) compact += character;
  }
  return compact;
}

/** With the mark that some programs put before a text. */
const WHITE_SPACE = /[\s\uFEFF]/;
