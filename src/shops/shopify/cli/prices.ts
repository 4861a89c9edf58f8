import { type Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText, table } from '#platform/cli/terminal/output.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import type { ShopPrices, ShopVariant } from '#shops/shop-connector.ts';
import { READ_GLOBAL_RATES } from '#shops/shopify/admin-api/cli-operations.ts';
import { setGlobalRate } from '#shops/shopify/prices/global-rate.ts';
import { AmountError, parseTari, priceInMicroTari } from '#tari/micro-tari.ts';
import type { ShopConnection } from './connection.ts';
import { shopCommand } from './shop-command.ts';
import { shopIdArgument } from './shop-id.ts';

interface Rate {
  currency: string;
  /** µT for one unit. */
  rate: bigint;
}

interface PricedVariant {
  variant_id: string;
  price: string;
  currency: string;
  /** µT; null where the shop shows none. */
  tari_price: string | null;
}

interface PriceChanges {
  seen: number;
  changed: number;
  /** Why some have no price in Tari. */
  left_out: string[];
}

const CENTS_OF_A_UNIT = 100n;
/** A shop's variants in pages of 25. */
const MOST_PAGES = 100_000;

const ratesSchema = z.object({
  metaobjectByHandle: z
    .object({ fields: z.array(z.object({ key: z.string(), value: z.string().nullable() })) })
    .nullable(),
});

/** `shopify rates`: what the shop's theme reads. The server's own rates are `admin rates`. */
export function ratesCommand(ports: CommandPorts): Command {
  const show = (rates: readonly Rate[], output: Parameters<typeof table>[2]) =>
    table<Rate>(
      [
        { title: 'Currency', of: ({ currency }) => currency },
        { title: 'One unit costs', amount: ({ rate }) => rate },
      ],
      rates,
      output,
    );
  return group('rates', 'The rates that the shop’s theme reads; those of the server are admin rates', [
    shopCommand<[], object, Rate[]>(ports, {
      name: 'get',
      description: 'Show the rates that the shop’s theme reads',
      example: 'rates get',
      menus: [{ menu: 'shopify', section: 'rates', label: 'Show rates', hint: 'that the shop shows' }],
      options: [csvOption()],
      run: readRates,
      show,
    }),
    shopCommand<[Rate[]], object, Rate[]>(ports, {
      name: 'set',
      description: 'Set rates that the shop’s theme reads; the server does so by itself when a rate is set there',
      example: 'rates set USD=30,EUR=33.5',
      menus: [
        {
          menu: 'shopify',
          section: 'rates',
          label: 'Set rates',
          hint: 'that the shop shows, not the server’s',
          warning: ({ rates }) => `The shop will show the rates ${rates}. The server keeps its own.`,
        },
      ],
      arguments: [
        [
          '<rates>',
          'CURRENCY=AMOUNT with commas between them; the amount in Tari',
          readRateList,
          { ask: 'Rates, such as USD=30,EUR=33.5' },
        ],
      ],
      run: async (shop, { arguments: [rates] }) => {
        for (const { currency, rate } of rates) await setGlobalRate(shop.client, currency, rate, undefined);
        return readRates(shop);
      },
      show,
    }),
  ]);
}

async function readRates({ client }: ShopConnection): Promise<Rate[]> {
  const { metaobjectByHandle: found } = await client.request(READ_GLOBAL_RATES, {}, ratesSchema);
  return (found?.fields ?? [])
    .filter(({ value }) => value !== null && /^\d{1,20}$/.test(value))
    .map(({ key, value }) => ({ currency: key.toUpperCase(), rate: BigInt(value ?? '') }));
}

function readRateList(text: string): Rate[] {
  return text.split(',').map((part) => {
    const [, currency = '', amount = ''] = /^\s*([A-Za-z]{3,10})\s*=\s*(.+)$/.exec(part) ?? [];
    try {
      const rate = parseTari(amount);
      if (currency !== '' && rate > 0n) return { currency: currency.toUpperCase(), rate };
    } catch (error) {
      if (!(error instanceof AmountError)) throw error;
    }
    throw new InvalidArgumentError('Rates are written like USD=30,EUR=33.5.');
  });
}

/** `shopify products`: the prices in Tari that the shop shows. */
export function productsCommand(ports: CommandPorts): Command {
  const show = (variants: readonly PricedVariant[], output: Parameters<typeof table>[2]) =>
    table<PricedVariant>(
      [
        { title: 'Variant', of: (variant) => variant.variant_id },
        { title: 'Price', of: (variant) => `${variant.price} ${variant.currency}`, align: 'right' },
        { title: 'In Tari', amount: tariPrice },
        ...(variants.every(isUnderstood) ? [] : [{ title: 'Is no price', of: notUnderstood, canShrink: true }]),
      ],
      variants,
      output,
    );
  return group('products', 'Products with their prices in Tari', [
    shopCommand<[], object, PricedVariant[]>(ports, {
      name: 'all',
      description: 'List all variants with their prices',
      example: 'products all',
      menus: [{ menu: 'shopify', section: 'products', label: 'All products', hint: 'with their prices in Tari' }],
      options: [csvOption()],
      run: async (shop) => {
        const found: PricedVariant[] = [];
        await eachPage(pricesOf(shop), async (variants, currency) => {
          found.push(...variants.map((variant) => pricedVariant(variant, currency)));
        });
        return found;
      },
      show,
    }),
    shopCommand<[string], object, PricedVariant[]>(ports, {
      name: 'get',
      description: 'List the variants of a product with their prices',
      example: 'products get 7771234567890',
      menus: [{ menu: 'shopify', section: 'products', label: 'Product by Id', hint: 'with its prices in Tari' }],
      arguments: [
        [
          '<id>',
          'the product’s id in the shop, in digits',
          shopIdArgument,
          { ask: 'Product id in the shop, in digits' },
        ],
      ],
      options: [csvOption()],
      run: (shop, { arguments: [id] }) => variantsOf(pricesOf(shop), id),
      show,
    }),
    shopCommand<[bigint], object, PriceChanges>(ports, {
      name: 'update-price',
      description: 'Have the shop show all its prices at a rate. The server does so by itself when a rate is set there',
      example: 'products update-price 300000',
      arguments: [['<rate>', 'µT for one cent of the shop’s currency', readRate]],
      run: (shop, { arguments: [rate] }) => updatePrices(ports, pricesOf(shop), rate * CENTS_OF_A_UNIT),
      show: ({ seen, changed, left_out: leftOut }) => [
        `${changed} of ${seen} prices are changed.`,
        ...leftOut.map((reason) => `Left out: ${plainText(reason)}`),
      ],
    }),
  ]);
}

function pricesOf({ connector }: ShopConnection): ShopPrices {
  if (connector.prices !== undefined) return connector.prices;
  throw new CommandError('The shop shows no prices in Tari.');
}

/** In µT; null where the shop shows no price in Tari, or something else in its place. */
function tariPrice({ tari_price: price }: PricedVariant): bigint | null {
  return price !== null && /^\d+$/.test(price) ? BigInt(price) : null;
}

function isUnderstood(variant: PricedVariant): boolean {
  return variant.tari_price === null || tariPrice(variant) !== null;
}

function notUnderstood(variant: PricedVariant): string | null {
  return isUnderstood(variant) ? null : variant.tari_price;
}

function pricedVariant({ variantId, price, tariPrice }: ShopVariant, currency: string): PricedVariant {
  return { variant_id: variantId, price, currency, tari_price: tariPrice };
}

async function eachPage(
  prices: ShopPrices,
  work: (variants: readonly ShopVariant[], currency: string) => Promise<void>,
): Promise<void> {
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { variants, currency, next }: Awaited<ReturnType<ShopPrices['variants']>> = await prices.variants({
      after,
      upTo: null,
      withTotal: false,
    });
    await work(variants, currency);
    if (next === null) return;
    after = next;
  }
}

async function variantsOf(prices: ShopPrices, productId: string): Promise<PricedVariant[]> {
  const found: PricedVariant[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read: Awaited<ReturnType<ShopPrices['variantsOfProduct']>> = await prices.variantsOfProduct(productId, after);
    if (read === undefined) throw new CommandError(`The shop has no product ${productId}.`);
    found.push(...read.variants.map((variant) => pricedVariant(variant, read.currency)));
    if (read.next === null) break;
    after = read.next;
  }
  return found;
}

async function updatePrices(ports: CommandPorts, prices: ShopPrices, rate: bigint): Promise<PriceChanges> {
  const changes: PriceChanges = { seen: 0, changed: 0, left_out: [] };
  await eachPage(prices, async (variants) => {
    const wanted = variants.map(({ variantId, price }) => ({ variantId, microTari: priceInMicroTari(price, rate) }));
    const other = wanted.filter(({ microTari }, index) => variants[index]?.tariPrice !== String(microTari));
    const refused = other.length === 0 ? [] : await prices.setTariPrices(other);
    changes.seen += variants.length;
    changes.changed += other.length - refused.length;
    changes.left_out.push(...refused.map(({ variantId, reason }) => `${variantId}: ${reason}`));
    ports.progress(`${changes.seen} prices seen, ${changes.changed} changed`);
  });
  ports.progress('');
  return changes;
}

function readRate(text: string): bigint {
  if (/^\d{1,15}$/.test(text) && BigInt(text) > 0n) return BigInt(text);
  throw new InvalidArgumentError('It must be a whole number of µT above 0.');
}
