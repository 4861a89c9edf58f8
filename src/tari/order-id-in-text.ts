/** A payment id has 256 bytes and a memo a sentence or two. A longer text is no place to look for an order id. */
const MAX_TEXT_LENGTH = 1024;
const MAX_ORDER_ID_LENGTH = 256;

/** What nobody sees and nobody typed on purpose. White space among it separates words, so it stays. */
const INVISIBLE = /(?!\s)[\p{Cc}\p{Cf}\p{Cs}]|\ufeff/gu;
/** In an id that is used these would show nowhere, and the server takes none. */
const NOT_IN_AN_ID = /\p{C}/u;

/** `555-888-9995`, also behind a country code and words without digits. */
const TELEPHONE_NUMBER = /^\D*(?:\d{1,3}[-. ])?\d{3}-\d{3}-\d{4}\D*$/;
/** `order_id: "abc"`, `order id = abc`, `"order_id":"abc"`. In quotes an id may hold spaces. */
const NAMED_ID = /\border[ _]?id"?\s*[:=]\s*(?:"([^"]*)"?|([^\s",}]+))/i;
/**
 * `order 123`, `Order # 123`, `Order: 123`, `order number is 123`, `order nr. "123"`. The id has a digit: `order for Anna`
 * names none.
 */
const ID_AFTER_ORDER =
  /\border(?:\s+(?:id|number|no\.?|nr\.?))?(?:\s+is)?(?:\s*[:=]\s*#?|\s*#\s*|\s+)"?(?=[\w-]*\d)([\w-]+)/i;
/** `#1001`, a shop's order name, anywhere. */
const ORDER_NAME = /(?<![\w&])#\d+\b/;
/**
 * One word, maybe in quotes, that ends with a letter or a digit. Braces and brackets are of JSON and of the wallet's own
 * forms, never of an id.
 */
const BARE_ID = /^"?\s*([^\s"(){}[\]]*[\p{L}\p{N}])\s*"?$/u;
const DIGITS = /^\d+$/;

/** What a number in a text is: the shop's id of the order, or the name that the shop shows, which has a `#` before it. */
export type OrderNumberMeaning = 'id' | 'name';

/**
 * The order that a text names (docs/reference/protocol.md 6): a bare id, `order 123`, `order_id: "abc"` or `#1001`. Where a
 * number means an id, it is given as it was written, `#1001` with its `#`, since an order may have that name; where it
 * means a name, with a `#` before it. Undefined where the text names none, and where it looks like a telephone number. An id
 * has 1 to 256 characters, and no control characters.
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
 * The order number in a text that is no more than a payer's words: the first run of digits, behind a `#` or not, telephone
 * numbers left out. Undefined where there is none. It takes any number for an order's, so that only those ask for it who
 * have said that they want that (TPG_DISABLE_MEMO_SIGNATURE_CHECK).
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
