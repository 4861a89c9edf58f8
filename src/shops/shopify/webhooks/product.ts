import * as z from 'zod';
import { idSchema, readBody, readField } from './fields.ts';

const productIdSchema = idSchema.pipe(z.string().regex(/^\d{1,20}$/, 'has to be a whole number'));

/**
 * Reads the body of products/create and products/update: which product it is about. What the body says of its prices is
 * not looked at: it may be older than what the shop says when it is asked.
 *
 * @param body parsed without loss: integers past 2^53 are bigint.
 * @throws {WebhookContentError}
 */
export function parseProductWebhook(body: unknown): string {
  return readField(readBody(body), 'id', productIdSchema, 'product');
}
