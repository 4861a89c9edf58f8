import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, borrowServer, errorOf, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

describe('a path that is known', () => {
  it.each([
    ['GET', '/auth', 'POST'],
    ['PUT', '/order/claim', 'POST'],
    ['OPTIONS', '/order/claim', 'POST'],
    ['DELETE', '/wallet/send_to', 'GET, HEAD'],
    ['POST', '/health', 'GET, HEAD'],
    ['POST', '/health/?a=b', 'GET, HEAD'],
    ['GET', '/shopify/webhook/checkout_create', 'POST'],
    ['PATCH', '/api/wallets', 'GET, HEAD, POST'],
    ['GET', `/api/wallets/${ALICE.address}`, 'DELETE'],
    ['POST', `/api/balance/${encodeURIComponent('a/b')}`, 'GET, HEAD'],
    ['HEAD', '/api/credit', 'POST'],
  ])('answers %s %s with 405 and the methods that there are', async (method, path, allowed) => {
    server = await borrowServer();
    const answer = await server.request(method, path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
    if (method === 'HEAD') expect(answer.text).toBe('');
    else {
      expect(errorOf(answer)).toEqual({
        status: 405,
        code: 'method_not_allowed',
        error: `The method ${method} is not served at this path; the Allow header names those that are.`,
      });
    }
  });

  it('answers HEAD wherever it answers GET', async () => {
    server = await borrowServer();
    expect((await server.request('HEAD', '/health')).status).toBe(200);
    const token = await server.logIn(ADMIN, 'super_admin');
    expect((await server.request('HEAD', '/api/wallets', { token })).status).toBe(200);
    expect((await server.request('HEAD', '/api/wallets')).status).toBe(401);
  });

  it('does not read the body of what it refuses', async () => {
    server = await borrowServer();
    expect((await server.request('PUT', '/api/credit', { body: '{' })).status).toBe(405);
  });

  it('counts such requests of strangers', async () => {
    server = await startServer({ settings: { TPG_RATE_LIMIT: '2' } });
    const statuses = [];
    for (let time = 0; time < 3; time += 1) statuses.push((await server.get('/auth')).status);
    expect(statuses).toEqual([405, 405, 429]);
  });
});

describe('a path that is not known', () => {
  it.each([
    '/',
    '/api',
    '/api/order/id',
    '/api/order/id/',
    '/api/order/id/a/b',
    '/auth/x',
    '/healthy',
    '/metrics',
    '/*',
  ])('is 404 with any method: %s', async (path) => {
    server = await borrowServer();
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await server.request(method, path);
      expect(errorOf(answer)).toMatchObject({ status: 404, code: 'route_not_found' });
      expect(answer.headers.get('allow')).toBeNull();
    }
  });
});
