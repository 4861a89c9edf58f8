import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { checkPublicSide } from '#shops/shopify/cli/public-checks.ts';
import { plainFetch } from '#test/openapi-contract/plain-fetch.ts';
import { HMAC_SECRET, startServer, type TestServer } from '#test/server.ts';

const URL_OF_SERVER = 'https://pay.example.com';

let server: TestServer;

beforeEach(async () => {
  server = await startServer();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

type Fetch = typeof globalThis.fetch;

/** What the doctor finds at an address behind which `proxy` stands. */
async function findings(proxy: Fetch, more: { secret?: string | null; isSecretTaken?: boolean; url?: string } = {}) {
  const ports = { fetch: proxy } as CommandPorts;
  const patient = { url: URL_OF_SERVER, shop: 'a.myshopify.com', secret: HMAC_SECRET, isSecretTaken: true, ...more };
  const found = await checkPublicSide({ ports, profile: undefined, ...patient });
  return new Map(found.map((finding) => [finding.check, finding]));
}

const passOn: Fetch = (input, init) => plainFetch(String(input).replace(URL_OF_SERVER, server.url), init);
const answering =
  (body: string | ReadableStream<Uint8Array> | null, init: ResponseInit): Fetch =>
  async () =>
    new Response(body, init);

describe('the doctor, from outside in', () => {
  it('is content with the server, and leaves nothing behind but what nothing is done for', async () => {
    const found = await findings(passOn);
    expect([found.get('public address')?.state, found.get('public signature')?.state]).toEqual(['ok', 'ok']);
    expect(server.rows('select topic, state, success from webhooks')).toMatchObject([
      { topic: 'app/doctor', state: 'ignored' },
    ]);
    expect((await server.get('/health/ready')).json.webhooks).toEqual({ rejected: 0, age_seconds: null });
  });

  it.each([
    [
      'redirects',
      answering(null, { status: 301, headers: { location: 'https://www.example.com/' } }),
      /redirects to https:\/\/www/,
    ],
    ['is another program', answering('<html>Welcome to nginx', { status: 200 }), /answers 200, and not as this server/],
    ['is a proxy before nothing', answering('Bad gateway', { status: 502 }), /answers 502/],
    [
      'cannot be reached',
      (() => Promise.reject(new TypeError('fetch failed', { cause: { code: 'CERT_HAS_EXPIRED' } }))) as Fetch,
      /CERT_HAS_EXPIRED/,
    ],
  ] as [string, Fetch, RegExp][])('says that an address %s, and asks no more of it', async (_, proxy, detail) => {
    const asked = vi.fn(proxy);
    const found = await findings(asked);
    expect(found.get('public address')).toMatchObject({ state: 'failed', detail: expect.stringMatching(detail) });
    expect(found.get('public signature')?.state).toBe('skipped');
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('stops reading an answer that does not end', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384));
      },
    });
    const found = await findings(answering(endless, { status: 200 }));
    expect(found.get('public address')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('more than 65536'),
    });
    expect(sent).toBeLessThan(1_000_000);
  });

  it('does not wait for one that hangs', async () => {
    const { timeout } = AbortSignal;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout.call(AbortSignal, 50));
    const hanging: Fetch = (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    expect((await findings(hanging)).get('public address')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('does not answer within'),
    });
  });

  it('tells a body that is changed on its way from another secret', async () => {
    const minifying: Fetch = (input, init) =>
      passOn(input, init?.body ? { ...init, body: JSON.stringify(JSON.parse(String(init.body))) } : init);
    const changed = await findings(minifying);
    expect(changed.get('public signature')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('changed on its way'),
    });
    const other = await findings(passOn, { secret: 'another', isSecretTaken: false });
    expect(other.get('public signature')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('another secret'),
    });
  });

  it('finds a proxy that drops the signature, and a server that takes what anybody signs', async () => {
    const dropping: Fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.delete('x-shopify-hmac-sha256');
      return passOn(input, { ...init, headers });
    };
    expect((await findings(dropping)).get('public signature')?.detail).toContain('is lost on its way');
    const trusting: Fetch = (input, init) =>
      init?.method === 'POST' ? answering('{"success":true}', { status: 200 })(input, init) : passOn(input, init);
    expect((await findings(trusting)).get('public signature')?.detail).toContain('with any signature');
  });

  it('sends no login to an address that is not the server, nor without https', async () => {
    const plain = await findings(passOn, { url: 'http://pay.example.com' });
    expect([plain.get('public address')?.state, plain.get('public login')?.state]).toEqual(['failed', 'skipped']);
    expect((await findings(passOn, { secret: null })).get('public login')?.state).toBe('skipped');
  });
});
