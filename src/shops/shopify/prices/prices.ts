import * as z from 'zod';
import { isStorable } from '#platform/storable-text.ts';
import {
  ShopError,
  type ShopPrices,
  type ShopVariant,
  type TariPrice,
  type VariantPage,
  type VariantRange,
} from '#shops/shop-connector.ts';
import type { AdminClient } from '#shops/shopify/admin-api/client.ts';
import { AdminApiError } from '#shops/shopify/admin-api/errors.ts';
import { READ_VARIANTS, READ_VARIANTS_OF_PRODUCT, SET_TARI_PRICES } from '#shops/shopify/admin-api/operations.ts';
import { concernsOneInput, MAX_INTEGER, refusalOf, userErrorsSchema } from '#shops/shopify/user-errors.ts';
import { setGlobalRate } from './global-rate.ts';

/** The prices of a Shopify shop: of each variant in its metafield `custom.tari_price`, in µT. */
export function createShopPrices(client: AdminClient): ShopPrices {
  return {
    variants: (range, signal) => withScopes('write_products', () => readVariants(client, range, signal)),
    variantsOfProduct: (productId, after, signal) =>
      withScopes('write_products', () => readVariantsOfProduct(client, productId, after, signal)),
    setTariPrices: (prices, signal) => withScopes('write_products', () => setTariPrices(client, prices, signal)),
    setGlobalRate: (currency, rate, signal) =>
      withScopes('write_metaobjects and write_metaobject_definitions', () =>
        setGlobalRate(client, currency, rate, signal),
      ),
  };
}

/**
 * Names the missing scopes. Unlike the money of an order, prices need not wait until the scopes are granted: the operator
 * can then retry the update, and the next rate updates everything anyway.
 */
async function withScopes<T>(scopes: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AdminApiError) || error.code !== 'ACCESS_DENIED') throw error;
    const message = `The shop denies our app access to its prices: grant it ${scopes}.`;
    throw new ShopError(message, { retryable: false, cause: error });
  }
}

const METAFIELD = { namespace: 'custom', key: 'tari_price', type: 'number_integer' };

const MAX_VARIANTS = 25;

const variantSchema = z.object({
  id: z.string().regex(/^gid:\/\/shopify\/ProductVariant\/\d{1,20}$/),
  price: z.string().max(64),
  metafield: z.object({ type: z.string().max(64), value: z.string().max(65_536) }).nullable(),
});
const pageInfoSchema = z.object({
  hasNextPage: z.boolean(),
  endCursor: z.string().max(2048).refine(isStorable).nullable(),
});
const connectionSchema = z.object({ nodes: z.array(variantSchema).max(MAX_VARIANTS), pageInfo: pageInfoSchema });
const shopSchema = z.object({ currencyCode: z.string().max(16) });

const variantsSchema = z.object({
  shop: shopSchema,
  productVariantsCount: z.object({ count: z.int().nonnegative() }).nullish(),
  productVariants: connectionSchema,
});

/**
 * Pages by the variants' own ids rather than the shop's cursors: a position stays valid indefinitely, and limits of
 * cursors do not matter.
 */
async function readVariants(
  client: AdminClient,
  { after, upTo, withTotal }: VariantRange,
  signal: AbortSignal | undefined,
): Promise<VariantPage> {
  const bounds = [after === null ? [] : `id:>=${BigInt(after) + 1n}`, upTo === null ? [] : `id:<=${BigInt(upTo)}`];
  const query = bounds.flat().join(' AND ') || null;
  const data = await client.request(READ_VARIANTS, { query, withTotal }, variantsSchema, { signal });
  const { nodes, pageInfo } = data.productVariants;
  const ids = nodes.map((node) => BigInt(digitsOf(node.id)));
  const last = ids.at(-1);
  if (ids.some((id, index) => id <= (ids[index - 1] ?? BigInt(after ?? -1)))) {
    throw new ShopError("The shop's variants do not come in the order of their ids.", { retryable: true });
  }
  return {
    currency: data.shop.currencyCode,
    variants: nodes.map(variantOf),
    next: pageInfo.hasNextPage && last !== undefined ? String(last) : null,
    total: data.productVariantsCount?.count ?? null,
  };
}

const variantsOfProductSchema = z.object({
  shop: shopSchema,
  product: z.object({ variants: connectionSchema }).nullable(),
});

async function readVariantsOfProduct(
  client: AdminClient,
  productId: string,
  after: string | null,
  signal: AbortSignal | undefined,
): Promise<VariantPage | undefined> {
  const variables = { id: `gid://shopify/Product/${productId}`, after };
  const data = await client.request(READ_VARIANTS_OF_PRODUCT, variables, variantsOfProductSchema, { signal });
  if (data.product === null) return undefined;
  const { nodes, pageInfo } = data.product.variants;
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  if (next !== null && next === after) {
    throw new ShopError('The shop gives the same page of variants again.', { retryable: true });
  }
  return { currency: data.shop.currencyCode, variants: nodes.map(variantOf), next, total: null };
}

function variantOf({ id, price, metafield }: z.infer<typeof variantSchema>): ShopVariant {
  return { variantId: id, price, tariPrice: metafield?.type === METAFIELD.type ? metafield.value : null };
}

function digitsOf(gid: string): string {
  return gid.slice(gid.lastIndexOf('/') + 1);
}

const setTariPricesSchema = z.object({ metafieldsSet: userErrorsSchema });

async function setTariPrices(
  client: AdminClient,
  prices: readonly TariPrice[],
  signal: AbortSignal | undefined,
): Promise<{ variantId: string; reason: string }[]> {
  const refused = prices
    .filter(({ microTari }) => microTari > MAX_INTEGER)
    .map(({ variantId }) => ({ variantId, reason: `A metafield holds no number above ${MAX_INTEGER}.` }));
  let rest = prices.filter(({ microTari }) => microTari <= MAX_INTEGER);
  // Nothing is set if the shop refuses one of them, such as that of a deleted variant. Each round leaves out at least one.
  while (rest.length > 0) {
    const metafields = rest.map(({ variantId, microTari }) => ({
      ownerId: variantId,
      ...METAFIELD,
      value: String(microTari),
    }));
    const data = await client.request(SET_TARI_PRICES, { metafields }, setTariPricesSchema, { signal });
    const errors = data.metafieldsSet?.userErrors ?? [];
    if (errors.length === 0) break;
    const systematic = errors.find((error) => !concernsOneInput(error, rest.length));
    if (systematic !== undefined) throw refusalOf('the Tari prices of its variants', systematic);
    const reasons = new Map(errors.map((error) => [Number(error.field?.[1]), error.message]));
    for (const [index, reason] of reasons) refused.push({ variantId: rest[index]?.variantId ?? '', reason });
    rest = rest.filter((_, index) => !reasons.has(index));
  }
  return refused;
}
