import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiDescription } from '#test/openapi-contract/contract-document.ts';
import { apiExamples } from '#test/openapi-contract/examples.ts';
import { ADMIN, borrowServer, HMAC_SECRET, hmacOf, type TestServer } from '#test/server.ts';

/** The keys that reach an object's prototype, at every place where a request can hold one. */

const description = await apiDescription();
const EXAMPLES = await apiExamples();
const ROUTES = Object.entries(description.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => ({
    method: method.toUpperCase(),
    path,
    route: `${method.toUpperCase()} ${path}`,
  })),
);

const POLLUTED = '"polluted"';
const KEYS = [
  `"__proto__":{${POLLUTED}:1}`,
  `"\\u005f\\u005fproto__":{${POLLUTED}:1}`,
  `"constructor":{"prototype":{${POLLUTED}:1}}`,
  `"__proto__":null`,
  `"__proto__":[{${POLLUTED}:1}]`,
];

let server: TestServer;
let before: string;

beforeEach(async () => {
  server = await borrowServer();
  before = prototypes();
});

afterEach(() => server.close());

function prototypes(): string {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join('\n');
}

describe('no request reaches a prototype', () => {
  it('with its body, at its top or deeper down, and changes nothing', async () => {
    const token = await server.logIn(ADMIN, 'super_admin');
    const content = server.everything();
    for (const { method, path, route } of ROUTES.filter(({ method }) => method !== 'GET' && method !== 'DELETE')) {
      const example = JSON.stringify(EXAMPLES[route]?.body ?? {});
      for (const key of KEYS) {
        const bodies = [`{${key}}`, example.replace('{', `{${key},`), `{"a":[{${key}}]}`];
        for (const body of bodies) {
          const answer = await server.request(method, path.replace(/\{\w+\}/g, '1'), {
            ...{ body, token },
            headers: { 'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET) },
          });
          expect(answer.status, `${route} ${body}`).toBeLessThan(500);
          // A webhook is kept, as text; no other body with such a key is taken.
          if (!path.startsWith('/shopify')) expect(answer.status, `${route} ${body}`).toBeGreaterThanOrEqual(400);
        }
      }
    }
    expect(prototypes()).toBe(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const { webhooks: _, ...rest } = server.everything();
    const { webhooks: __, ...restBefore } = content;
    expect(rest).toEqual(restBefore);
  });

  it('with its query, its headers or its cookies', async () => {
    const token = await server.logIn(ADMIN, 'super_admin');
    const queries = [
      '__proto__=1',
      '__proto__[polluted]=1',
      'constructor[prototype][polluted]=1',
      'constructor.prototype.polluted=1',
      '%5F%5Fproto__=1&hasOwnProperty=1&toString=x',
    ];
    for (const { method, path } of ROUTES.filter(({ method }) => method === 'GET')) {
      for (const query of queries) {
        const headers = {
          __proto__polluted: '1',
          constructor: '1',
          cookie: '__proto__=1; constructor=1',
          'x-__proto__': '1',
        };
        const answer = await server.request(method, `${path.replace(/\{\w+\}/g, '__proto__')}?${query}`, {
          token,
          headers,
        });
        // 501 says that what is asked for is switched off.
        expect(answer.status === 501 ? 0 : answer.status, `${path}?${query}`).toBeLessThan(500);
      }
    }
    expect(prototypes()).toBe(before);
  });

  it('by being asked for: names of Object’s own are names like any other', async () => {
    const token = await server.logIn(ADMIN, 'super_admin');
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect((await server.get(`/api/order/id/${name}`, { token })).json).toBeNull();
      expect((await server.get(`/api/history/customer/${name}`, { token })).json).toMatchObject({ orders: [] });
      expect((await server.get(`/api/exchange_rate/${name}`, { token })).status).toBeOneOf([400, 404]);
      const reasons = await server.post('/api/roles', [{ address: ADMIN.address, apply: [name] }], { token });
      expect(reasons.status).toBe(400);
    }
  });
});
