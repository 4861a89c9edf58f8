import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { type OrderWebhookOptions, parseOrderWebhook, WebhookContentError } from '#shops/shopify/webhooks/order.ts';
import { parseTransactionWebhook } from '#shops/shopify/webhooks/transaction.ts';
import { makeOrder, makeTransaction, type Transaction } from '#test/fake-shopify/orders.ts';
import { transactionWebhookBody } from '#test/fake-shopify/webhooks.ts';

const order = makeOrder({ id: '820982911946154508', name: '#1001', currency: 'USD', price: '100.00' });

/** The fields of a webhook about an authorization of 30 USD, as Shopify sends them. */
function body(fields: object = {}, transaction: Partial<Transaction> = {}): unknown {
  const made = makeTransaction({ gateway: 'visa', kind: 'AUTHORIZATION', amount: '30.00', ...transaction });
  return { ...(parseJson(transactionWebhookBody(order, made)) as object), ...fields };
}

describe('a webhook about a transaction', () => {
  it('names the authorization and its order, also by ids past 2^53', () => {
    expect(parseTransactionWebhook(body({}, { id: '120560818172775265' }))).toEqual({
      kind: 'authorization',
      authorization: {
        transactionId: '120560818172775265',
        orderId: '820982911946154508',
        gateway: 'visa',
        amount: '30.00',
        currency: 'USD',
      },
    });
  });

  it('of a card reader is an authorization too, and a gateway need not be named', () => {
    const news = parseTransactionWebhook(body({ kind: 'emv_authorization', gateway: null }));
    expect(news).toMatchObject({ kind: 'authorization', authorization: { gateway: null } });
  });

  it.each([
    [{ kind: 'sale' }, 'Nothing is done for a transaction of the kind sale.'],
    [{ kind: 'capture' }, 'Nothing is done for a transaction of the kind capture.'],
    [{ kind: 'void' }, 'Nothing is done for a transaction of the kind void.'],
    [{ kind: 'refund' }, 'Nothing is done for a transaction of the kind refund.'],
    [{ status: 'failure' }, 'The authorization holds no money: its status is failure.'],
    [{ status: 'error' }, 'The authorization holds no money: its status is error.'],
    [{ status: 'pending' }, 'The authorization holds no money: its status is pending.'],
  ])('of %o is none of ours', (fields, reason) => {
    expect(parseTransactionWebhook(body(fields))).toEqual({ kind: 'other', reason });
  });

  it.each([
    [{ id: undefined }, "The transaction's id is missing."],
    [{ id: -1 }, "The transaction's id has to be a positive whole number or text of 1 to 255 characters."],
    [{ id: 2 ** 60 }, "The transaction's id has to be a positive whole number or text of 1 to 255 characters."],
    [{ order_id: null }, "The transaction's order_id is missing."],
    [{ kind: 5 }, "The transaction's kind has to be text of 1 to 50 characters."],
    [{ status: '' }, "The transaction's status has to be text of 1 to 50 characters."],
    [{ amount: '-1.00' }, "The transaction's amount has to be a decimal number as text, not below zero."],
    [{ amount: 30 }, "The transaction's amount has to be a decimal number as text, not below zero."],
    [{ currency: 'U$' }, "The transaction's currency has to be a currency code of 1 to 16 letters and digits."],
    [{ gateway: 'a\u0000b' }, "The transaction's gateway has to be text of 1 to 255 characters."],
  ])('that cannot be used says why: %o', (fields, message) => {
    expect(() => parseTransactionWebhook(body(fields))).toThrow(new WebhookContentError(message));
  });

  it('of any other form is refused by a sentence', () => {
    // A key named so is refused before, by parseJson.
    const anyJson = fc.json().filter((text) => !text.includes('__proto__'));
    fc.assert(
      fc.property(anyJson, (text) => {
        try {
          parseTransactionWebhook(parseJson(text));
        } catch (error) {
          expect(error).toBeInstanceOf(WebhookContentError);
        }
      }),
    );
  });
});

describe('what is to be paid in Tari where other gateways may take a part', () => {
  const read = (fields: object, options: Partial<OrderWebhookOptions> = {}) => {
    const shopOrder = parseOrderWebhook(
      parseJson(
        stringifyJson({
          id: 1,
          name: '#1',
          currency: 'USD',
          total_price: '100.00',
          subtotal_price: '90.00',
          total_discounts: '0.00',
          line_items: [{ price: '45.00', quantity: 2 }],
          created_at: '2026-03-10T07:00:00-05:00',
          updated_at: '2026-03-10T07:00:00-05:00',
          ...fields,
        }),
      ),
      { priceField: 'total', capturePayments: true, ...options },
    );
    return [shopOrder.price, shopOrder.currency, shopOrder.isPaidInShop];
  };

  it('is no more than what the shop lacks', () => {
    expect(read({ total_outstanding: '100.00' })).toEqual(['100.00', 'USD', false]);
    expect(read({ total_outstanding: '70.00' })).toEqual(['70', 'USD', false]);
    expect(read({ total_outstanding: '95.00' }, { priceField: 'subtotal' })).toEqual(['90.00', 'USD', false]);
    expect(read({ total_outstanding: '60.00' }, { priceField: 'subtotal' })).toEqual(['60', 'USD', false]);
    // As a body of Shopify's own documentation has it.
    expect(read({ total_outstanding: '414.95' })).toEqual(['100.00', 'USD', false]);
  });

  it('is no more than what the shop lacks without the setting, too', () => {
    expect(read({ total_outstanding: '70.00' }, { capturePayments: false })).toEqual(['70', 'USD', false]);
    expect(() => read({ total_outstanding: 'much' }, { capturePayments: false })).toThrow(
      "The order's total_outstanding has to be a decimal number as text.",
    );
  });

  it('is the whole price where the shop does not say', () => {
    expect(read({})).toEqual(['100.00', 'USD', false]);
    expect(read({ total_outstanding: null })).toEqual(['100.00', 'USD', false]);
  });

  it.each(['0.00', '-5.00'])('is nothing where the shop lacks %s, so that the order is none of ours', (lacking) => {
    expect(read({ total_outstanding: lacking })).toEqual(['0', 'USD', true]);
    expect(read({ total_outstanding: lacking, financial_status: 'authorized' })).toEqual(['0', 'USD', true]);
    expect(read({ total_outstanding: lacking }, { priceField: 'line_items' })).toEqual(['0', 'USD', true]);
  });

  it('of line items is their price before discounts, where these were made for Tari', () => {
    // As the body of a real shop that discounts all items for Tari, and has shipping of 6.90 authorized by card.
    const discounted = {
      total_price: '6.90',
      subtotal_price: '0.00',
      total_discounts: '8.00',
      total_outstanding: '0.00',
      financial_status: 'authorized',
      line_items: [{ price: '8.00', quantity: 1 }],
    };
    expect(read(discounted, { priceField: 'line_items' })).toEqual(['8', 'USD', false]);
    expect(read({ total_outstanding: '70.00' }, { priceField: 'line_items' })).toEqual(['70', 'USD', false]);
    expect(read({ total_outstanding: '95.00' }, { priceField: 'line_items' })).toEqual(['90', 'USD', false]);
  });

  it('is told in the currency of the shop where only a part is lacking', () => {
    const foreign = {
      presentment_currency: 'CAD',
      total_price_set: { presentment_money: { amount: '140.00', currency_code: 'CAD' } },
    };
    expect(read({ ...foreign, total_outstanding: '100.00' })).toEqual(['140.00', 'CAD', false]);
    expect(read({ ...foreign, total_outstanding: '70.00' })).toEqual(['70', 'USD', false]);
  });

  it.each(['much', 70, '7e1', ''])('is not guessed from %o', (lacking) => {
    expect(() => read({ total_outstanding: lacking })).toThrow(
      new WebhookContentError("The order's total_outstanding has to be a decimal number as text."),
    );
  });
});
