import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS } from '#platform/timers/backoff.ts';
import { takeStep } from '#shops/prices/steps.ts';
import { PriceUpdateWorker } from '#shops/prices/worker.ts';
import { type PriceUpdate, priceUpdateRepository } from '#shops/store/price-updates.ts';
import { isOnPostgres } from '#test/database/database.ts';
import {
  ADMIN,
  aDelivery,
  closeEngine,
  closeEngines,
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  type TestEngine,
  type TestEngineOptions,
  testEngine,
} from '#test/engine.ts';
import type { NewProduct } from '#test/fake-shopify/products.ts';
import { type ShopifyStandIn, type StandInOptions, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { eventually } from '#test/server.ts';
import { connect } from '#test/shopify-client.ts';

/** A whole USD costs 30 XTM. */
const RATE = 30_000_000n;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const standIns: ShopifyStandIn[] = [];

afterEach(async () => {
  await closeEngines();
  for (const standIn of standIns.splice(0)) await standIn.close();
});

interface Box {
  test: TestEngine;
  standIn: ShopifyStandIn;
  worker: PriceUpdateWorker;
}

async function startShop(options: StandInOptions = {}): Promise<ShopifyStandIn> {
  const standIn = await startShopifyStandIn(options);
  standIns.push(standIn);
  return standIn;
}

/** An engine and its worker, connected to a shop. The worker does one step when it is told to. */
async function boxOf(standIn: ShopifyStandIn, options: TestEngineOptions = {}, timeoutMs = 2000): Promise<Box> {
  const { connector } = connect(standIn, undefined, timeoutMs);
  const test = await testEngine({ hotWallet: false, ...options, connector });
  const { prices } = connector;
  if (prices === undefined) throw new Error('The shop has no prices');
  const { store, clock, log } = test;
  return { test, standIn, worker: new PriceUpdateWorker({ store, prices, clock, random: () => 0, log }) };
}

async function openBox(options: StandInOptions & { products?: NewProduct[] } = {}): Promise<Box> {
  const standIn = await startShop(options);
  for (const product of options.products ?? []) standIn.addProduct(product);
  return boxOf(standIn);
}

/** A product of so many variants that cost 1.00, 2.00 … */
function productOf(variants: number, id = 1): NewProduct {
  return { id, variants: Array.from({ length: variants }, (_, index) => ({ price: `${index + 1}.00` })) };
}

const setRate = ({ test }: Box, rate = RATE, currency = 'USD') => test.engine.exchangeRates.set(currency, rate, ADMIN);

/** Does all steps that are due. Answers how many. */
async function workOff({ worker }: Box): Promise<number> {
  for (let steps = 0; ; steps += 1) if ((await worker.processNext()) === undefined) return steps;
}

async function updates({ test }: Box): Promise<PriceUpdate[]> {
  return (await test.engine.priceUpdates.page({}, {})).rows;
}

/** The one there is. */
async function only(box: Box): Promise<PriceUpdate> {
  const [update, ...more] = await updates(box);
  if (update === undefined || more.length > 0) throw new Error(`There are ${more.length + 1} price updates`);
  return update;
}

const valuesOf = (box: Box) => Object.values(box.standIn.tariPrices());
const callsOf = (box: Box, operation: string) => box.standIn.calls.filter((call) => call.operation === operation);
const globalRate = ({ standIn }: Box) =>
  Object.fromEntries(standIn.metaobjects.get('tari_price/tari-price-global') ?? []);
const lines = ({ test }: Box, level: string) =>
  test.log.lines.filter((line) => line.level === level).map((line) => line.sentence);

/** Does a step, and dies before it is noted. */
async function takeStepWithoutNote({ test, standIn }: Box): Promise<void> {
  const update = await test.store.run((tx) => tx.use(priceUpdateRepository).leaseNext(test.clock.now()));
  const { prices } = connect(standIn).connector;
  if (update === undefined || prices === undefined) throw new Error('There is nothing to do');
  await takeStep({ store: test.store, prices, log: test.log }, update, new AbortController().signal);
}

/** The shop tells of a product. */
const tellOf = ({ test }: Box, productId: string, webhookId: string | null = null) =>
  test.engine.webhooks.receive(
    aDelivery({ webhookId, topic: 'products/update' }),
    { kind: 'product_updated', productId },
    '{}',
  );

describe('setting a rate', () => {
  it('prices every variant of the shop, and says how far it has come', async () => {
    const box = await openBox({ products: [productOf(30), { id: 2, variants: [{ price: '12.50' }] }] });
    await setRate(box);
    expect(await only(box)).toMatchObject({ state: 'pending', variantsTotal: null, variantsSeen: 0 });

    await box.worker.processNext();
    expect(globalRate(box)).toEqual({ usd: '30000000' });
    await box.worker.processNext();
    expect(await only(box)).toMatchObject({ state: 'running', variantsTotal: 31, variantsSeen: 25, finishedAt: null });

    expect(await workOff(box)).toBe(1);
    expect(await only(box)).toMatchObject({
      target: { kind: 'shop', currency: 'USD', rate: RATE },
      state: 'done',
      variantsTotal: 31,
      variantsSeen: 31,
      variantsChanged: 31,
      variantsLeftOut: 0,
      attempts: 0,
      lastError: null,
      finishedAt: box.test.clock.now(),
    });
    const expected = Array.from({ length: 30 }, (_, index) => String(BigInt(index + 1) * RATE));
    expect(valuesOf(box)).toEqual([...expected, '375000000']);
  });

  it('converts exactly and rounds down to whole µT, as for orders', async () => {
    const prices = ['0.00', '0.1', '0.70', '19.99', '1.00', '123456.78'];
    const box = await openBox({ products: [{ id: 1, variants: prices.map((price) => ({ price })) }] });
    await setRate(box, 33_333_337n);
    await workOff(box);
    expect(valuesOf(box)).toEqual(['0', '3333333', '23333335', '666333406', '33333337', '4115226452674']);
  });

  it('does not lose digits up to the largest number that a metafield holds, and leaves out what is above it', async () => {
    const variants = [{ price: '1.00' }, { price: '1.01' }, { price: '3.00' }, { price: '9999999999.00' }];
    const box = await openBox({ products: [{ id: 1, variants }] });
    await setRate(box, 9_007_199_254_740_991n);
    await workOff(box);
    expect(valuesOf(box)).toEqual(['9007199254740991', null, null, null]);
    expect(await only(box)).toMatchObject({ state: 'done', variantsSeen: 4, variantsChanged: 1, variantsLeftOut: 3 });
    expect((await only(box)).remark).toMatch(/^The variant gid:.* is left out: /);
  });

  it('writes no price that is right already', async () => {
    const variants = [
      { price: '1.00', tariPrice: '30000000' },
      { price: '2.00', tariPrice: '30000000' },
      { price: '3.00', tariPrice: null },
    ];
    const box = await openBox({ products: [{ id: 1, variants }] });
    await setRate(box);
    await workOff(box);
    expect(box.standIn.priceWrites.map((write) => write.value)).toEqual(['60000000', '90000000']);
    expect(await only(box)).toMatchObject({ variantsSeen: 3, variantsChanged: 2 });

    await box.test.engine.priceUpdates.start({ actor: ADMIN }, 'usd');
    await workOff(box);
    expect(box.standIn.priceWrites).toHaveLength(2);
    expect(callsOf(box, 'SetGlobalRate')).toHaveLength(1);
    expect((await updates(box))[0]).toMatchObject({ state: 'done', variantsSeen: 3, variantsChanged: 0 });
  });

  it('does nothing about prices without a shop, and says so', async () => {
    const test = await testEngine({ hotWallet: false });
    await test.engine.exchangeRates.set('USD', RATE, ADMIN);
    expect(test.dump().price_updates).toEqual([]);
    expect(test.log.lines.at(-1)?.sentence).toMatch(/; no shop is configured whose prices could be updated$/);
    await expect(test.engine.priceUpdates.start({ actor: ADMIN }, 'USD')).rejects.toMatchObject({
      code: 'no_shop_for_prices',
    });
  });

  it('is kept together with the work on prices, or not at all', async () => {
    const box = await openBox();
    await expect(setRate(box, 0n)).rejects.toThrow();
    expect(await updates(box)).toEqual([]);
  });

  it('of another currency than the shop’s sets the global rate and no price', async () => {
    const box = await openBox({ products: [productOf(3)], currency: 'EUR' });
    await setRate(box);
    await workOff(box);
    expect(globalRate(box)).toEqual({ usd: '30000000' });
    expect(valuesOf(box)).toEqual([null, null, null]);
    expect(await only(box)).toMatchObject({ state: 'done', variantsSeen: 0 });
    expect((await only(box)).remark).toBe("The shop's own prices are in EUR, so the rate of USD changes none of them.");
  });

  it('goes through a shop without products', async () => {
    const box = await openBox();
    await setRate(box);
    await workOff(box);
    expect(await only(box)).toMatchObject({ state: 'done', variantsTotal: 0, variantsSeen: 0 });
  });

  it('goes through thousands of variants in the memory of a few pages', async () => {
    const products = isOnPostgres() ? 30 : 40;
    const box = await openBox({ cost: { maximumAvailable: 1_000_000 } });
    for (let id = 1; id <= products; id += 1) box.standIn.addProduct(productOf(100, id));
    await setRate(box);
    const heapUsed = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    for (let step = 0; step < 0.4 * products; step += 1) await box.worker.processNext();
    box.standIn.calls.length = 0;
    const before = heapUsed();
    for (let step = 0; step < 2 * products; step += 1) await box.worker.processNext();
    box.standIn.calls.length = 0;
    const grown = heapUsed() - before;
    await workOff(box);
    expect(await only(box)).toMatchObject({
      state: 'done',
      variantsTotal: 100 * products,
      variantsChanged: 100 * products,
    });
    expect(new Set(valuesOf(box)).size).toBe(100);
    // What the stand-in and the log of the test keep of the variants that went by, and nothing of ours.
    expect(grown).toBeLessThan(80 * 1024 * products);
  }, 60_000);
});

describe('the global rate', () => {
  it('gets a definition that themes can read where there is none', async () => {
    const box = await openBox();
    await setRate(box);
    await workOff(box);
    const definition = box.standIn.definitions.get('tari_price');
    expect(definition?.fields).toEqual(new Map([['usd', 'number_integer']]));
    expect(definition?.storefrontAccess).toBe('PUBLIC_READ');
  });

  it('keeps the rates of other currencies, and adds a field for a new one', async () => {
    const box = await openBox();
    for (const [currency, rate] of [
      ['USD', 1n],
      ['EUR', 2n],
      ['usd', 3n],
    ] as const) {
      await setRate(box, rate, currency);
      await workOff(box);
    }
    expect(globalRate(box)).toEqual({ usd: '3', eur: '2' });
    expect(callsOf(box, 'DefineGlobalRate')).toHaveLength(1);
    expect(callsOf(box, 'DefineCurrencyOfGlobalRate')).toHaveLength(1);
  });

  it('that the shop refuses holds up no variant; the work fails with the reason and goes on when told', async () => {
    const box = await openBox({ scopes: ['write_orders', 'write_products'], products: [productOf(30)] });
    await setRate(box);
    await workOff(box);
    const reason =
      'The shop denies our app access to its prices: grant it write_metaobjects and write_metaobject_definitions.';
    const failed = await only(box);
    expect(failed).toMatchObject({ state: 'failed', lastError: reason, variantsSeen: 30, variantsChanged: 30 });
    expect(lines(box, 'error')).toEqual([expect.stringContaining(reason)]);

    box.standIn.options.scopes.push('write_metaobjects', 'write_metaobject_definitions');
    await box.test.engine.priceUpdates.retry({ actor: ADMIN }, failed.id);
    expect(await workOff(box)).toBe(1);
    expect(globalRate(box)).toEqual({ usd: '30000000' });
    expect(await only(box)).toMatchObject({ state: 'done', lastError: null, variantsSeen: 30 });
  });

  it('is refused above the largest number that a metaobject holds', async () => {
    const box = await openBox();
    await setRate(box, 2n ** 53n);
    await workOff(box);
    expect(await only(box)).toMatchObject({
      state: 'failed',
      lastError: 'A metaobject holds no rate above 9007199254740991 µT.',
    });
  });
});

describe('a work that is cut off', () => {
  it('goes on where it was after a restart, and reads no page twice', async () => {
    const standIn = await startShop();
    standIn.addProduct(productOf(100));
    const first = await boxOf(standIn);
    await setRate(first);
    for (let step = 0; step < 3; step += 1) await first.worker.processNext();
    const { database } = first.test;
    await closeEngine(first.test);

    const second = await boxOf(standIn, { database });
    expect(await only(second)).toMatchObject({ state: 'running', variantsSeen: 50, variantsTotal: 100 });
    expect(await workOff(second)).toBe(2);
    expect(await only(second)).toMatchObject({ state: 'done', variantsSeen: 100, variantsChanged: 100 });
    expect(callsOf(second, 'ReadVariants')).toHaveLength(4);
    expect(standIn.priceWrites).toHaveLength(100);
  });

  it('writes nothing twice when it died between the shop’s change and its own note', async () => {
    const standIn = await startShop();
    standIn.addProduct(productOf(30));
    const first = await boxOf(standIn);
    await setRate(first);
    await first.worker.processNext();
    await takeStepWithoutNote(first);
    expect(standIn.priceWrites).toHaveLength(25);
    const { database } = first.test;
    await closeEngine(first.test);

    const second = await boxOf(standIn, { database });
    await workOff(second);
    expect(standIn.priceWrites).toHaveLength(30);
    expect(await only(second)).toMatchObject({ state: 'done', variantsSeen: 30 });
  });

  it('writes nothing twice when the shop’s answer was lost', async () => {
    const box = await openBox({ products: [productOf(30)] });
    await setRate(box);
    box.standIn.failNext(1, 'drop_after_acting', 'SetTariPrices');
    await workOff(box);
    expect(await only(box)).toMatchObject({ state: 'pending', attempts: 1, variantsSeen: 0 });
    box.test.clock.advance(SECOND);
    await workOff(box);
    expect(box.standIn.priceWrites).toHaveLength(30);
    expect(await only(box)).toMatchObject({ state: 'done', attempts: 0, variantsSeen: 30 });
  });

  it('is not blamed on the shop when the server ends', async () => {
    const box = await openBox({ products: [productOf(3)] });
    await setRate(box);
    await box.worker.processNext();
    const before = await only(box);
    box.standIn.failNext(1, 'hang', 'ReadVariants');
    box.worker.start();
    await eventually(() => expect(callsOf(box, 'ReadVariants')).toHaveLength(1));
    await box.worker.stop();
    expect(await only(box)).toMatchObject({
      state: 'running',
      attempts: 0,
      lastError: null,
      revision: before.revision,
    });
  });
});

describe('a newer rate', () => {
  it('ends the work at the older one, and comes back to the variants that had that one already', async () => {
    const box = await openBox({ products: [productOf(100)] });
    await setRate(box);
    for (let step = 0; step < 3; step += 1) await box.worker.processNext();
    await setRate(box, 1n);
    const [newer, older] = await updates(box);
    expect(older).toMatchObject({ state: 'superseded', variantsSeen: 50 });
    expect(newer).toMatchObject({ state: 'pending', position: older?.position, startPosition: older?.position });
    await workOff(box);
    expect(valuesOf(box)).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));
    expect((await updates(box))[0]).toMatchObject({ state: 'done', variantsSeen: 100, variantsChanged: 100 });
    expect((await updates(box))[1]).toMatchObject({ state: 'superseded', variantsSeen: 50 });
    expect(globalRate(box)).toEqual({ usd: '1' });
  });

  it('that comes while a page is being written has the last word on it', async () => {
    const box = await openBox({ products: [productOf(10)] });
    await setRate(box);
    await box.worker.processNext();
    let newer: Promise<unknown> | undefined;
    box.standIn.beforeNext('SetTariPrices', () => {
      newer = setRate(box, 1n);
    });
    await box.worker.processNext();
    await newer;
    expect((await updates(box))[1]).toMatchObject({ state: 'superseded', variantsSeen: 0 });
    await workOff(box);
    expect(valuesOf(box)).toEqual(Array.from({ length: 10 }, (_, index) => String(index + 1)));
  });

  it('lets every variant have its turn, however often one is set', async () => {
    const box = await openBox({ products: [productOf(100)] });
    for (let rate = 1n; rate <= 6n; rate += 1n) {
      await setRate(box, rate);
      await box.worker.processNext();
      await box.worker.processNext();
    }
    expect(valuesOf(box)).not.toContain(null);
  });

  it('takes the place of one that failed, and leaves those of other currencies', async () => {
    const box = await openBox({ scopes: [], products: [productOf(1)] });
    await setRate(box, 5n, 'EUR');
    await setRate(box);
    await workOff(box);
    expect((await updates(box)).map((update) => update.state)).toEqual(['failed', 'failed']);
    await setRate(box, 7n);
    expect((await updates(box)).map((update) => update.state)).toEqual(['pending', 'superseded', 'failed']);
  });
});

describe('a shop in trouble', () => {
  it('is asked again after growing pauses, and the work goes on from where it was', async () => {
    const box = await openBox({ products: [productOf(30)] });
    await setRate(box);
    await box.worker.processNext();
    await box.worker.processNext();
    box.standIn.down = true;
    const pauses: number[] = [];
    for (let failure = 0; failure < 12; failure += 1) {
      expect(await workOff(box)).toBe(1);
      const { nextAttemptAt, state, attempts, lastError } = await only(box);
      expect({ state, attempts }).toEqual({ state: 'pending', attempts: failure + 1 });
      expect(lastError).not.toBeNull();
      pauses.push(nextAttemptAt.getTime() - box.test.clock.now().getTime());
      box.test.clock.advance(pauses.at(-1) ?? 0);
    }
    expect(pauses.map((pause) => pause / SECOND)).toEqual([0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    box.standIn.down = false;
    await workOff(box);
    expect(await only(box)).toMatchObject({ state: 'done', variantsSeen: 30, attempts: 0, lastError: null });
  });

  it('is given up after as many failures in a row as the outbox makes', async () => {
    const box = await openBox({ products: [productOf(1)] });
    await setRate(box);
    box.standIn.down = true;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      expect(await workOff(box)).toBe(1);
      box.test.clock.advance(10 * MINUTE);
    }
    expect(await workOff(box)).toBe(0);
    expect(await only(box)).toMatchObject({ state: 'failed', attempts: MAX_ATTEMPTS });
    expect(lines(box, 'error')).toEqual([expect.stringMatching(/failed: .* Manual intervention required\.$/)]);
  });

  it('that throttles gets its time', async () => {
    const cost = { maximumAvailable: 80, restoreRate: 2000, currentlyAvailable: 10 };
    const box = await openBox({ products: [productOf(60)], cost });
    await setRate(box);
    await eventually(async () => {
      await workOff(box);
      box.test.clock.advance(MINUTE);
      expect(await only(box)).toMatchObject({ state: 'done' });
    });
    expect(box.standIn.priceWrites).toHaveLength(60);
  });

  it('that denies our app its products is not asked 150 times', async () => {
    const box = await openBox({ scopes: ['write_orders'], products: [productOf(1)] });
    await setRate(box);
    await workOff(box);
    expect(await only(box)).toMatchObject({
      state: 'failed',
      attempts: 1,
      lastError: 'The shop denies our app access to its prices: grant it write_products.',
    });
  });

  it('whose definition of the metafield has another type says so', async () => {
    const box = await openBox({ products: [productOf(1)] });
    box.standIn.metafieldDefinitions.set('custom.tari_price', 'number_decimal');
    await setRate(box);
    await workOff(box);
    expect(await only(box)).toMatchObject({ state: 'failed' });
    expect((await only(box)).lastError).toMatch(
      /^The shop refuses the Tari prices of its variants: Type .*INVALID_TYPE/,
    );
  });

  it('that has lost a variant meanwhile gets the prices of all others', async () => {
    const box = await openBox();
    const variants = box.standIn.addProduct(productOf(20));
    await setRate(box);
    await box.worker.processNext();
    box.standIn.beforeNext('SetTariPrices', () => {
      for (const index of [0, 7, 19]) box.standIn.removeVariant(variants[index]?.id ?? '');
    });
    await workOff(box);
    expect(valuesOf(box)).not.toContain(null);
    expect(await only(box)).toMatchObject({ state: 'done', variantsChanged: 17, variantsLeftOut: 3 });
    expect((await only(box)).remark).toMatch(/ is left out: Owner does not exist\.$/);
  });

  it('says all in a sentence, whereas a bug of ours is logged with its stack', async () => {
    const box = await openBox({ products: [productOf(1)] });
    await setRate(box);
    box.standIn.failNext(1, 'graphql_INTERNAL_SERVER_ERROR');
    await workOff(box);
    const { test } = box;
    expect(test.log.lines.find((line) => line.level === 'warn')?.fields.err).toBeUndefined();

    const bug = new Error('A bug\0.');
    const failing = () => Promise.reject(bug);
    const prices = { variants: failing, variantsOfProduct: failing, setTariPrices: failing, setGlobalRate: failing };
    const { store, clock, log } = test;
    clock.advance(SECOND);
    await new PriceUpdateWorker({ store, prices, clock, random: () => 0, log }).processNext();
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', fields: { err: bug, attempts: 2 } });
    expect(await only(box)).toMatchObject({ state: 'pending', attempts: 2, lastError: 'A bug\ufffd.' });
  });
});

describe('a product that the shop tells of', () => {
  it('gets the right prices, and no trace is left of it once they are', async () => {
    const box = await openBox({ products: [productOf(60), productOf(2, 2)] });
    await setRate(box);
    await workOff(box);
    for (const variant of box.standIn.products.get('1') ?? []) variant.price = '5.00';
    expect(await tellOf(box, '1')).toMatchObject({
      state: 'accepted',
      success: true,
      message: 'The Tari prices of the product 1 will be looked at.',
    });
    expect(await workOff(box)).toBe(3);
    expect(new Set(valuesOf(box).slice(0, 60))).toEqual(new Set(['150000000']));
    const [product] = await updates(box);
    expect(product).toMatchObject({ target: { kind: 'product', productId: '1' }, state: 'done', variantsChanged: 59 });

    await tellOf(box, '1');
    box.test.clock.advance(MINUTE);
    await workOff(box);
    expect(await only(box)).toMatchObject({ target: { kind: 'shop' } });
  });

  it('is looked at once for many webhooks', async () => {
    const box = await openBox({ products: [productOf(1)] });
    await setRate(box);
    await workOff(box);
    for (let time = 0; time < 20; time += 1) await tellOf(box, '1');
    expect(await workOff(box)).toBe(1);
    expect(callsOf(box, 'ReadVariantsOfProduct')).toHaveLength(1);
  });

  it('is told of twice by a repeated delivery, and heard once', async () => {
    const box = await openBox({ products: [productOf(1)] });
    await tellOf(box, '1', 'w1');
    await workOff(box);
    await tellOf(box, '1', 'w1');
    expect(await workOff(box)).toBe(0);
  });

  it('is looked at again where it changed while it was looked at', async () => {
    const box = await openBox({ products: [productOf(1)] });
    await setRate(box);
    await workOff(box);
    const [variant] = box.standIn.products.get('1') ?? [];
    let told: Promise<unknown> | undefined;
    await tellOf(box, '1');
    box.standIn.beforeNext('ReadVariantsOfProduct', () => {
      told = tellOf(box, '1');
    });
    await box.worker.processNext();
    await told;
    if (variant) variant.price = '7.00';
    expect(await workOff(box)).toBe(1);
    expect(valuesOf(box)).toEqual(['210000000']);
  });

  it('does not go round for ever though our own writing makes the shop tell of it', async () => {
    const box = await openBox({ products: [productOf(30), productOf(30, 2)] });
    const told: Promise<unknown>[] = [];
    box.standIn.onProductUpdate((productId) => void told.push(tellOf(box, productId)));
    const settle = async () => {
      let steps = 0;
      for (let minute = 0; minute < 10; minute += 1) {
        steps += await workOff(box);
        await Promise.all(told);
        steps += await workOff(box);
        box.test.clock.advance(MINUTE);
      }
      return steps;
    };
    await setRate(box);
    const steps = await settle();
    expect(steps).toBeLessThan(20);
    expect(box.standIn.priceWrites).toHaveLength(60);
    const calls = box.standIn.calls.length;
    expect(await settle()).toBe(0);
    expect(box.standIn.calls).toHaveLength(calls);
    expect(await only(box)).toMatchObject({ target: { kind: 'shop' }, state: 'done' });
  });

  it('that another program prices as well is written to once a minute at most', async () => {
    const box = await openBox({ products: [productOf(1)] });
    await setRate(box);
    await workOff(box);
    const [variant] = box.standIn.products.get('1') ?? [];
    const writes = box.standIn.priceWrites.length;
    for (let second = 0; second < 300; second += 1) {
      variant?.metafields.set('custom.tari_price', { type: 'number_integer', value: '1' });
      await tellOf(box, '1');
      await workOff(box);
      box.test.clock.advance(SECOND);
    }
    expect(box.standIn.priceWrites.length - writes).toBe(5);
  });

  it.each([
    ['is gone', '99', 'USD'],
    ['is priced in a currency without a rate', '1', 'EUR'],
  ])('and that %s is put by', async (_what, productId, currency) => {
    const box = await openBox({ products: [productOf(1)], currency });
    await tellOf(box, productId);
    expect(await workOff(box)).toBe(1);
    expect(await updates(box)).toEqual([]);
    expect(box.standIn.priceWrites).toEqual([]);
  });

  it('does not wait for all others', async () => {
    const box = await openBox({ products: [productOf(200), { id: 2, variants: [{ price: '1.00' }] }] });
    await setRate(box);
    await box.worker.processNext();
    await tellOf(box, '2');
    box.test.clock.advance(1);
    await box.worker.processNext();
    await box.worker.processNext();
    expect(valuesOf(box).at(-1)).toBe('30000000');
    expect((await updates(box)).map((update) => update.state)).toEqual(['done', 'running']);
  });

  it('makes a failing shop be asked no sooner', async () => {
    const box = await openBox({ products: [productOf(1)] });
    box.standIn.down = true;
    await tellOf(box, '1');
    for (let failure = 0; failure < 5; failure += 1) {
      await workOff(box);
      box.test.clock.advance(MINUTE);
    }
    await workOff(box);
    const { nextAttemptAt, attempts } = await only(box);
    await tellOf(box, '1');
    expect(await only(box)).toMatchObject({ nextAttemptAt, attempts });
  });

  it('is passed over without a shop', async () => {
    const test = await testEngine({ hotWallet: false });
    const content = { kind: 'product_updated', productId: '1' } as const;
    expect(await test.engine.webhooks.receive(aDelivery(), content, '{}')).toMatchObject({
      state: 'ignored',
      success: true,
      message: 'No shop is configured whose prices could be set.',
    });
    expect(test.dump().price_updates).toEqual([]);
  });

  it('is forgotten a day after it could not be priced', async () => {
    const box = await openBox({ scopes: [], products: [productOf(1)] });
    await tellOf(box, '1');
    await workOff(box);
    expect(await only(box)).toMatchObject({ state: 'failed' });
    box.test.clock.advance(DAY - HOUR);
    expect(await box.test.engine.priceUpdates.forgetOld()).toBe(0);
    box.test.clock.advance(HOUR);
    expect(await box.test.engine.priceUpdates.forgetOld()).toBe(1);
    expect(await updates(box)).toEqual([]);
  });
});

describe('what operators do', () => {
  it('retries a work at once, from where it stopped, with a line in the audit log', async () => {
    const box = await openBox({ products: [productOf(60)] });
    await setRate(box);
    for (let step = 0; step < 2; step += 1) await box.worker.processNext();
    box.standIn.options.scopes.splice(0);
    await workOff(box);
    const failed = await only(box);
    expect(failed).toMatchObject({ state: 'failed', variantsSeen: 25 });
    box.standIn.options.scopes.push('write_products');
    const view = await box.test.engine.priceUpdates.retry({ actor: ADMIN }, failed.id);
    expect(view).toMatchObject({ state: 'pending', attempts: 0, last_error: null, variants_seen: 25 });
    await workOff(box);
    expect(await only(box)).toMatchObject({ state: 'done', variantsSeen: 60 });
    const [line] = await box.test.engine.auditLog({ action: 'retry price update' }, 0n, 10);
    expect(line).toMatchObject({ actor: ADMIN, subject: `price update ${failed.id}` });
  });

  it('cannot retry what is done, superseded or not there', async () => {
    const box = await openBox();
    await setRate(box);
    await setRate(box);
    await workOff(box);
    const retry = (id: bigint) => box.test.engine.priceUpdates.retry({ actor: ADMIN }, id);
    await expect(retry(1n)).rejects.toMatchObject({ code: 'price_update_finished' });
    await expect(retry(2n)).rejects.toMatchObject({
      code: 'price_update_finished',
      message: 'Price update 2 is done, so there is nothing to try again.',
    });
    await expect(retry(3n)).rejects.toMatchObject({ code: 'price_update_not_found' });
  });

  it.each([
    ['EUR', 'exchange_rate_not_found'],
    ['xtm', 'exchange_rate_fixed'],
  ])('cannot start one for %s', async (currency, code) => {
    const box = await openBox();
    await expect(box.test.engine.priceUpdates.start({ actor: ADMIN }, currency)).rejects.toMatchObject({ code });
    expect(await updates(box)).toEqual([]);
  });

  it('reads the rates that a currency has had, newest first', async () => {
    const { test } = await openBox();
    for (const rate of [1n, 2n, 3n]) await test.engine.exchangeRates.set('USD', rate, ADMIN);
    await test.engine.exchangeRates.set('EUR', 9n, 'other');
    const first = await test.engine.exchangeRates.history('usd', { limit: 2 });
    expect(first.rows.map(({ rate, actor }) => [rate, actor])).toEqual([
      [3n, ADMIN],
      [2n, ADMIN],
    ]);
    const second = await test.engine.exchangeRates.history('usd', { limit: 2, after: first.next });
    expect(second.rows.map(({ rate }) => rate)).toEqual([1n]);
    expect(second.next).toBeUndefined();
  });
});

describe('the running worker', () => {
  it('does what is there at its start, and wakes for what comes later', async () => {
    const box = await openBox({ products: [productOf(30)] });
    await setRate(box);
    box.worker.start();
    await eventually(async () => expect(await only(box)).toMatchObject({ state: 'done' }));
    const [variant] = box.standIn.products.get('1') ?? [];
    if (variant) variant.price = '9.00';
    await tellOf(box, '1');
    box.worker.wake();
    await eventually(() => expect(valuesOf(box)[0]).toBe('270000000'));
    await box.worker.stop();
  });

  it('gives a shop in trouble a rest, however many products wait to be looked at', async () => {
    const box = await openBox();
    box.standIn.failNext(1000, 'http_500');
    for (let id = 1; id <= 100; id += 1) await tellOf(box, String(id));
    box.worker.start();
    await eventually(() => expect(box.standIn.calls.length).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(box.standIn.calls).toHaveLength(1);
    await box.worker.stop();
  });
});
