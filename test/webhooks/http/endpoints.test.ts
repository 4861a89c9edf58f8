import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, borrowServer, errorOf, eventually, startServer, type TestServer } from '#test/server.ts';
import { type Receiver, signatureOf, startReceiver } from '#test/webhooks-out/receiver.ts';
import { MAX_ENDPOINTS } from '#webhooks/endpoints.ts';

let server: TestServer;
const receivers: Receiver[] = [];

afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
  await server.close();
});

const URL_OF_PROGRAM = 'https://books.example.com/tari';
const PATH = '/api/webhook_endpoints';

async function begin(): Promise<string> {
  server = await borrowServer();
  return server.logIn(ADMIN, 'super_admin');
}

const added = (token: string, body: object = {}) =>
  server.post(PATH, { url: URL_OF_PROGRAM, event_types: ['OrderPaid'], ...body }, { token });

describe('webhook endpoints', () => {
  it('are added, listed, shown, changed, paused, resumed and removed, each with an event and an audit line', async () => {
    const token = await begin();
    const { json, status } = await added(token, { description: 'Books', reason: 'for the books' });
    const at = server.clock.now().toISOString();
    const { secret, ...view } = json;
    expect(status).toBe(200);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(view).toEqual({
      id: 1,
      url: URL_OF_PROGRAM,
      description: 'Books',
      event_types: ['OrderPaid'],
      state: 'active',
      pause_reason: null,
      failing_since: null,
      delivered: 0,
      failed: 0,
      secret_created_at: at,
      previous_secret_until: null,
      created_by: ADMIN.address,
      created_at: at,
    });
    expect((await server.get(PATH, { token })).json).toEqual([view]);
    const waiting = { pending: 0, dead_letters: 0, oldest_waiting_at: null };
    expect((await server.get(`${PATH}/1`, { token })).json).toEqual({ ...view, ...waiting });
    const change = async (what: string, body: object) => (await server.post(`${PATH}/1/${what}`, body, { token })).json;
    expect(await change('change', { event_types: null })).toEqual({ ...view, event_types: null });
    expect(await change('pause', { reason: 'moving' })).toMatchObject({ state: 'paused', pause_reason: 'moving' });
    expect(await change('resume', {})).toMatchObject({ state: 'active', pause_reason: null });
    const rotated = await change('rotate_secret', {});
    expect(rotated.secret).not.toBe(secret);
    expect(Date.parse(rotated.previous_secret_until) - server.clock.now().getTime()).toBe(24 * 3_600_000);
    expect(await change('remove', { reason: 'gone' })).toMatchObject({ state: 'removed', previous_secret_until: null });
    const events = (await server.get('/api/events', { token })).json;
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'WebhookEndpointAdded',
      'WebhookEndpointChanged',
      'WebhookEndpointPaused',
      'WebhookEndpointResumed',
      'WebhookSecretRotated',
      'WebhookEndpointRemoved',
    ]);
    expect((await server.get('/api/audit_log?subject=webhook-1', { token })).json).toHaveLength(6);
    for (const one of [secret, rotated.secret]) server.secrets.add(one);
  });

  it('are added once under an Idempotency-Key', async () => {
    const token = await begin();
    const send = (url: string) =>
      server.post(PATH, { url, event_types: null }, { token, headers: { 'idempotency-key': 'k' } });
    const [first, second] = [await send(URL_OF_PROGRAM), await send(URL_OF_PROGRAM)];
    expect(second.json).toEqual(first.json);
    expect(errorOf(await send('https://other.example/')).code).toBe('idempotency_key_reused');
    expect((await server.get(PATH, { token })).json).toHaveLength(1);
  });

  it.each([
    ['no URL', { url: '' }],
    ['http', { url: 'http://books.example.com/' }],
    ['another scheme', { url: 'file:///etc/passwd' }],
    ['no URL at all', { url: 'books' }],
    ['a user', { url: 'https://me:secret@books.example.com/' }],
    ['a fragment', { url: 'https://books.example.com/#a' }],
    ['loopback', { url: 'https://127.0.0.1/' }],
    ['loopback in hex', { url: 'https://0x7f000001/' }],
    ['metadata of a cloud', { url: 'https://169.254.169.254/latest/meta-data' }],
    ['a private network', { url: 'https://10.1.2.3/' }],
    ['IPv6 loopback', { url: 'https://[::1]/' }],
    ['mapped IPv4', { url: 'https://[::ffff:10.0.0.1]/' }],
    ['a URL that is too long', { url: `https://books.example.com/${'x'.repeat(2000)}` }],
    ['a type that does not exist', { event_types: ['NoSuchEvent'] }],
    ['no type', { event_types: [] }],
    ['a type twice', { event_types: ['OrderPaid', 'OrderPaid'] }],
    ['types that are none', { event_types: 'all' }],
    ['a description that steers the terminal', { description: 'a\u001b[2J' }],
    ['a description of two lines', { description: 'a\nb' }],
    ['a secret of their own', { secret: 'whsec_AAAA' }],
  ])('are refused, and leave nothing: %s', async (_, body) => {
    const token = await begin();
    const before = server.everything();
    expect((await added(token, body)).status).toBe(400);
    expect(server.everything()).toEqual(before);
  });

  it('are refused if there is no room, or if they are not there or removed', async () => {
    const token = await begin();
    for (let count = 0; count < MAX_ENDPOINTS; count += 1) expect((await added(token)).status).toBe(200);
    expect(errorOf(await added(token))).toMatchObject({ status: 409, code: 'too_many_webhook_endpoints' });
    const change = (id: number, what: string, body: object) => server.post(`${PATH}/${id}/${what}`, body, { token });
    for (const [what, body] of [
      ['change', { description: 'x' }],
      ['pause', { reason: 'x' }],
      ['resume', {}],
      ['rotate_secret', {}],
      ['remove', { reason: 'x' }],
      ['resend', { event_id: 1 }],
      ['test', undefined],
    ] as const) {
      const missing = await change(99, what, body as object);
      expect([what, errorOf(missing).code]).toEqual([what, 'webhook_endpoint_not_found']);
    }
    expect((await change(1, 'remove', { reason: 'x' })).status).toBe(200);
    expect(errorOf(await change(1, 'remove', { reason: 'x' })).code).toBe('webhook_endpoint_state');
    expect(errorOf(await change(2, 'resume', {})).code).toBe('webhook_endpoint_state');
    expect(errorOf(await change(2, 'change', {})).code).toBe('invalid_request');
    expect(errorOf(await change(2, 'resend', { event_id: 1 })).code).toBe('webhook_delivery_not_found');
    // There is room again.
    expect((await added(token)).status).toBe(200);
  });

  it('are decided on by super admins, delivered to by those who may write, and read by those who may read', async () => {
    const admin = await begin();
    await added(admin);
    const [writer, reader] = [await server.logIn(ADMIN, 'write'), await server.logIn(ADMIN, 'read_all')];
    for (const token of [writer, reader]) {
      expect((await added(token)).status).toBe(403);
      for (const what of ['change', 'rotate_secret', 'remove']) {
        expect((await server.post(`${PATH}/1/${what}`, { reason: 'x' }, { token })).status).toBe(403);
      }
    }
    for (const what of ['pause', 'resume', 'resend', 'test']) {
      expect((await server.post(`${PATH}/1/${what}`, {}, { token: reader })).status).toBe(403);
      expect((await server.post(`${PATH}/1/${what}`, {})).status).toBe(401);
    }
    expect((await server.post(`${PATH}/1/pause`, { reason: 'x' }, { token: writer })).status).toBe(200);
    for (const path of [PATH, `${PATH}/1`, `${PATH}/1/attempts`]) {
      expect((await server.get(path, { token: reader })).status).toBe(200);
      expect((await server.get(path, { token: writer })).status).toBe(403);
    }
  });
});

describe('a server with a receiver', () => {
  async function beginWithReceiver() {
    const receiver = await startReceiver();
    receivers.push(receiver);
    server = await startServer({
      start: true,
      settings: { TPG_WEBHOOKS_ALLOW_PRIVATE: 'true', TPG_METRICS: 'on' },
    });
    const token = await server.logIn(ADMIN, 'super_admin');
    return { receiver, token };
  }

  it('tells it of what happens, by itself, and shows the attempts', async () => {
    const { receiver, token } = await beginWithReceiver();
    const { json } = await added(token, { url: receiver.url, event_types: ['NewOrder'] });
    server.secrets.add(json.secret);
    await server.order({ id: 1001 });
    await eventually(() => expect(receiver.received).toHaveLength(1));
    const [message] = receiver.received;
    expect(message?.json).toMatchObject({ type: 'NewOrder', data: { order: { order_id: '1001' } } });
    expect(message && signatureOf(message, json.secret)).toBe(message?.headers['webhook-signature']);
    const attempts = await eventually(async () => {
      const listed = (await server.get(`${PATH}/1/attempts?order=desc&limit=1`, { token })).json;
      expect(listed).toHaveLength(1);
      return listed;
    });
    expect(attempts).toEqual([
      expect.objectContaining({ event_type: 'NewOrder', status: 204, answer: '', error: null, endpoint_id: 1 }),
    ]);
    const { text } = await server.get('/metrics');
    expect(text).toContain('tpg_webhook_attempts{endpoint="1",outcome="delivered"} 1\n');
    expect(text).toContain('tpg_webhook_lag_seconds{endpoint="1"} 0\n');
    const ready = (await server.get('/health/ready')).json;
    expect(ready.webhook_endpoints).toEqual({ active: 1, paused: 0, failing: 0 });
  });

  it('is told again of one event on request, with the same id', async () => {
    const { receiver, token } = await beginWithReceiver();
    await added(token, { url: receiver.url, event_types: ['NewOrder'] });
    await server.order({ id: 1001 });
    await eventually(() => expect(receiver.received).toHaveLength(1));
    const eventId = receiver.received[0]?.json.id;
    await eventually(async () => {
      expect((await server.get(`${PATH}/1/attempts`, { token })).json).toHaveLength(1);
    });
    expect((await server.post(`${PATH}/1/resend`, { event_id: eventId }, { token })).json).toEqual({
      event_id: eventId,
    });
    await eventually(() => expect(receiver.received).toHaveLength(2));
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
  });

  it('is tested alone, also while it is paused, and the answer is shown', async () => {
    const { receiver, token } = await beginWithReceiver();
    const other = await startReceiver();
    receivers.push(other);
    await added(token, { url: receiver.url, event_types: null });
    await added(token, { url: other.url, event_types: null });
    await server.post(`${PATH}/2/pause`, { reason: 'x' }, { token });
    await server.post(`${PATH}/1/pause`, { reason: 'x' }, { token });
    receiver.received.length = 0;
    receiver.answer = (_, response) => response.writeHead(418).end('a teapot');
    const { json, status } = await server.post(`${PATH}/1/test`, undefined, { token });
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 418, answer: 'a teapot', event_id: null, event_type: 'webhook.test' });
    expect(receiver.received.map(({ json }) => json.type)).toEqual(['webhook.test']);
    expect(other.received.filter(({ json }) => json.type === 'webhook.test')).toEqual([]);
    const { json: shown } = await server.get(`${PATH}/1`, { token });
    expect(shown).toMatchObject({ state: 'paused', failed: 0 });
  });

  it('that hangs delays neither another receiver nor the shop’s answers', async () => {
    const { receiver, token } = await beginWithReceiver();
    const other = await startReceiver();
    receivers.push(other);
    receiver.answer = () => undefined;
    await added(token, { url: receiver.url, event_types: ['NewOrder'] });
    await added(token, { url: other.url, event_types: ['NewOrder'] });
    const from = performance.now();
    for (let id = 1001; id <= 1020; id += 1) await server.order({ id });
    await eventually(() => expect(other.received).toHaveLength(20));
    expect(performance.now() - from).toBeLessThan(8_000);
    expect(receiver.received.length).toBeLessThanOrEqual(4);
  }, 20_000);
});
