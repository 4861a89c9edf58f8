import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '#platform/json.ts';
import type { PriceField } from '#shops/shopify/order-price.ts';
import { parseOrderWebhook, WebhookContentError } from '#shops/shopify/webhooks/order.ts';

/** What is due for an order now, whatever of it the shop says and leaves out. */

type Body = Record<string, unknown>;
const CASES = JSON.parse(readFileSync(new URL('../../vectors/cases/edited-order.json', import.meta.url), 'utf8'));
const EDITED: Body = { ...CASES['orders/updated'], id: 1 };
const FIELDS = ['total', 'subtotal', 'line_items'] as const;

const read = (body: Body, priceField: PriceField = 'total') => {
  const order = parseOrderWebhook(parseJson(stringifyJson(body)), { priceField });
  return [Number(order.price), order.currency, order.isPaidInShop];
};
const refusal = (body: Body, priceField: PriceField = 'total'): string => {
  try {
    return `read: ${read(body, priceField)}`;
  } catch (error) {
    if (error instanceof WebhookContentError) return error.message;
    throw error;
  }
};
/** Without any of the fields whose names begin so. */
const without = (body: Body, ...beginnings: string[]) =>
  Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, beginnings.some((begin) => key.startsWith(begin)) ? null : value]),
  );

describe('the price of an edited order', () => {
  it.each(FIELDS)('is what is due now: %s', (field) => {
    expect(read(EDITED, field)).toEqual([9.9, 'USD', false]);
  });

  it.each(FIELDS)('is told by what is outstanding where nothing says what is due now: %s', (field) => {
    const line_items = [
      { price: '9.90', quantity: 1 },
      { price: '15.90', quantity: 1 },
    ];
    expect(read({ ...without(EDITED, 'current_'), line_items }, field)).toEqual([9.9, 'USD', false]);
  });

  it.each(FIELDS)('is the older field where that is all there is: %s', (field) => {
    const body = { ...without(EDITED, 'current_', 'total_outstanding'), line_items: [{ price: '12.90', quantity: 2 }] };
    expect(read(body, field)).toEqual([25.8, 'USD', false]);
  });

  it.each(['total', 'subtotal'] as const)('is read from its set where the field alone is missing: %s', (field) => {
    const shop_money = { amount: '9.90', currency_code: 'USD' };
    const body = {
      ...without(EDITED, 'current_'),
      [`current_${field}_price_set`]: { shop_money },
      total_outstanding: null,
    };
    expect(read(body, field)).toEqual([9.9, 'USD', false]);
  });

  it('is not the older one where what is due now cannot be read', () => {
    for (const odd of ['free', 9.9, '-1', '', {}]) {
      expect(refusal({ ...EDITED, current_total_price: odd })).toMatch(/^The order's current_total_price has to be/);
    }
    expect(
      refusal({ ...EDITED, line_items: [{ price: '1', quantity: 1, current_quantity: -1 }] }, 'line_items'),
    ).toMatch(/current_quantity has to be/);
  });

  it('counts no line that was removed, and every one that was added', () => {
    const items = (...lines: [string, number | null, number][]) => ({
      ...EDITED,
      total_outstanding: null,
      line_items: lines.map(([price, current_quantity, quantity]) => ({ price, current_quantity, quantity })),
    });
    expect(read(items(['5', 0, 3], ['7', 2, 1], ['1', null, 4]), 'line_items')[0]).toBe(18);
    expect(read(items(['5', 0, 3]), 'line_items')[0]).toBe(0);
  });

  it('is in the buyer’s currency, as it is due there', () => {
    const set = (shop: string, buyer: string) => ({
      shop_money: { amount: shop, currency_code: 'USD' },
      presentment_money: { amount: buyer, currency_code: 'EUR' },
    });
    const body = {
      ...EDITED,
      presentment_currency: 'EUR',
      total_price_set: set('25.80', '23.00'),
      current_total_price_set: set('9.90', '8.80'),
      current_subtotal_price_set: set('9.90', '8.80'),
      line_items: [
        { price: '9.90', price_set: set('9.90', '8.80'), quantity: 1, current_quantity: 1 },
        { price: '15.90', price_set: set('15.90', '14.20'), quantity: 1, current_quantity: 0 },
      ],
    };
    for (const field of FIELDS) expect(read(body, field)).toEqual([8.8, 'EUR', false]);
    // Never what it was, in whichever currency.
    expect(read({ ...body, current_total_price_set: null })).toEqual([9.9, 'USD', false]);
    // What others have taken is told in the shop's currency alone.
    expect(read({ ...body, total_outstanding: '4.90' })).toEqual([4.9, 'USD', false]);
  });

  it('is not what tax, shipping and discounts make of it, where the price field leaves them out', () => {
    const body = {
      ...EDITED,
      current_total_price: '112.00',
      current_subtotal_price: '95.00',
      current_total_discounts: '5.00',
      total_discounts: '50.00',
      total_outstanding: '112.00',
      line_items: [{ price: '50.00', quantity: 2, current_quantity: 2 }],
    };
    expect(FIELDS.map((field) => read(body, field)[0])).toEqual([112, 95, 100]);
    // A gift card has 20: 92 are left, and what was discounted of the items counts as lacking.
    const rest = { ...body, total_outstanding: '92.00' };
    expect(FIELDS.map((field) => read(rest, field)[0])).toEqual([92, 92, 97]);
  });
});

describe('what others have paid or hold', () => {
  const ordered = { ...CASES['orders/create'], id: 1 };

  it.each(['partially_paid', 'authorized', 'pending', null])('is not charged again (%s)', (financial_status) => {
    for (const field of FIELDS) {
      expect(read({ ...ordered, financial_status, total_outstanding: '10.80' }, field)).toEqual([10.8, 'USD', false]);
    }
  });

  it.each(['0.00', '0', '-3.00'])('leaves nothing where %s is outstanding', (total_outstanding) => {
    for (const field of FIELDS) expect(read({ ...ordered, total_outstanding }, field)).toEqual([0, 'USD', true]);
  });

  it.each(['paid', 'partially_refunded', 'refunded'])('is all where the order is %s', (financial_status) => {
    expect(read({ ...ordered, financial_status })[2]).toBe(true);
  });

  it('is all where a card is authorized and nothing says for how much', () => {
    for (const total_outstanding of ['25.80', null]) {
      expect(read({ ...ordered, financial_status: 'authorized', total_outstanding })[2]).toBe(true);
    }
  });

  it('is for a person where a part is paid and nothing says how much', () => {
    for (const total_outstanding of ['25.80', null]) {
      expect(refusal({ ...ordered, financial_status: 'partially_paid', total_outstanding })).toMatch(
        /^A part of it is paid in the shop by other means, and the order's total_outstanding does not say what is left\.$/,
      );
    }
  });

  it('is none where the order costs nothing', () => {
    const free = { ...ordered, current_total_price: '0.00', total_outstanding: '0.00' };
    expect(read(free)).toEqual([0, 'USD', false]);
  });

  it('never raises a price, nor lowers it below nothing', () => {
    const cents = fc.integer({ min: 0, max: 100_000 });
    const text = (value: number) => (value / 100).toFixed(2);
    fc.assert(
      fc.property(
        cents,
        cents,
        fc.integer({ min: -1000, max: 200_000 }),
        fc.constantFrom(...FIELDS),
        (total, part, left, field) => {
          const body = {
            ...ordered,
            current_total_price: text(total),
            current_subtotal_price: text(Math.min(part, total)),
            line_items: [{ price: text(part), current_quantity: 1, quantity: 9 }],
            total_outstanding: text(left),
          };
          const whole = { total, subtotal: Math.min(part, total), line_items: part }[field] / 100;
          const [price, , isTaken] = read(body, field) as [number, string, boolean];
          expect(price).toBeGreaterThanOrEqual(0);
          expect(price).toBeLessThanOrEqual(whole);
          if (left >= total) expect(price).toBe(whole);
          else expect(price).toBe(Math.max(0, Math.min(whole, left / 100)));
          if (isTaken) expect(left).toBeLessThanOrEqual(0);
        },
      ),
    );
  });
});
