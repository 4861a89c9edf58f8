import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { Contract, type Exchange } from '#test/openapi-contract/contract.ts';
import { apiDescription } from '#test/openapi-contract/contract-document.ts';

/** What holds every answer of the other tests against the description: it must see what is not right. */

const description = await apiDescription();
const contract = new Contract(description);

const ORDER = {
  id: 1,
  order_id: '1001',
  alt_id: null,
  customer_id: '7001',
  memo: null,
  total_price: 1,
  original_price: null,
  currency: 'XTM',
  created_at: '2026-03-10T12:00:00.000Z',
  updated_at: '2026-03-10T12:00:00.000Z',
  status: 'New',
  amount_outstanding: null,
  amount_missing: 100_000_000,
  amount_seen: 0,
  pay_to: null,
};
const ERROR = {
  error: 'The requested order 1 does not exist',
  code: 'order_not_found',
  request_id: '8b7ce1a2-0f0e-4f35-9f5a-3a8f6f0f1c55',
};

function problemsOf(text: string, exchange: Partial<Exchange> = {}): string[] {
  const headers = new Headers({ 'content-type': 'application/json; charset=utf-8' });
  return contract.problemsOf({ method: 'GET', path: '/api/order/id/1001', status: 200, headers, text, ...exchange });
}

function problemsOfOrder(changes: object): string[] {
  return problemsOf(JSON.stringify([{ ...ORDER, ...changes }]), { path: '/api/search/orders' });
}

describe('the description', () => {
  it('is OpenAPI 3.1, by the standard’s own schema', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(description)));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('describes no answer without its content, or with none that says anything', () => {
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const [method, { responses }] of Object.entries(operations)) {
        for (const [status, { content = {} }] of Object.entries(responses)) {
          for (const { schema } of Object.values(content)) {
            expect(Object.keys(schema), `${method} ${path} ${status}`).not.toEqual([]);
          }
        }
      }
    }
  });
});

describe('an answer', () => {
  it('that is right is let through', () => {
    expect(problemsOf(JSON.stringify(ORDER))).toEqual([]);
    expect(problemsOf('null')).toEqual([]);
    expect(problemsOf(JSON.stringify(ORDER).replace('"total_price":1,', '"total_price":9223372036854775807,'))).toEqual(
      [],
    );
    expect(problemsOf(JSON.stringify(ORDER), { path: '/api/order/id/a%2Fb?x=1' })).toEqual([]);
    expect(problemsOf('', { method: 'HEAD' })).toEqual([]);
  });

  it.each(Object.keys(ORDER))('without %s is found, even where it may be null', (field) => {
    expect(problemsOfOrder({ [field]: undefined }).join()).toContain('required');
  });

  it.each(Object.keys(ORDER))('with another kind of %s is found', (field) => {
    expect(problemsOfOrder({ [field]: [] })).not.toEqual([]);
    expect(problemsOfOrder({ [field]: true })).not.toEqual([]);
  });

  it.each([
    ['more than is described', { claimed_by: null }],
    ['a state that is none', { status: 'Lost' }],
    ['a time without zone', { created_at: '2026-03-10T12:00:00.000' }],
    ['a time in another zone', { created_at: '2026-03-10T12:00:00.000+01:00' }],
    ['an amount with decimals', { total_price: 1.5 }],
    ['an amount as text', { total_price: '1' }],
    ['null where it is not allowed', { currency: null }],
  ])('with %s is found', (_, changes) => {
    expect(problemsOfOrder(changes)).not.toEqual([]);
  });

  it('with an amount of more than 64 bits is found, by one in the last digit', () => {
    const text = JSON.stringify(ORDER).replace('"total_price":1,', '"total_price":9223372036854775808,');
    expect(problemsOf(text)).not.toEqual([]);
    const wallets = (nonce: string) =>
      problemsOf(`[{"address":"a","ip_address":"b","last_nonce":${nonce}}]`, { path: '/api/wallets' });
    expect(wallets('18446744073709551615')).toEqual([]);
    expect(wallets('18446744073709551616')).toHaveLength(1);
    expect(wallets('-1')).toHaveLength(1);
  });

  it('with a status that is not described is found', () => {
    expect(problemsOf(JSON.stringify(ORDER), { status: 201 }).join()).toContain('the status is not described');
    expect(problemsOf(JSON.stringify(ERROR), { status: 404 }).join()).toContain('the status is not described');
  });

  it('with an error of another route, or not in the one form, is found', () => {
    const path = '/api/payments-for-order/1';
    expect(problemsOf(JSON.stringify(ERROR), { path, status: 404 })).toEqual([]);
    for (const wrong of [
      { ...ERROR, code: 'wallet_not_found' },
      { ...ERROR, code: undefined },
      { ...ERROR, request_id: 'one' },
      { ...ERROR, stack: 'Error: at …' },
    ]) {
      expect(problemsOf(JSON.stringify(wrong), { path, status: 404 })).toHaveLength(1);
    }
  });

  it('with another content type, or a body where there should be none, is found', () => {
    const headers = new Headers({ 'content-type': 'text/html' });
    expect(problemsOf(JSON.stringify(ORDER), { headers })).toHaveLength(1);
    const exchange = { method: 'POST', path: '/api/roles' };
    expect(problemsOf('', exchange)).toEqual([]);
    expect(problemsOf('{}', exchange)).toHaveLength(1);
    expect(problemsOf('not json')).toHaveLength(1);
  });

  it('with a header that is not described, or without one that must be there, is found', () => {
    const json = { 'content-type': 'application/json' };
    const cursor = new Headers({ ...json, 'x-next-cursor': 'abc' });
    expect(problemsOf(JSON.stringify(ORDER), { headers: cursor })).toHaveLength(1);
    expect(problemsOf('[]', { headers: cursor, path: '/api/search/orders' })).toEqual([]);
    const text = JSON.stringify({ ...ERROR, code: 'unavailable' });
    expect(problemsOf(text, { status: 503, headers: new Headers(json) })).toHaveLength(1);
    expect(problemsOf(text, { status: 503, headers: new Headers({ ...json, 'retry-after': '5' }) })).toEqual([]);
  });

  it('to a method that is not served must be 405 and say which are', () => {
    const text = JSON.stringify({ ...ERROR, code: 'method_not_allowed' });
    const headers = new Headers({ allow: 'GET, HEAD' });
    expect(problemsOf(text, { method: 'PUT', status: 405, headers })).toEqual([]);
    expect(problemsOf(text, { method: 'PUT', status: 405 })).toHaveLength(1);
    expect(problemsOf(text, { method: 'PUT', status: 200, headers })).toHaveLength(1);
  });
});
