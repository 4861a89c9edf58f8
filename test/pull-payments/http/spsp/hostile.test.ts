import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPSP_TYPE, type SpspAnswer, type SpspServer, startSpsp } from '#test/pull-payments/spsp-server.ts';
import { borrowServer, type TestServer } from '#test/server.ts';

/** Hostile requests, over the real books. */

let books: TestServer;
let server: SpspServer;
beforeAll(async () => {
  books = await borrowServer();
  const { clock, app } = books;
  const settings = {
    SPSP_ILP_HTTP_URL: 'http://127.0.0.1:1/ilp',
    SPSP_ILP_HTTP_TOKEN: 'out',
    SPSP_ILP_HTTP_INCOMING_TOKEN: 'in',
  };
  server = await startSpsp({ service: app.services.pullPayments, clock, settings });
});
afterAll(async () => {
  await server.close();
  await books.close();
});

const JSON_BODY = { authorization: 'Bearer test', 'content-type': 'application/json' };
const TERMS = { amount: '100', interval: 'P1D', cycles: '10', assetCode: 'XRP', assetScale: '6' };

/** What is wrong with an answer, whatever was asked. */
function expectAnswer({ status, headers, text }: SpspAnswer, method: string): void {
  expect(status, text).toBeLessThan(500);
  const type = headers['content-type'] ?? '';
  expect(['application/json; charset=utf-8', 'text/plain; charset=utf-8', SPSP_TYPE]).toContain(type);
  if (method !== 'HEAD') expect(text === '' ? method : 'x').not.toBe('GET');
}

const visible = fc.string({ unit: fc.constantFrom(...'aZ0 ~!%."\'\\[]{}$,;:=&?é€-_') });
const value = fc.oneof(
  visible,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(visible, { maxLength: 3 }),
  fc.dictionary(visible, visible, { maxKeys: 3 }),
  fc.constantFrom(
    '1e30',
    '-0',
    '0x1',
    '00',
    '18446744073709551616',
    'P',
    'PT',
    'P1M',
    'P999999999999Y',
    '9999-12-31T23:59Z',
  ),
);
const FIELDS = [
  'amount',
  'interval',
  'cycles',
  'cap',
  'assetCode',
  'assetScale',
  'start',
  'expiry',
  'webhook',
  'maxPull',
];

describe('requests that mean no good', () => {
  it('are each answered with a text or JSON, and never by a fault of ours', { timeout: 60_000 }, async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        '',
        'update',
        'exchange',
        'ilp',
        '.well-known',
        'pay',
        '..',
        '.',
        '%00',
        '%2f',
        '__proto__',
        'a.b.c',
      ),
      visible.map(encodeURIComponent),
    );
    const request = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      path: fc.array(segment, { maxLength: 3 }).map((segments) => `/${segments.join('/')}`),
      query: fc.oneof(
        fc.constant(''),
        fc.dictionary(visible, visible, { maxKeys: 3 }).map((q) => `?${new URLSearchParams(q)}`),
      ),
      accept: fc.constantFrom(undefined, SPSP_TYPE, `${SPSP_TYPE}, application/json`),
      authorization: fc.constantFrom(undefined, 'Bearer test', 'Bearer in', 'Bearer', 'Basic eA=='),
      type: fc.constantFrom(
        undefined,
        'application/json',
        'application/x-www-form-urlencoded',
        'application/octet-stream',
        'x/y',
        ';',
      ),
      body: fc.oneof(
        fc.constant(undefined),
        visible,
        fc.json(),
        fc.constantFrom('{"__proto__":{}}', '[[[[', '{"a":1}'),
      ),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, query, accept, authorization, type, body }) => {
        const answer = await server.send(method, `${path}${query}`, {
          headers: {
            ...(accept && { accept }),
            ...(authorization && { authorization }),
            ...(type && { 'content-type': type }),
          },
          ...(body !== undefined && method !== 'GET' && method !== 'HEAD' && { body: Buffer.from(body) }),
        });
        if (path !== '/ilp') expectAnswer(answer, method);
        else expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });

  it('make agreements that can be queried, or are told what is wrong with a field', { timeout: 60_000 }, async () => {
    const fields = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(fields, async (changed) => {
        const body = JSON.stringify({ ...TERMS, ...changed });
        const made = await server.send('POST', '/', { headers: JSON_BODY, body });
        if (made.status === 400) {
          expect(made.text).toMatch(/^(?:\w+(?: and \w+)? must be |Asset code and scale )/);
          return;
        }
        expect([made.status, made.text], body).toEqual([200, expect.stringContaining('pointer')]);
        const id = made.json.pointer.split('/')[1];
        const asked = await server.send('GET', `/${id}`, { headers: { accept: SPSP_TYPE } });
        expect(asked.status, body).toBe(200);
        const { balance, agreement } = asked.json.pull;
        for (const text of [balance.total, balance.interval, balance.available, agreement.amount]) {
          expect(text).toMatch(/^\d+$/);
        }
        const update = JSON.stringify(changed);
        const updated = await server.send('POST', `/update/${id}`, { headers: JSON_BODY, body: update });
        expect(updated.status, updated.text).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });
});
