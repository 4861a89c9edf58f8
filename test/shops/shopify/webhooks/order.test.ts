import fc from 'fast-check';
import { parse, parseNumberAndBigInt } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { webhookHeaders } from '#shops/shopify/webhooks/headers.ts';
import {
  isTopic,
  type OrderWebhookOptions,
  parseOrderWebhook,
  TOPICS,
  WebhookContentError,
} from '#shops/shopify/webhooks/order.ts';
import { makeOrder, type NewOrder } from '#test/fake-shopify/orders.ts';
import { webhookBody } from '#test/fake-shopify/webhooks.ts';

const OPTIONS: OrderWebhookOptions = { priceField: 'total' };

/** Reads as the server does: integers past 2^53 as bigint, all other numbers as number. */
function readLossless(text: string): Record<string, unknown> {
  return parse(text, undefined, (digits) => {
    const value = parseNumberAndBigInt(digits);
    return typeof value === 'bigint' && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }) as Record<string, unknown>;
}

function body(changes: Record<string, unknown> = {}, order: Partial<NewOrder> = {}): Record<string, unknown> {
  const made = makeOrder({
    id: '820982911946154508',
    name: '#9999',
    currency: 'USD',
    price: '404.95',
    createdAt: new Date('2026-11-20T12:00:00Z'),
    ...order,
  });
  return { ...readLossless(webhookBody(made)), ...changes };
}

function refusal(content: unknown, options = OPTIONS): string {
  try {
    parseOrderWebhook(content, options);
  } catch (error) {
    if (error instanceof WebhookContentError) return error.message;
    throw error;
  }
  throw new Error('The body was accepted.');
}

describe('parseOrderWebhook', () => {
  it("reads Shopify's sample, ids past 2^53 and all", () => {
    expect(parseOrderWebhook(body(), OPTIONS)).toEqual({
      orderId: '820982911946154508',
      altId: '#9999',
      customerId: '115310627314723954',
      memo: null,
      claimTexts: [],
      price: '404.95',
      currency: 'USD',
      outstanding: '404.95',
      createdAt: new Date('2026-11-20T12:00:00Z'),
      updatedAt: new Date('2026-11-20T12:00:00Z'),
      confirmationNumber: '75A45EE78',
      customerLocale: null,
      isPaidInShop: false,
      isCancelledInShop: false,
    });
  });

  it.each([
    ['a small number', 450789469, '450789469'],
    ['text', '8997470732594', '8997470732594'],
    ['a bigint', 12345678901234567890n, '12345678901234567890'],
  ])('takes an id that is %s', (_kind, id, expected) => {
    expect(parseOrderWebhook(body({ id }), OPTIONS).orderId).toBe(expected);
  });

  it.each([
    ['customer: null', { customer: null }],
    ['no customer', { customer: undefined }],
  ])("gives a guest's order a customer of its own (%s)", (_kind, change) => {
    expect(parseOrderWebhook(body(change), OPTIONS).customerId).toBe('guest:820982911946154508');
  });

  it('has no other name where the shop sent none', () => {
    expect(parseOrderWebhook(body({ name: null }), OPTIONS).altId).toBeNull();
  });

  describe('claims', () => {
    const claim = { address: 'a8d5', order_id: 820982911946154508n, signature: 'ab' };

    it('come from the note first, then from the attribute claim, then from the others', () => {
      const note_attributes = [
        { name: 'gift', value: 'yes' },
        { name: 'Claim', value: 'the claim' },
        { value: 'more' },
      ];
      const order = parseOrderWebhook(body({ note: 'the note', note_attributes }), OPTIONS);
      expect(order.memo).toBe('the note');
      expect(order.claimTexts).toEqual(['the note', 'the claim', 'yes', 'more']);
    });

    it('may be objects, whose ids keep all their digits', () => {
      const order = parseOrderWebhook(body({ note_attributes: [{ name: 'claim', value: claim }] }), OPTIONS);
      expect(order.claimTexts).toEqual(['{"address":"a8d5","order_id":820982911946154508,"signature":"ab"}']);
    });

    it('pass over attributes of an odd form', () => {
      let deep: unknown = 1;
      for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
      const note_attributes = [
        null,
        5,
        'text',
        {},
        { name: 1, value: 2 },
        { value: deep },
        { value: 'x'.repeat(70_000) },
      ];
      expect(parseOrderWebhook(body({ note_attributes }), OPTIONS).claimTexts).toEqual([]);
    });
  });

  it('keeps a note of 64 KiB whole', () => {
    const note = 'é'.repeat(32 * 1024);
    expect(parseOrderWebhook(body({ note }), OPTIONS).memo).toBe(note);
    expect(refusal(body({ note: `${note}é` }))).toMatch(/note has to be text of at most 65536 bytes/);
  });

  describe('the price', () => {
    const lineItems = [
      { title: 'Sunglasses', price: '89.99', quantity: 3 },
      { title: 'Case', price: '0.10', quantity: 3 },
    ];

    it('is the field that is configured', () => {
      const content = body({}, { lineItems, subtotal: '394.95' });
      const read = (priceField: OrderWebhookOptions['priceField']) =>
        parseOrderWebhook(content, { ...OPTIONS, priceField }).price;
      expect(read('total')).toBe('404.95');
      expect(read('subtotal')).toBe('394.95');
      expect(read('line_items')).toBe('270.27');
    });

    it('is what the buyer saw, in the currency that the buyer saw', () => {
      const content = body({}, { currency: 'CAD', price: '17.01', presentment: { currency: 'USD', price: '12.50' } });
      for (const priceField of ['total', 'subtotal', 'line_items'] as const) {
        const { price, currency } = parseOrderWebhook(content, { ...OPTIONS, priceField });
        expect([Number(price), currency]).toEqual([12.5, 'USD']);
      }
    });

    it("is the shop's where the body has no presentment price", () => {
      const content = body({ presentment_currency: 'EUR', current_total_price_set: null });
      expect(parseOrderWebhook(content, OPTIONS)).toMatchObject({ price: '404.95', currency: 'USD' });
      const items = [{ price: '5.00', quantity: 2 }];
      const order = parseOrderWebhook(body({ presentment_currency: 'EUR', line_items: items }), {
        ...OPTIONS,
        priceField: 'line_items',
      });
      expect(order).toMatchObject({ price: '10', currency: 'USD' });
    });

    it('adds line items exactly', () => {
      const money = fc.tuple(fc.bigInt(0n, 10n ** 18n), fc.integer({ min: 0, max: 1_000_000_000 }));
      fc.assert(
        fc.property(fc.array(money, { minLength: 1, maxLength: 20 }), (items) => {
          const line_items = items.map(([cents, quantity]) => {
            const digits = String(cents).padStart(3, '0');
            return { price: `${digits.slice(0, -2)}.${digits.slice(-2)}`, quantity };
          });
          const { price } = parseOrderWebhook(body({ line_items, total_outstanding: null }), {
            ...OPTIONS,
            priceField: 'line_items',
          });
          const [whole = '', fraction = ''] = price.split('.');
          const total = items.reduce((sum, [cents, quantity]) => sum + cents * BigInt(quantity), 0n);
          expect(BigInt(whole + fraction.padEnd(2, '0'))).toBe(total);
        }),
        { numRuns: 50 },
      );
    });
  });

  it.each(['', null])(
    'is of the time of its making, in the shop’s currency, where neither is said otherwise (%j)',
    (nothing) => {
      const order = parseOrderWebhook(body({ updated_at: nothing, presentment_currency: nothing }), OPTIONS);
      expect(order).toMatchObject({ price: '404.95', currency: 'USD', updatedAt: order.createdAt });
    },
  );

  it.each([
    ['id', undefined, 'is missing'],
    ['id', null, 'is missing'],
    ['id', 0, 'has to be a positive whole number or text of 1 to 255 characters'],
    ['id', 1.5, 'has to be a positive whole number or text of 1 to 255 characters'],
    // Rounded by a reader that loses digits: it would name another order.
    ['id', Number('820982911946154508'), 'has to be a positive whole number or text of 1 to 255 characters'],
    ['id', '', 'has to be text of 1 to 255 characters'],
    ['id', 'x'.repeat(256), 'has to be text of 1 to 255 characters'],
    ['id', -5n, 'has to be a positive whole number or text of 1 to 255 characters'],
    ['id', {}, 'has to be a positive whole number or text of 1 to 255 characters'],
    ['name', 5, 'has to be text of 1 to 255 characters'],
    ['name', 'nul\0', 'has to be text of 1 to 255 characters'],
    ['note', {}, 'has to be text of at most 65536 bytes without NUL'],
    ['note', 'nul\0', 'has to be text of at most 65536 bytes without NUL'],
    ['note_attributes', 'text', 'has to be a list of at most 1000 attributes'],
    ['note_attributes', Array(1001).fill({}), 'has to be a list of at most 1000 attributes'],
    ['customer', 'Jon', 'has to be an object'],
    ['customer', {}, '.id is missing'],
    ['total_price', undefined, 'is missing'],
    ['total_price', 'free', 'has to be a decimal number as text, not below zero'],
    ['total_price', '-1.00', 'has to be a decimal number as text, not below zero'],
    ['total_price', '1e3', 'has to be a decimal number as text, not below zero'],
    ['total_price', '1,5', 'has to be a decimal number as text, not below zero'],
    ['total_price', 12.5, 'has to be a decimal number as text, not below zero'],
    ['currency', undefined, 'is missing'],
    ['currency', 'U S', 'has to be a currency code of 1 to 16 letters and digits'],
    ['presentment_currency', 'U S', 'has to be a currency code of 1 to 16 letters and digits'],
    ['created_at', undefined, 'is missing'],
    ['created_at', '2026-11-20T12:00:00', 'has to be an RFC 3339 time with its offset'],
    ['updated_at', undefined, 'is missing'],
    ['updated_at', 'yesterday', 'has to be an RFC 3339 time with its offset'],
    ['updated_at', '2026-02-30T12:00:00Z', 'has to be an RFC 3339 time with its offset'],
  ])('says of %s what is wrong (case %#)', (field, value, complaint) => {
    // Where the shop says what is due now, its older fields are not looked at.
    const older = field === 'total_price' && { current_total_price: null, current_total_price_set: null };
    const alone = { ...older, total_price_set: null };
    const separator = complaint.startsWith('.') ? '' : ' ';
    expect(refusal(body({ ...alone, [field]: value }))).toBe(`The order's ${field}${separator}${complaint}.`);
  });

  it.each([
    [undefined, 'line_items is missing'],
    [[], 'line_items has to be a list of 1 to 5000 line items'],
    [[null], 'line_items.0 is missing'],
    [[{ price: '1.00' }], 'line_items.0.quantity is missing'],
    [[{ price: '1.00', quantity: 1.5 }], 'line_items.0.quantity has to be a whole number from 0 to 1000000000'],
    [[{ quantity: 1 }], 'line_items.0.price is missing'],
  ])('says of line items what is wrong (case %#)', (line_items, complaint) => {
    expect(refusal(body({ line_items }), { ...OPTIONS, priceField: 'line_items' })).toBe(`The order's ${complaint}.`);
  });

  it.each([null, undefined, 'text', 5, true, [], [{}]])('refuses %j as a body', (content) => {
    expect(refusal(content)).toBe("The webhook's body is not a JSON object.");
  });

  it('never fails otherwise than with a WebhookContentError, whatever the body', () => {
    const fields = Object.keys(body());
    const odd = fc.oneof(fc.jsonValue(), fc.bigInt(), fc.constant(undefined));
    const damaged = fc.dictionary(fc.constantFrom(...fields), odd, { maxKeys: 5 }).map((changes) => body(changes));
    const options = fc.record({
      priceField: fc.constantFrom('total' as const, 'subtotal' as const, 'line_items' as const),
      paymentMethods: fc.constantFrom(undefined, ['Tari']),
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), damaged), options, (content, chosen) => {
        try {
          const order = parseOrderWebhook(content, chosen);
          expect(order.orderId.length).toBeGreaterThan(0);
          expect(order.price).toMatch(/^\d+(\.\d+)?$/);
        } catch (error) {
          expect(error).toBeInstanceOf(WebhookContentError);
          expect((error as Error).message).toMatch(/^The .*\.$/s);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('webhookHeaders', () => {
  it('reads what Shopify sends', () => {
    const headers = webhookHeaders({
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
      'x-shopify-triggered-at': '2026-11-20T12:00:00.123456789Z',
      'x-shopify-api-version': '2026-10',
      'x-shopify-shop-domain': 'Stand-In.myshopify.com',
    });
    expect(headers).toEqual({
      topic: 'orders/create',
      webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      eventId: '98880550-7158-44d4-b7cd-2c97c8a091b5',
      triggeredAt: '2026-11-20T12:00:00.123456789Z',
      apiVersion: '2026-10',
      shopDomain: 'stand-in.myshopify.com',
      isTest: false,
    });
  });

  const nothing = {
    topic: null,
    webhookId: null,
    eventId: null,
    triggeredAt: null,
    apiVersion: null,
    shopDomain: null,
    isTest: false,
  };

  it('gives null for what is absent', () => expect(webhookHeaders({})).toEqual(nothing));

  it('gives null for what is not of its form', () => {
    const headers = webhookHeaders({
      'x-shopify-topic': 'orders',
      'x-shopify-webhook-id': 'x'.repeat(256),
      'x-shopify-event-id': ['a', 'b'],
      'x-shopify-triggered-at': 'now',
      'x-shopify-api-version': '2026-10-1',
      'x-shopify-shop-domain': 'shop.example.com',
    });
    expect(headers).toEqual(nothing);
  });

  it('knows its topics', () => {
    expect(TOPICS.every(isTopic)).toBe(true);
    expect(isTopic('carts/update')).toBe(false);
  });
});
