import { afterEach, expect, it } from 'vitest';
import { borrowServer, type TestServer } from '#test/server.ts';

let server: TestServer;

afterEach(() => server.close());

it('serves the API page with all that belongs to it, from nowhere else', async () => {
  server = await borrowServer();
  const page = await server.get('/docs');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const links = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(4);
  for (const link of links) {
    expect(link).toMatch(/^(\.\/|\/docs\/)/);
    expect((await server.get(new URL(link, `${server.url}/docs/`).pathname)).status, link).toBe(200);
  }
  expect((await server.get('/docs/json')).text).toBe((await server.get('/api/openapi.json')).text);
});

it('gives the API page a strict policy that also works over plain http', async () => {
  server = await borrowServer();
  const policy = (await server.get('/docs')).headers.get('content-security-policy') ?? '';
  const directives = Object.fromEntries(
    policy
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .map(([name, ...sources]) => [name, sources.join(' ')]),
  );
  expect(directives).toMatchObject({
    'default-src': "'self'",
    'script-src': "'self'",
    'script-src-attr': "'none'",
    'object-src': "'none'",
    'frame-ancestors': "'self'",
    'base-uri': "'self'",
  });
  expect(policy).not.toMatch(/upgrade-insecure-requests|https?:|unsafe|\*/);
});

it('describes what this server serves, and no more', async () => {
  server = await borrowServer();
  const paths = (await server.get('/api/openapi.json')).json.paths;
  expect(paths['/metrics']).toBeUndefined();
  expect(paths['/order/claim'].post.responses['200'].content['application/json'].example.status).toBe('New');
});
