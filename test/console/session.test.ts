import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutSecrets } from '#platform/logging/access-log.ts';
import { ADMIN, startServer, type TestServer } from '#test/server.ts';

/** The console in the server itself: it needs a session, and costs nothing while it is off. */

const HTML = { accept: 'text/html' };

describe('the console of a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ settings: { TPG_CONSOLE: 'true', TPG_PUBLIC_URL: 'http://127.0.0.1:8360' } });
  });
  afterAll(() => server?.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { redirect: 'manual', headers: { ...HTML, ...headers } });

  it('leads strangers to the login', async () => {
    const answer = await get('/console/orders');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/login?next=%2Forders']);
  });

  it('takes no access token in place of a session, and no form from another site', async () => {
    const token = await server.logIn(ADMIN, 'super_admin');
    const answer = await get('/console/orders', { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(303);
    const form = { ...HTML, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' };
    expect((await server.post('/console/views', 'name=x', { headers: form })).status).toBe(403);
  });

  it('refuses bodies that are no form', async () => {
    const answer = await server.post('/console/views', '{}', { headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(415);
  });
});

it.each([
  '/console/search?q=ana%40example.com',
  '/shop/console/search?x=1&q=ana@example.com',
  '/console/login?next=%2Fsearch%3Fq%3Dana%2540example.com',
])('keeps what is searched for out of the log: %s', (url) => {
  expect(withoutSecrets(url)).not.toMatch(/ana/);
});

it('is not there unless it is switched on', async () => {
  const server = await startServer({ settings: { TPG_PUBLIC_URL: 'http://127.0.0.1:8360' } });
  expect((await server.get('/console')).status).toBe(404);
  await server.close();
});
