import * as z from 'zod';
import type { AdminClient } from '#shops/shopify/admin-api/client.ts';
import { DEFINE_GLOBAL_RATE, READ_GLOBAL_RATE } from '#shops/shopify/admin-api/operations.ts';
import { refusalOf, userErrorsSchema } from '#shops/shopify/user-errors.ts';

const definitionSchema = z.object({ metaobjectDefinitionByType: z.object({ id: z.string().max(255) }).nullable() });
const createdSchema = z.object({ metaobjectDefinitionCreate: userErrorsSchema });

/**
 * Creates the definition of the metaobject with the rates, if the shop has none yet, so that themes can be built before
 * the first rate is set.
 * @returns whether it was created now.
 * @throws {ShopError}
 */
export async function defineGlobalRate(client: AdminClient, currency: string): Promise<boolean> {
  const key = currency.toLowerCase();
  const { metaobjectDefinitionByType: found } = await client.request(
    READ_GLOBAL_RATE,
    { field: key },
    definitionSchema,
  );
  if (found !== null) return false;
  const fields = [{ key, name: currency.toUpperCase(), type: 'number_integer' }];
  const { metaobjectDefinitionCreate: made } = await client.request(DEFINE_GLOBAL_RATE, { fields }, createdSchema);
  const [error] = made?.userErrors ?? [];
  if (error !== undefined) throw refusalOf('the definition of the global rate', error);
  return true;
}
