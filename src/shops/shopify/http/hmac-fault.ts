import { verifyShopHmac } from './hmac.ts';

/**
 * Why a webhook's HMAC is not accepted, as far as the request proves it.
 * - `missing`: there is none. Anyone on the internet may have sent the request.
 * - `no_secret`: the server has no secret to check it with.
 * - `malformed`: it is not the base64 of 32 bytes, which every HMAC-SHA256 is.
 * - `other_secret`: it was signed with another configured secret than the one for webhooks.
 * - `altered_body`: it is valid for this body without the white space that proxies add to JSON.
 * - `unknown`: another secret signed it, the body was altered, or a third party sent it: these look the same.
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

/** Sentences for the operator. */
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

/** Larger unauthenticated bodies are not diagnosed, to bound the cost: those of Shopify have about 10 KB. */
const MAX_BODY_BYTES = 64 * 1024;

const HMAC_IN_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Determines why no valid secret signed this body. It takes longer than the check itself, and is only for webhooks that
 * are refused anyway.
 * @param otherSecrets secrets of the shop's app that are not valid for webhooks.
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
 * JSON as Shopify sends it, without white space between tokens; strings stay unchanged. It looks at each character once,
 * because the text comes from an anonymous caller.
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

/** Including the byte order mark. */
const WHITE_SPACE = /[\s\uFEFF]/;
