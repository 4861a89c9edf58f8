import { connection, type PageArguments } from './orders.ts';

/** What a test says about a product. */
export interface NewProduct {
  /** Digits, past 2^53 too. */
  id: string | number | bigint;
  /** Prices are decimal texts in the shop's currency; ids are made up where they are left out. */
  variants: { id?: string | number | bigint; price: string; tariPrice?: string | null }[];
}

export interface Metafield {
  type: string;
  value: string;
}

/** A variant as the stand-in keeps it; tests may change it. */
export interface StandInVariant {
  /** The schema's id: `gid://shopify/ProductVariant/…`. */
  id: string;
  number: bigint;
  productId: string;
  price: string;
  /** By `namespace.key`. */
  metafields: Map<string, Metafield>;
}

/** A price that a call of ours has written, in the order of happening. */
export interface PriceWrite {
  variantId: string;
  productId: string;
  value: string;
}

export interface Products {
  /** By the product's digits. */
  products: ReadonlyMap<string, readonly StandInVariant[]>;
  priceWrites: PriceWrite[];
  /** Type of a metafield definition by `namespace.key`, where the shop's owner has made one. */
  metafieldDefinitions: Map<string, string>;
  addProduct(product: NewProduct): StandInVariant[];
  removeProduct(id: string): void;
  removeVariant(gid: string): void;
  /** The Tari prices that the shop shows, by variant. */
  tariPrices(): Record<string, string | null>;
  /** Called with a product's digits whenever it changes, as webhooks of products/update would tell. */
  onProductUpdate(listener: (productId: string) => void): void;
}

interface UserError {
  code: string | null;
  field: string[];
  message: string;
}

interface MetafieldInput {
  ownerId: string;
  namespace: string;
  key: string;
  type?: string;
  value: string;
}

const TARI_PRICE = 'custom.tari_price';

/** The most that metafieldsSet takes, by its description in the schema. */
const MAX_METAFIELDS = 25;
const MAX_INTEGER = 2n ** 53n - 1n;

/** The products of a shop, with the rules of shopify.dev for their metafields. */
export function createProducts(requireScope: (scope: string, field: string) => void) {
  const products = new Map<string, StandInVariant[]>();
  const byGid = new Map<string, StandInVariant>();
  const priceWrites: PriceWrite[] = [];
  const metafieldDefinitions = new Map<string, string>();
  const listeners: ((productId: string) => void)[] = [];
  let sorted: StandInVariant[] | undefined;
  let lastNumber = 40_000_000_000_000n;

  const allVariants = (): StandInVariant[] => {
    sorted ??= [...byGid.values()].sort((a, b) => Number(a.number - b.number));
    return sorted;
  };

  const viewOf = (variant: StandInVariant) => ({
    id: variant.id,
    price: variant.price,
    metafield: ({ namespace, key }: { namespace: string; key: string }) =>
      variant.metafields.get(`${namespace}.${key}`) ?? null,
  });

  /** All of them or none. */
  function metafieldsSet({ metafields }: { metafields: MetafieldInput[] }): object {
    requireScope('write_products', 'metafieldsSet');
    const userErrors = errorsOf(metafields);
    if (userErrors.length > 0) return { metafields: null, userErrors };
    const changed = new Set<string>();
    for (const { ownerId, namespace, key, type, value } of metafields) {
      const variant = byGid.get(ownerId) as StandInVariant;
      const name = `${namespace}.${key}`;
      variant.metafields.set(name, { type: metafieldDefinitions.get(name) ?? type ?? '', value });
      if (name === TARI_PRICE) priceWrites.push({ variantId: ownerId, productId: variant.productId, value });
      changed.add(variant.productId);
    }
    for (const productId of changed) for (const listener of listeners) listener(productId);
    return { metafields: [], userErrors: [] };
  }

  function errorsOf(metafields: readonly MetafieldInput[]): UserError[] {
    if (metafields.length > MAX_METAFIELDS) {
      const message = `Exceeded the maximum metafields input limit of ${MAX_METAFIELDS}.`;
      return [{ code: 'LESS_THAN_OR_EQUAL_TO', field: ['metafields'], message }];
    }
    return metafields.flatMap((metafield, index): UserError[] => {
      const error = (part: string, code: string, message: string) => [
        { code, field: ['metafields', String(index), part], message },
      ];
      if (!byGid.has(metafield.ownerId)) return error('ownerId', 'INVALID', 'Owner does not exist.');
      const defined = metafieldDefinitions.get(`${metafield.namespace}.${metafield.key}`);
      if (defined === undefined && metafield.type === undefined) return error('type', 'BLANK', "Type can't be blank.");
      if (defined !== undefined && metafield.type !== undefined && metafield.type !== defined) {
        return error('type', 'INVALID_TYPE', `Type '${metafield.type}' must be consistent with the definition's type.`);
      }
      const isInteger = /^-?\d{1,16}$/.test(metafield.value) && BigInt(metafield.value) <= MAX_INTEGER;
      if (metafield.type === 'number_integer' && !isInteger) {
        return error('value', 'INVALID_VALUE', 'Value must be an integer.');
      }
      return [];
    });
  }

  const state: Products = {
    products,
    priceWrites,
    metafieldDefinitions,
    addProduct(product) {
      const productId = String(product.id);
      const variants = product.variants.map(({ id, price, tariPrice = null }) => {
        lastNumber += 1n;
        const number = BigInt(id ?? lastNumber);
        const metafields = new Map<string, Metafield>();
        if (tariPrice !== null) metafields.set(TARI_PRICE, { type: 'number_integer', value: tariPrice });
        return { id: `gid://shopify/ProductVariant/${number}`, number, productId, price, metafields };
      });
      products.set(productId, variants);
      for (const variant of variants) byGid.set(variant.id, variant);
      sorted = undefined;
      return variants;
    },
    removeProduct(id) {
      for (const variant of products.get(id) ?? []) byGid.delete(variant.id);
      products.delete(id);
      sorted = undefined;
    },
    removeVariant(gid) {
      const productId = byGid.get(gid)?.productId ?? '';
      products.set(productId, products.get(productId)?.filter((variant) => variant.id !== gid) ?? []);
      byGid.delete(gid);
      sorted = undefined;
    },
    tariPrices: () =>
      Object.fromEntries(allVariants().map(({ id, metafields }) => [id, metafields.get(TARI_PRICE)?.value ?? null])),
    onProductUpdate: (listener) => void listeners.push(listener),
  };

  const rootValue = {
    productVariants: ({ query, first, after }: PageArguments & { query?: string | null }) => {
      requireScope('read_products', 'productVariants');
      const [from, to] = idRange(query ?? '');
      const found = allVariants().filter(({ number }) => number >= from && number <= to);
      return pageOf(found, { first: first ?? null, after: after ?? null });
    },
    productVariantsCount: ({ limit }: { limit?: number | null }) => {
      requireScope('read_products', 'productVariantsCount');
      const most = limit === null ? Number.POSITIVE_INFINITY : (limit ?? 10_000);
      return { count: Math.min(byGid.size, most), precision: byGid.size > most ? 'AT_LEAST' : 'EXACT' };
    },
    product: ({ id }: { id: string }) => {
      requireScope('read_products', 'product');
      const variants = products.get(id.replace('gid://shopify/Product/', ''));
      return variants === undefined ? null : { id, variants: (page: PageArguments) => pageOf(variants, page) };
    },
    metafieldsSet,
  };

  const pageOf = (variants: readonly StandInVariant[], page: PageArguments): object => {
    const found = connection(variants, page) as { nodes: StandInVariant[] };
    return { ...found, nodes: found.nodes.map(viewOf) };
  };
  return { state, rootValue };
}

/** The filter by id as shopify.dev documents it: `id:>=1234`, `id:<=1234`, joined by AND. */
function idRange(query: string): [from: bigint, to: bigint] {
  let [from, to] = [0n, 2n ** 64n];
  for (const term of query === '' ? [] : query.split(' AND ')) {
    const [, comparison, digits = ''] = /^id:(>=|<=)(\d+)$/.exec(term) ?? [];
    if (comparison === undefined) throw new Error(`The stand-in doesn't understand the query ${query}.`);
    if (comparison === '>=') from = BigInt(digits);
    else to = BigInt(digits);
  }
  return [from, to];
}
