import * as z from 'zod';
import { ShopError } from '#shops/shop-connector.ts';

/** The third layer of errors: the shop's errors about the input of a mutation that it ran. */

/** The largest value of Shopify's type number_integer. */
export const MAX_INTEGER = 2n ** 53n - 1n;

const MAX_MESSAGE_LENGTH = 300;

const userErrorSchema = z.object({
  code: z.string().max(64).nullable(),
  field: z.array(z.string().max(255)).nullable(),
  message: z.string().transform((text) => text.slice(0, MAX_MESSAGE_LENGTH)),
});
export type UserError = z.infer<typeof userErrorSchema>;

/** The response of a mutation of which only the errors are requested. */
export const userErrorsSchema = z.object({ userErrors: z.array(userErrorSchema).max(250) }).nullable();

/**
 * Whether an error is about the owner or the value of one metafield of many: its field is then `metafields`, the index,
 * and `ownerId` or `value`.
 */
export function concernsOneInput({ field }: UserError, inputs: number): boolean {
  const [list, index = '', part = ''] = field ?? [];
  return list === 'metafields' && /^\d{1,3}$/.test(index) && Number(index) < inputs && /^(ownerId|value)$/.test(part);
}

/** Codes of temporary errors. */
const PASSING_CODES: ReadonlySet<string> = new Set(['INTERNAL_ERROR', 'STALE_OBJECT']);

/** The error for a mutation that the shop refused as a whole. */
export function refusalOf(what: string, { code, message }: UserError): ShopError {
  const sentence = message.replace(/\.$/, '');
  return new ShopError(`The shop refuses ${what}: ${sentence} (${code ?? 'no code'}).`, {
    retryable: PASSING_CODES.has(code ?? ''),
  });
}
