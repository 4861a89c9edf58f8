/** A payment id has 256 bytes and a memo a sentence or two. Longer texts are not searched for an order id. */
const MAX_TEXT_LENGTH = 1024;
const MAX_ORDER_ID_LENGTH = 256;

/** Invisible characters that were not typed on purpose. White space separates words, so it stays. */
const INVISIBLE = /(?!\s)[\p{Cc}\p{Cf}\p{Cs}]|\ufeff/gu;
/** Characters that would be invisible in an id; the server accepts none of them. */
const NOT_IN_AN_ID = /\p{C}/u;

/** `555-888-9995`, also behind a country code and words without digits. */
const TELEPHONE_NUMBER = /^\D*(?:\d{1,3}[-. ])?\d{3}-\d{3}-\d{4}\D*$/;
/** `order_id: "abc"`, `order id = abc`, `"order_id":"abc"`. In quotes an id may contain spaces. */
const NAMED_ID = /\border[ _]?id"?\s*[:=]\s*(?:"([^"]*)"?|([^\s",}]+))/i;
/**
 * `order 123`, `Order # 123`, `Order: 123`, `order number is 123`, `order nr. "123"`. The id must have a digit: `order for
 * Anna` names none.
 */
const ID_AFTER_ORDER =
  /\border(?:\s+(?:id|number|no\.?|nr\.?))?(?:\s+is)?(?:\s*[:=]\s*#?|\s*#\s*|\s+)"?(?=[\w-]*\d)([\w-]+)/i;
/** `#1001`, a shop's order name, anywhere. */
const ORDER_NAME = /(?<![\w&])#\d+\b/;
/**
 * One word, perhaps in quotes, that ends with a letter or a digit. Braces and brackets belong to JSON and to the wallet's
 * own forms, never to an id.
 */
const BARE_ID = /^"?\s*([^\s"(){}[\]]*[\p{L}\p{N}])\s*"?$/u;
const DIGITS = /^\d+$/;

/** The meaning of a number in a text: the shop's id of the order, or the name that the shop shows, with a leading `#`. */
export type OrderNumberMeaning = 'id' | 'name';

/**
 * The order that a text names (docs/reference/protocol.md 6): a bare id, `order 123`, `order_id: "abc"` or `#1001`. If a
 * number means an id, it is returned as it was written, `#1001` with its `#`, because an order may have that name; if it
 * means a name, with a leading `#`. Undefined if the text names none or looks like a telephone number. An id has 1 to 256
 * characters and no control characters.
 */
export function orderIdInText(text: string, meaning: OrderNumberMeaning = 'id'): string | undefined {
  const written = writtenId(text);
  return written !== undefined && meaning === 'name' && DIGITS.test(written) ? `#${written}` : written;
}

function writtenId(text: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const trimmed = text.replace(INVISIBLE, '').trim();
  if (TELEPHONE_NUMBER.test(trimmed)) return undefined;
  const named = NAMED_ID.exec(trimmed);
  if (named) return usable(named[1] ?? named[2]);
  const afterOrder = ID_AFTER_ORDER.exec(trimmed);
  if (afterOrder) return usable(afterOrder[1]);
  return usable(BARE_ID.exec(trimmed)?.[1] ?? ORDER_NAME.exec(trimmed)?.[0]);
}

const TELEPHONE_NUMBERS = /(?<!\d)(?:\d{1,3}[-. ])?\d{3}-\d{3}-\d{4}(?!\d)/g;

/**
 * The order number in a payer's free text: the first run of digits, with or without a leading `#`, ignoring telephone
 * numbers. Undefined if there is none. It takes any number for an order's, so it is only used if the operator has enabled
 * that (TPG_DISABLE_MEMO_SIGNATURE_CHECK).
 */
export function orderNumberInText(text: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  return usable(/\d+/.exec(text.replace(TELEPHONE_NUMBERS, ' '))?.[0]);
}

function usable(id: string | undefined): string | undefined {
  const trimmed = id?.trim() ?? '';
  const isUsable = trimmed.length >= 1 && trimmed.length <= MAX_ORDER_ID_LENGTH && !NOT_IN_AN_ID.test(trimmed);
  return isUsable ? trimmed : undefined;
}
