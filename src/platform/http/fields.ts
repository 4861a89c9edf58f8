import * as z from 'zod';
import { LIST_ORDERS } from '#platform/list-order.ts';
import { isStorable } from '#platform/storable-text.ts';
import { AddressError, parseAddressObject } from '#tari/address.ts';
import { MAX_I64, MAX_U64 } from '#tari/integer-bounds.ts';
import { microTari, TARI_SUPPLY } from '#tari/micro-tari.ts';
import { MAX_ORDER_ID_LENGTH } from '#tari/text-limits.ts';

/** Schemas of values that requests and responses of several contexts share. Amounts are whole µT. */

/** Longer than any address in any form: 323 bytes as percent-encoded emoji fit in paths, as emoji in bodies. */
export const MAX_ADDRESS_LENGTH = 4096;

// ---- Requests ------------------------------------------------------------------------------------------------------

/** A JSON integer of any size, read without loss. */
export function integer(smallest: bigint, largest: bigint, otherwise = '') {
  return z
    .union([z.int(), z.bigint()], { error: 'must be a whole number' })
    .meta(describedRange(smallest, largest))
    .transform((value) => BigInt(value))
    .refine((value) => value >= smallest && value <= largest, `must be from ${smallest} to ${largest}${otherwise}`);
}

/** The range for the API description. A bound that no number represents exactly is left to the format. */
function describedRange(smallest: bigint, largest: bigint) {
  const maximum = Number(largest);
  return {
    format: largest > MAX_I64 ? 'uint64' : 'int64',
    minimum: Number(smallest),
    ...(BigInt(maximum) === largest && { maximum }),
  };
}

/** µT, from 1 to the supply of Tari. */
export const positiveAmount = integer(1n, TARI_SUPPLY).transform(microTari);

export const nonce = integer(0n, MAX_U64);

/** An address in any of its forms; spaces around a pasted text are ignored. */
export const address = z
  .union([z.string().max(MAX_ADDRESS_LENGTH), z.record(z.string(), z.unknown())], { error: 'must be a Tari address' })
  .transform((value, context) => {
    try {
      return parseAddressObject(typeof value === 'string' ? value.trim() : value);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.issues.push({ code: 'custom', message: `is not a Tari address: ${error.message}`, input: value });
      return z.NEVER;
    }
  });

/** The shop's id of a customer; an address in its place fits, too. */
const MAX_CUSTOMER_ID_LENGTH = 270;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/** A text that is stored, or that stored ones are searched for. */
export function keptText(maxLength: number) {
  return z.string().max(maxLength).refine(isStorable, 'must not hold null characters or halves of characters');
}

export const orderId = keptText(MAX_ORDER_ID_LENGTH)
  .min(1)
  .refine((text) => !CONTROL_CHARACTERS.test(text), 'must not hold control characters');

export const customerId = keptText(MAX_CUSTOMER_ID_LENGTH).min(1);

export const transactionId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces');

/** An operator's reason for a change, for the audit log. */
export const reason = keptText(1000);

export const currency = z.string().regex(/^[A-Za-z]{3,10}$/, 'must be a currency code of 3 to 10 letters');

/** An id that the database assigned, in a path or a query. */
export const rowId = z
  .string()
  .regex(/^\d{1,19}$/, 'must be a whole number')
  .transform((text) => BigInt(text))
  .refine((id) => id <= MAX_I64, `must be at most ${MAX_I64}`);

const MAX_PAGE_ROWS = 1000;
const DEFAULT_PAGE_ROWS = 100;

/** How a list is sorted: oldest first by default, or newest first. */
export const listOrder = z.enum(LIST_ORDERS).default('asc');

/**
 * A page of a list that is sorted by id: up to `limit` entries with ids above `after` and below `before`. A list that is
 * read newest first continues with the last id as `before`, so that new entries do not shift the pages.
 */
export const idPage = z.strictObject({
  after: rowId.prefault('0'),
  before: rowId.optional(),
  order: listOrder,
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_ROWS).default(DEFAULT_PAGE_ROWS),
});

export function rangeOf({ before, order }: z.output<typeof idPage>) {
  return { before, order };
}

// ---- Responses -----------------------------------------------------------------------------------------------------

export const amount = z.bigint();
export const time = z.iso.datetime();

export const result = z.object({ success: z.boolean(), message: z.string() });

/** A response without a body. */
export const nothing = z.undefined();
