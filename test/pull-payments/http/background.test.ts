import { afterEach, describe, expect, it } from 'vitest';
import { background } from '#pull-payments/http/routes.ts';
import { startServer, type TestServer } from '#test/server.ts';

let server: TestServer;
afterEach(() => server.close());

/** Nothing listens there: the uplink stays down. */
const NO_PARENT = { ILP_BTP_SERVER: 'btp+ws://127.0.0.1:9' };
const TERMS = 'amount=100&interval=P1D&cycles=10&assetCode=XRP&assetScale=6';

describe('pull payments in the server', () => {
  it('have a listener of their own from the start to the end, and are off without SPSP_PORT', async () => {
    server = await startServer({ settings: { SPSP_PORT: '0', ...NO_PARENT }, start: true });
    const url = String(server.logRecords.find(({ host }) => String(host).startsWith('localhost:'))?.url);
    const made = await fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer test' },
      body: new URLSearchParams(TERMS),
    });
    const { pointer } = (await made.json()) as { pointer: string };
    expect(pointer.startsWith(`$localhost:${new URL(url).port}/`)).toBe(true);
    const headers = { accept: 'application/spsp4+json' };
    const asked = await fetch(pointer.replace('$', 'http://'), { headers });
    expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '5']);
    // The main interface knows neither of its paths.
    expect((await server.get('/exchange')).status).toBe(404);
    server.secrets.add(pointer.split('/')[1] ?? '');
    await server.closeApp();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('open nothing when they are off', async () => {
    server = await startServer();
    const http = { settings: server.settings } as Parameters<typeof background>[1];
    expect(await background(server.app.services, http)).toBeUndefined();
  });
});
