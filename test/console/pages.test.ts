import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { borrowServer, type TestServer } from '#test/server.ts';
import { type ConsoleServer, startConsole } from './console-server.ts';
import { visitorCookie } from './stand-in-visitors.ts';

/** The pages of the console: who may see them, and what they show. */

const ANA = visitorCookie('Ana', 'support');
const HTML = 'text/html,application/xhtml+xml';

describe('the console', () => {
  let server: TestServer;
  let console: ConsoleServer;

  beforeAll(async () => {
    server = await borrowServer();
    console = await startConsole(server);
    await server.order({ id: 8997470732594, name: '#1001', note: '<img src=x onerror=alert(1)>' });
  });

  afterAll(async () => {
    await console?.close();
    await server?.close();
  });

  const get = (path: string, cookie: string | undefined = ANA) =>
    fetch(console.url + path, {
      redirect: 'manual',
      headers: { accept: HTML, ...(cookie && { cookie }) },
    });

  it('leads those who are not logged in to the login, from where they come back', async () => {
    const answer = await get('/orders?status=New', '');
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/console/login?next=%2Forders%3Fstatus%3DNew');
  });

  it('shows today’s page under its policy, and keeps it out of caches', async () => {
    const answer = await get('');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const text = await answer.text();
    expect(text).toContain('#1001');
    expect(text).not.toMatch(/<(?:script(?! src)|style)|\son[a-z]+=/i);
  });

  it('says who may see a page that a visitor may not', async () => {
    const answer = await get('/orders', visitorCookie('Bob'));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('You may not see this page');
  });

  it('has a page with the request id for what does not exist', async () => {
    const answer = await get('/nothing-here');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('If you ask somebody for help, name this');
  });

  it('refuses filters that cannot be read, in a sentence', async () => {
    const answer = await get('/orders?status=Lost');
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('The list cannot be filtered so');
  });

  it('exports the list that is filtered', async () => {
    const answer = await get('/orders?status=Unclaimed&format=csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await answer.text()).toContain('8997470732594,#1001,Unclaimed');
  });
});
