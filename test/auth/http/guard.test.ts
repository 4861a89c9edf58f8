import Fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { enforceAccess } from '#auth/http/guard.ts';
import { withIncluded } from '#auth/roles.ts';
import { stringifyJson } from '#platform/json.ts';
import { issueAccessToken, signToken } from '#tari/ristretto-jwt.ts';
import { describeServer } from '#test/openapi-contract/described-server.ts';
import { apiExamples } from '#test/openapi-contract/examples.ts';
import { ADMIN, type Answer, borrowServer, errorOf, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const HOUR_MS = 3_600_000;
const ANY_ROLE = 'any';

/**
 * Every route under /api, with what it needs and a request that is right but for the caller. It is answered with 200,
 * or with 404 where there is nothing yet to do it to.
 */
const ROUTES: readonly (readonly [method: string, path: string, role: string, body?: unknown, status?: number])[] = [
  ['GET', '/api/check_token', 'user'],
  ['GET', '/api/balance', ANY_ROLE],
  ['GET', '/api/history', ANY_ROLE],
  ['GET', '/api/orders', ANY_ROLE],
  ['GET', `/api/orders/${ALICE.address}`, 'read_all'],
  ['GET', '/api/unfulfilled_orders', ANY_ROLE],
  ['GET', `/api/unfulfilled_orders/${ALICE.address}`, 'read_all'],
  ['GET', '/api/search/orders', 'read_all'],
  ['GET', '/api/payments', ANY_ROLE],
  ['GET', '/api/payments-for-order/1', 'read_all', undefined, 404],
  ['GET', '/api/creditors', 'read_all'],
  ['GET', '/api/customer_ids', 'read_all'],
  ['GET', '/api/addresses', 'read_all'],
  ['GET', `/api/balance/${ALICE.address}`, 'read_all'],
  ['GET', `/api/history/address/${ALICE.address}`, 'read_all'],
  ['GET', '/api/history/customer/7001', 'read_all'],
  ['GET', `/api/payments/${ALICE.address}`, 'read_all'],
  ['GET', '/api/order/id/1001', 'user'],
  ['GET', '/api/order/id/1001/events', 'read_all', undefined, 404],
  ['GET', '/api/balances', 'read_all'],
  ['GET', '/api/rescan_open_orders', 'write'],
  ['GET', '/api/exchange_rate/XTM', 'read_all'],
  ['POST', '/api/exchange_rate', 'write', { currency: 'USD', rate: 5 }],
  ['GET', '/api/exchange_rate/USD/history', 'read_all'],
  ['GET', '/api/exchange_rates', 'read_all'],
  ['GET', '/api/held', 'read_all'],
  ['POST', '/api/held/1/assign', 'write', { customer_id: 'c1', reason: 'why' }, 409],
  ['GET', '/api/price_updates', 'read_all'],
  ['GET', '/api/price_updates/1', 'read_all', undefined, 404],
  ['POST', '/api/price_updates', 'write', { currency: 'USD' }, 501],
  ['POST', '/api/price_updates/1/retry', 'write', undefined, 404],
  ['GET', '/api/wallets', 'read_all'],
  ['POST', '/api/wallets', 'super_admin', { address: BOB.address, ip_address: '10.0.0.1' }],
  ['DELETE', `/api/wallets/${BOB.address}`, 'super_admin'],
  ['POST', '/api/roles', 'super_admin', []],
  ['GET', `/api/roles/${ALICE.address}`, 'super_admin'],
  ['GET', '/api/events', 'read_all'],
  ['POST', '/api/credit', 'write', { customer_id: '7001', amount: 5 }],
  ['POST', '/api/fulfill', 'write', { order_id: '1', reason: '' }, 404],
  ['POST', '/api/cancel', 'write', { order_id: '1', reason: '' }, 404],
  ['PATCH', '/api/order_memo', 'write', { order_id: '1', new_memo: '' }, 404],
  ['PATCH', '/api/order_price', 'write', { order_id: '1', new_price: 5 }, 404],
  ['PATCH', '/api/reassign_order', 'write', { order_id: '1', new_customer_id: '7002', reason: '' }, 404],
  ['PATCH', '/api/reset_order/1', 'write', undefined, 404],
  ['POST', '/api/settle', ANY_ROLE],
  ['POST', `/api/settle/address/${ALICE.address}`, 'write'],
  ['POST', '/api/settle/customer/7001', 'write'],
  ['GET', '/api/rejected', 'read_all'],
  ['POST', '/api/rejected/1/retry', 'write', undefined, 404],
  ['GET', '/api/dead_letters', 'read_all'],
  ['POST', '/api/dead_letters/1/retry', 'write', undefined, 404],
  ['GET', '/api/audit_log', 'read_all'],
  ['GET', '/api/chain', 'read_all'],
  ['GET', '/api/chain/refused', 'read_all'],
  ['GET', '/api/chain/left', 'read_all'],
];
const ROLES = ['user', 'read_all', 'write', 'payment_wallet', 'super_admin', 'support', 'finance'] as const;

let server: TestServer;

afterEach(() => server.close());

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function everyRoute(request: (route: (typeof ROUTES)[number]) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const route of ROUTES) answers.push(await request(route));
  return answers;
}

const send = (route: (typeof ROUTES)[number], headers: Record<string, string>) => {
  const [method, path, , body] = route;
  return server.request(method, path, { headers, body });
};

const NOT_AUTHENTICATED = {
  status: 401,
  code: 'access_token_missing',
  error:
    'Please first authenticate with this application. An error occurred, no cookie containing a jwt was found in the request.',
};

const invalidToken = (words: string) => ({
  status: 401,
  code: 'access_token_invalid',
  error: expect.stringMatching(new RegExp(`^An error occurred validating the jwt\\. .*${words}`)) as string,
});

/** Every route under /api that the server describes, with a request like its example, and the roles that it says it takes. */
async function describedRoutes() {
  const { paths } = await describeServer();
  const examples = await apiExamples();
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).flatMap(([name, { description = '' }]) => {
      const method = name.toUpperCase();
      const { params = {}, query = {}, body } = examples[`${method} ${template}`] ?? {};
      const filled = template.replace(/\{(\w+)\}/g, (_, one: string) => encodeURIComponent(params[one] ?? ''));
      const roles = /^Takes the role (.*?)(?:, or super_admin)?\.$/.exec(description)?.[1]?.split(' or ');
      const isGuarded = template.startsWith('/api/');
      return isGuarded ? [{ method, path: `${filled}?${new URLSearchParams(query)}`, body, roles }] : [];
    }),
  );
}

describe('every route under /api that the server describes', () => {
  it('refuses anonymous callers, and callers with a role that it does not take', async () => {
    server = await borrowServer();
    const routes = await describedRoutes();
    expect(routes.length).toBeGreaterThanOrEqual(ROUTES.length);
    const token = await server.logIn(ALICE, 'payment_wallet');
    for (const { method, path, body, roles } of routes) {
      const text = body === undefined ? undefined : stringifyJson(body);
      const anonymous = await server.request(method, path, { body: text });
      expect([path, errorOf(anonymous)]).toEqual([path, NOT_AUTHENTICATED]);
      if (roles === undefined || roles.includes('payment_wallet')) continue;
      const { status } = await server.request(method, path, { body: text, token });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
  });
});

describe('every route under /api', () => {
  it('refuses callers without a token', async () => {
    server = await borrowServer();
    const headers: Record<string, string>[] = [
      {},
      { tpg_access_token: '' },
      { authorization: '' },
      { authorization: 'Bearer ' },
      { authorization: 'Basic YTpi' },
      { cookie: 'other=1; tpg_access_token=' },
      { cookie: 'my_tpg_access_token=x' },
      { tpg_auth_token: server.loginToken(ADMIN, ['super_admin']) },
    ];
    for (const one of headers) {
      for (const answer of await everyRoute((route) => send(route, one))) {
        expect(errorOf(answer)).toEqual(NOT_AUTHENTICATED);
      }
    }
  });

  it('refuses a HEAD request as it does the GET request', async () => {
    server = await borrowServer();
    for (const path of ['/api/balance', '/api/creditors', '/api/audit_log']) {
      expect((await server.request('HEAD', path)).status).toBe(401);
    }
  });

  it('refuses a caller before it looks at what is asked', async () => {
    server = await borrowServer();
    expect(errorOf(await server.get('/api/balance/nobody'))).toEqual(NOT_AUTHENTICATED);
    expect(errorOf(await server.post('/api/roles', '{'))).toEqual(NOT_AUTHENTICATED);
    expect(errorOf(await server.post('/api/roles', 'x'.repeat(300 * 1024)))).toEqual(NOT_AUTHENTICATED);
  });

  it('takes the token from header, bearer or cookie', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const headers: Record<string, string>[] = [
      { tpg_access_token: token },
      { TPG_ACCESS_TOKEN: token },
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${token}` },
      { cookie: `tpg_access_token=${token}` },
      { cookie: `a=b; tpg_access_token=${token}; c=d` },
    ];
    for (const one of headers) {
      const answers = await everyRoute((route) => send(route, one));
      // The wallet of the DELETE is registered by the POST before it, each time anew.
      expect(answers.map((answer) => answer.status)).toEqual(ROUTES.map(([, , , , status = 200]) => status));
    }
  });

  it('counts the header where several tell different things', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const wallets = (headers: Record<string, string>) => server.get('/api/wallets', { headers });
    expect((await wallets({ tpg_access_token: token, authorization: 'Bearer a.b.c', cookie: 'x' })).status).toBe(200);
    expect((await wallets({ tpg_access_token: 'a.b.c', authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('lets in who holds the role of the route, or is super admin, and nobody else', async () => {
    server = await borrowServer();
    for (const role of ROLES) {
      const token = await server.logIn(ALICE, role);
      const answers = await everyRoute((route) => send(route, { tpg_access_token: token }));
      for (const [index, [, , needed, , status = 200]] of ROUTES.entries()) {
        const answer = answers[index] as Answer;
        const held: ReadonlySet<string> = withIncluded([role]);
        if (held.has(needed) || needed === ANY_ROLE || role === 'super_admin') expect(answer.status).toBe(status);
        else {
          expect(errorOf(answer)).toEqual({
            status: 403,
            code: 'permission_missing',
            error: 'Insufficient permissions.',
          });
        }
      }
    }
  });

  it('gives a token no more than it was asked for, whatever its address holds', async () => {
    server = await borrowServer();
    await server.grant(ADMIN, 'super_admin', 'read_all');
    const token = await server.logIn(ADMIN, 'user');
    expect((await server.get('/api/wallets', { token })).status).toBe(403);
    const none = await server.logIn(ADMIN);
    expect((await server.get('/api/order/id/1', { token: none })).status).toBe(403);
  });

  it('refuses a token from the second on at which it expires, also one that it knows', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    expect((await server.get('/api/wallets', { token })).status).toBe(200);
    server.clock.advance(24 * HOUR_MS - 1);
    expect((await server.get('/api/wallets', { token })).status).toBe(200);
    server.clock.advance(1);
    for (const answer of await everyRoute((route) => send(route, { tpg_access_token: token }))) {
      expect(errorOf(answer)).toEqual(invalidToken('token has expired'));
    }
  });

  it('takes a role away from tokens that are out, at once, and gives it back so', async () => {
    server = await borrowServer();
    const token = await server.logIn(ALICE, 'user', 'read_all', 'super_admin');
    const wallets = async () => (await server.get('/api/wallets', { token })).status;
    expect(await wallets()).toBe(200);
    await server.revoke(ALICE, 'super_admin');
    expect(await wallets()).toBe(200);
    expect((await server.post('/api/roles', [], { token })).status).toBe(403);
    await server.revoke(ALICE, 'read_all');
    expect(await wallets()).toBe(403);
    expect((await server.get('/api/order/id/1', { token })).status).toBe(200);
    await server.grant(ALICE, 'read_all');
    expect(await wallets()).toBe(200);
  });

  it('does not give a token roles that its address got later', async () => {
    server = await borrowServer();
    const token = await server.logIn(ALICE, 'user');
    await server.grant(ALICE, 'super_admin');
    expect((await server.get('/api/wallets', { token })).status).toBe(403);
  });

  it('refuses forged tokens', async () => {
    server = await borrowServer();
    await server.grant(ADMIN, 'super_admin');
    const now = server.clock.now();
    const claims = {
      address: ADMIN.tariAddress,
      roles: ['super_admin'],
      issuedAt: now,
      expiresAt: new Date(now.getTime() + HOUR_MS),
    };
    const random = (length: number) => new Uint8Array(length).fill(3);
    const token = await server.logIn(ALICE, 'user');
    const adminToken = await server.logIn(ADMIN, 'super_admin');
    const [header, ownClaims, signature] = token.split('.');
    const [, adminClaims, adminSignature] = adminToken.split('.');
    const forged = [
      issueAccessToken(claims, ADMIN.secretKey, random),
      issueAccessToken(claims, ALICE.secretKey, random),
      `${header}.${adminClaims}.${signature}`,
      `${header}.${ownClaims}.${adminSignature}`,
      `${header}.${adminClaims}.${Buffer.alloc(64).toString('base64url')}`,
      server.loginToken(ADMIN, ['super_admin']),
    ];
    for (const one of forged) {
      expect(errorOf(await server.get('/api/wallets', { token: server.keepToken(one) }))).toEqual(
        invalidToken('signature has failed verification'),
      );
    }
  });

  it('refuses other algorithms, and what is no token', async () => {
    server = await borrowServer();
    const [, claims, signature] = (await server.logIn(ADMIN, 'super_admin')).split('.');
    const wrong = [
      `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`,
      `${part({ alg: 'none', typ: 'JWT' })}.${claims}.${signature}`,
      `${part({ alg: 'HS256', typ: 'JWT' })}.${claims}.${signature}`,
      `${part({ alg: 'Ristretto256', typ: 'JWT', kid: '../../key' })}.${claims}.${signature}`,
      'hello',
      'a.b.c',
      `${'a'.repeat(9000)}.b.c`,
    ];
    for (const token of wrong) {
      expect(errorOf(await server.get('/api/wallets', { token }))).toEqual(invalidToken(''));
    }
    const expiresNever = { address: ADMIN.address, roles: ['super_admin'], iat: 1n };
    const signed = server.keepToken(
      signToken(expiresNever, server.keys.signingKey, (length) => new Uint8Array(length)),
    );
    expect(errorOf(await server.get('/api/wallets', { token: signed }))).toEqual(invalidToken('exp'));
  });
});

describe('a token in a cookie', () => {
  it('changes something for pages of the same site, and for what is no browser, and for nobody else', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const { host } = new URL(server.url);
    const cookie = `tpg_access_token=${token}`;
    const settle = (headers: Record<string, string>) =>
      server.post('/api/settle/customer/7001', undefined, { headers: { cookie, ...headers } });
    const allowed = [
      {},
      { 'sec-fetch-site': 'same-origin', origin: `http://${host}` },
      { 'sec-fetch-site': 'none' },
      { origin: `http://${host}` },
    ];
    for (const headers of allowed) expect((await settle(headers)).status).toBe(200);
    const refused = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: `http://${host}` },
      { origin: 'https://evil.example' },
      { origin: `http://${host}.evil.example` },
      { origin: 'null' },
      { origin: '' },
    ];
    const before = server.everything();
    for (const headers of refused) {
      expect([headers, errorOf(await settle(headers)).code]).toEqual([headers, 'cross_site_request']);
      const cancel = server.request('DELETE', `/api/wallets/${ADMIN.address}`, { headers: { cookie, ...headers } });
      expect(errorOf(await cancel).code).toBe('cross_site_request');
    }
    expect(server.everything()).toEqual(before);
  });

  it('reads, and as a header changes, whatever the site', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const cookie = `tpg_access_token=${token}`;
    expect((await server.get('/api/balance', { headers: { ...headers, cookie } })).status).toBe(200);
    expect((await server.post('/api/settle', undefined, { token, headers })).status).toBe(200);
    const bearer = { authorization: `Bearer ${token}`, cookie: 'tpg_access_token=x' };
    expect((await server.post('/api/settle', undefined, { headers: { ...headers, ...bearer } })).status).toBe(200);
  });
});

describe('a route that does not say who may call it', () => {
  it('keeps the server from starting', async () => {
    const app = Fastify();
    enforceAccess(app, {} as never);
    expect(() => app.get('/api/new', () => 'for whom?')).toThrow('The route GET /api/new does not say who may call it');
    await app.close();
  });
});
