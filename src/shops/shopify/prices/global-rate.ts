import * as z from 'zod';
import { ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from '#shops/shopify/admin-api/client.ts';
import {
  DEFINE_CURRENCY_OF_GLOBAL_RATE,
  DEFINE_GLOBAL_RATE,
  READ_GLOBAL_RATE,
  SET_GLOBAL_RATE,
} from '#shops/shopify/admin-api/operations.ts';
import { MAX_INTEGER, refusalOf, userErrorsSchema } from '#shops/shopify/user-errors.ts';

const globalRateSchema = z.object({
  metaobjectDefinitionByType: z
    .object({ id: z.string().max(255), fieldDefinitions: z.array(z.object({ key: z.string().max(64) })) })
    .nullable(),
  metaobjectByHandle: z.object({ field: z.object({ value: z.string().max(65_536).nullable() }).nullable() }).nullable(),
});

/**
 * Stores the rate in the shop's metaobject `tari_price`, `tari-price-global`, in the field named like the currency in
 * lower case. Missing parts of its definition are created.
 * @param rate µT per unit of the currency.
 * @throws {ShopError}
 */
export async function setGlobalRate(
  client: AdminClient,
  currency: string,
  rate: bigint,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (rate > MAX_INTEGER) {
    throw new ShopError(`A metaobject holds no rate above ${MAX_INTEGER} µT.`, { retryable: false });
  }
  const key = currency.toLowerCase();
  const data = await client.request(READ_GLOBAL_RATE, { field: key }, globalRateSchema, { signal });
  const definition = data.metaobjectDefinitionByType;
  const field = { key, name: currency.toUpperCase(), type: 'number_integer' };
  const send = sender(client, signal);
  if (definition === null) {
    await send(DEFINE_GLOBAL_RATE, { fields: [field] }, 'metaobjectDefinitionCreate');
  } else if (!definition.fieldDefinitions.some((known) => known.key === key)) {
    await send(DEFINE_CURRENCY_OF_GLOBAL_RATE, { id: definition.id, field }, 'metaobjectDefinitionUpdate');
  }
  const value = String(rate);
  if (data.metaobjectByHandle?.field?.value === value) return;
  await send(SET_GLOBAL_RATE, { fields: [{ key, value }] }, 'metaobjectUpsert');
}

/** Creates the function that sends a mutation whose response has only errors. */
function sender(client: AdminClient, signal: AbortSignal | undefined) {
  return async (document: string, variables: Readonly<Record<string, unknown>>, mutation: string): Promise<void> => {
    const schema = z.object({ [mutation]: userErrorsSchema });
    const data = await client.request(document, variables, schema, { signal });
    const error = data[mutation]?.userErrors[0];
    if (error !== undefined) throw refusalOf('the global rate', error);
  };
}
