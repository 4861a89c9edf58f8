import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { storableText } from '#platform/storable-text.ts';
import { priceAtRate, rateInForce } from '#rates/conversion.ts';
import { ShopError, type ShopPrices, type TariPrice, type VariantPage } from '#shops/shop-connector.ts';
import type { PriceUpdate, PriceUpdateProgress } from '#shops/store/price-updates.ts';
import { AmountError } from '#tari/micro-tari.ts';

/**
 * One step of a price update: the global rate, or one page of variants. Steps are idempotent and write only values that
 * are not right yet, so an update continues from its last saved step, whenever that was.
 */

/** How much of a text of the shop, or of an error, is stored, in characters. */
const MAX_TEXT_LENGTH = 1_000;

/** A text in a form that can be stored, whatever the shop wrote into it. */
export function keptText(text: string): string {
  return storableText(text.slice(0, MAX_TEXT_LENGTH));
}

export interface StepPorts {
  store: Pick<Store, 'read'>;
  prices: ShopPrices;
  log: Logger;
}

/** @throws {ShopError} */
export function takeStep(ports: StepPorts, update: PriceUpdate, signal: AbortSignal): Promise<PriceUpdateProgress> {
  const { target } = update;
  if (target.kind === 'product') return lookAtProduct(ports, update, target.productId, signal);
  const isRateDue = !update.globalRateIsSet && update.globalRateError === null;
  return isRateDue ? setGlobalRate(ports, update, target, signal) : lookAtShop(ports, update, target, signal);
}

interface Rate {
  currency: string;
  rate: bigint;
}

/** A permanent refusal does not block the variants: it is recorded, and the update fails once all variants are done. */
async function setGlobalRate(
  { prices }: StepPorts,
  update: PriceUpdate,
  { currency, rate }: Rate,
  signal: AbortSignal,
): Promise<PriceUpdateProgress> {
  try {
    await prices.setGlobalRate(currency, rate, signal);
    return { ...update, globalRateIsSet: true };
  } catch (error) {
    if (error instanceof ShopError && !error.retryable) {
      return { ...update, globalRateError: keptText(error.message) };
    }
    throw error;
  }
}

async function lookAtShop(
  ports: StepPorts,
  update: PriceUpdate,
  { currency, rate }: Rate,
  signal: AbortSignal,
): Promise<PriceUpdateProgress> {
  if (update.variantsAreDone) return update;
  const { position: after, startPosition, hasWrapped, variantsTotal } = update;
  const range = { after, upTo: hasWrapped ? startPosition : null, withTotal: variantsTotal === null };
  const page = await ports.prices.variants(range, signal);
  if (page.currency.toUpperCase() !== currency) {
    const remark = `The shop's own prices are in ${page.currency}, so the rate of ${currency} changes none of them.`;
    return { ...update, variantsAreDone: true, remark: keptText(remark) };
  }
  const seen = { ...(await correct(ports, update, page, rate, signal)), variantsTotal: page.total ?? variantsTotal };
  if (page.next !== null) return { ...seen, position: page.next };
  if (startPosition === null || hasWrapped) return { ...seen, variantsAreDone: true };
  return { ...seen, position: null, hasWrapped: true };
}

async function lookAtProduct(
  ports: StepPorts,
  update: PriceUpdate,
  productId: string,
  signal: AbortSignal,
): Promise<PriceUpdateProgress> {
  const page = await ports.prices.variantsOfProduct(productId, update.position, signal);
  if (page === undefined) return { ...update, variantsAreDone: true, remark: 'The shop has no such product any more.' };
  const rate = await ports.store.read((tx) => rateInForce(tx, page.currency));
  if (rate === undefined) {
    return { ...update, variantsAreDone: true, remark: keptText(`No exchange rate is set for ${page.currency}.`) };
  }
  const seen = await correct(ports, update, page, rate, signal);
  return page.next === null ? { ...seen, variantsAreDone: true } : { ...seen, position: page.next };
}

/** Corrects the prices of a page's variants that are wrong or missing in the shop. */
async function correct(
  { prices, log }: StepPorts,
  update: PriceUpdate,
  page: VariantPage,
  rate: bigint,
  signal: AbortSignal,
): Promise<PriceUpdateProgress> {
  const wrong: TariPrice[] = [];
  const leftOut: { variantId: string; reason: string }[] = [];
  for (const { variantId, price, tariPrice } of page.variants) {
    const microTari = convert(price, rate);
    if (microTari instanceof AmountError) leftOut.push({ variantId, reason: microTari.message });
    else if (tariPrice !== String(microTari)) wrong.push({ variantId, microTari });
  }
  const refused = wrong.length === 0 ? [] : await prices.setTariPrices(wrong, signal);
  leftOut.push(...refused);
  const last = leftOut.at(-1);
  if (last !== undefined) {
    log.warn({ id: update.id, leftOut }, `${leftOut.length} variants of the shop are left out: ${last.reason}`);
  }
  return {
    ...update,
    variantsSeen: update.variantsSeen + page.variants.length,
    variantsChanged: update.variantsChanged + wrong.length - refused.length,
    variantsLeftOut: update.variantsLeftOut + leftOut.length,
    remark: last === undefined ? update.remark : keptText(`The variant ${last.variantId} is left out: ${last.reason}`),
  };
}

function convert(price: string, rate: bigint): bigint | AmountError {
  try {
    return priceAtRate(price, rate);
  } catch (error) {
    if (error instanceof AmountError) return error;
    throw error;
  }
}
