import * as z from 'zod';
import { idSchema, readBody, readField } from './fields.ts';

const productIdSchema = idSchema.pipe(z.string().regex(/^\d{1,20}$/, 'has to be a whole number'));

/**
 * Parses the product's id from the body of products/create and products/update. Prices in the body are ignored: they may be
 * older than those that the shop returns.
 *
 * @param body parsed without loss: integers past 2^53 are bigint.
 * @throws {WebhookContentError}
 */
export function parseProductWebhook(body: unknown): string {
  return readField(readBody(body), 'id', productIdSchema, 'product');
}
