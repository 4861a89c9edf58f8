import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, errorOf, startServer, type TestServer } from '#test/server.ts';
import { personOf } from '#test/test-wallets.ts';

let server: TestServer;
let token: string;
afterEach(() => server.close());

/** Pull payments are on, and nothing is started: no listener, no uplink. */
async function begin(): Promise<void> {
  server = await startServer({ settings: { SPSP_PORT: '0', SPSP_HOST: 'localhost:6000' } });
  token = await server.logIn(ADMIN, 'write', 'read_all');
}

const TERMS = { amount: '100', asset_code: 'XRP', asset_scale: 9, interval: 'P1D', cycles: 10 };

async function create(fields: object = {}): Promise<string> {
  const answer = await server.post('/api/pull_pointers', { ...TERMS, ...fields }, { token });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.id;
}

/** One packet that was sent for the pull pointer, and whose answer never came. */
async function unknownPacket(id: string, amount = 60n): Promise<void> {
  const { pullPayments } = server.app.services;
  const asset = { code: 'XRP', scale: 9 };
  const pullId = '0d1f2a6c-9d0e-4b51-8f0a-2f2f5d1f7c11';
  const expiresAt = new Date(server.clock.now().getTime() + 30_000);
  const reserved = { agreementId: id, pullId, packet: 1, amount, asset, expiresAt };
  expect(await pullPayments.reserve(reserved)).toBe(amount);
  await pullPayments.settle({ pullId, packet: 1, outcome: 'unknown', fulfillment: null, code: null });
  await pullPayments.endPull(pullId);
}

describe('pull pointers for operators', () => {
  it('are made, shown and listed in pages, with who changed what in the audit log', async () => {
    await begin();
    const fields = { cap: true, max_pull: 50, webhook: 'https://shop.example/x', description: 'd', reference: 'r' };
    const answer = await server.post('/api/pull_pointers', { ...TERMS, ...fields }, { token });
    const now = server.clock.now().toISOString();
    const { id } = answer.json;
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      pointer: `$localhost:6000/${id}`,
      source: 'online',
      state: 'active',
      revision: 1,
      ...TERMS,
      ...fields,
      max_pull: '50',
      start: now,
      expiry: null,
      balance: {
        total: '0',
        interval: '0',
        available: '100',
        held: '0',
        cycle: 1,
        interval_ends_at: new Date(server.clock.now().getTime() + 86_400_000).toISOString(),
        obstacle: null,
      },
      created_at: now,
      updated_at: now,
    });
    const detail = await server.get(`/api/pull_pointers/${id}`, { token });
    expect(detail.json).toMatchObject({ id, unknown_packets: 0, revisions: [{ revision: 1, by: ADMIN.address }] });

    const others = [await create({ reference: 'b' }), await create({ asset_code: 'EUR', asset_scale: 2 })];
    const list = (query: string) => server.get(`/api/pull_pointers?${query}`, { token });
    const first = await list('limit=2');
    const cursor = first.headers.get('x-next-cursor');
    const rest = await list(`limit=2&cursor=${cursor}`);
    expect([...first.json, ...rest.json].map((one: { id: string }) => one.id)).toEqual([id, ...others]);
    expect((await list('reference=b')).json).toHaveLength(1);
    expect((await list('asset_code=EUR&order=desc')).json.map((one: { id: string }) => one.id)).toEqual([others[1]]);
    expect((await list('state=paused')).json).toEqual([]);
    const audit = await server.get('/api/audit_log', { token });
    expect(audit.text).toContain('create pull pointer');
    expect(audit.text).not.toContain(id);
  });

  it('are paused, resumed and cancelled, once for each key', async () => {
    await begin();
    const id = await create();
    const change = (verb: string, key?: string) =>
      server.post(
        `/api/pull_pointers/${id}/${verb}`,
        { reason: 'because' },
        { token, headers: key === undefined ? {} : { 'idempotency-key': key } },
      );
    const paused = await change('pause', 'one');
    expect(paused.json).toMatchObject({ state: 'paused', balance: { available: '0', obstacle: 'paused' } });
    expect((await change('resume')).json).toMatchObject({ state: 'active', balance: { available: '100' } });
    // The repeat of a request gets the first answer, and changes nothing.
    expect((await change('pause', 'one')).json).toEqual(paused.json);
    expect(errorOf(await change('cancel', 'one'))).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect((await change('cancel')).json).toMatchObject({ state: 'cancelled' });
    for (const verb of ['pause', 'resume', 'cancel']) {
      expect(errorOf(await change(verb))).toMatchObject({ status: 409, code: 'pull_pointer_cancelled' });
    }
  });

  it('change their terms as revisions, with the reason', async () => {
    await begin();
    const id = await create({ expiry: '2030-01-01T00:00:00Z', max_pull: '5' });
    const update = (fields: object) =>
      server.post(`/api/pull_pointers/${id}/update`, { reason: 'because', ...fields }, { token });
    expect((await update({ amount: 150, cap: true, expiry: null, max_pull: null })).json).toMatchObject({
      revision: 2,
      amount: '150',
      cap: true,
      expiry: null,
      max_pull: null,
      balance: { available: '150' },
    });
    const { json } = await server.get(`/api/pull_pointers/${id}`, { token });
    expect(json.revisions).toMatchObject([{ amount: '100' }, { amount: '150', by: ADMIN.address, reason: 'because' }]);
    expect(errorOf(await update({ asset_code: 'EUR', asset_scale: 2 })).code).toBe('no_rate_between_assets');
    for (const wrong of [{}, { asset_code: 'EUR' }, { amount: 0 }, { amount: '1.5' }, { interval: 'P0D' }, { x: 1 }]) {
      expect(errorOf(await update(wrong))).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    expect(errorOf(await update({ expiry: '2000-01-01T00:00:00Z' }))).toMatchObject({
      status: 400,
      code: 'pull_terms_refused',
    });
  });

  it('are found by whole ids, and the log shows only how one begins', async () => {
    await begin();
    const id = await create();
    await server.get(`/api/pull_pointers/${id}`, { token });
    await server.get(`/api/pull_pointers/${id}/pulls`, { token });
    const unknown = '6b5e79c7-15a7-4a08-877f-dbe1377ec819';
    expect(errorOf(await server.get(`/api/pull_pointers/${unknown}`, { token }))).toMatchObject({
      status: 404,
      code: 'pull_pointer_not_found',
    });
    expect(errorOf(await server.get(`/api/pull_pointers/${id.slice(0, 8)}`, { token })).code).toBe('invalid_request');
    expect(server.logText).toContain(`/api/pull_pointers/${id.slice(0, 8)}…/pulls`);
    expect(server.logText.includes(id)).toBe(false);
  });

  it('are shown only to who may change them, since their ids are money', async () => {
    await begin();
    const id = await create();
    const reader = await server.logIn(personOf(7), 'read_all');
    for (const path of ['/api/pull_pointers', `/api/pull_pointers/${id}`, '/api/pull_packets']) {
      expect((await server.get(path, { token: reader })).status).toBe(403);
      expect((await server.get(path)).status).toBe(401);
    }
    expect((await server.get('/api/pushes', { token: reader })).status).toBe(200);
    const events = await server.get('/api/events', { token: reader });
    expect(events.text).toContain('PullAgreementCreated');
    expect(events.text).not.toContain(id);
  });
});

describe('packets for operators', () => {
  it('are shown with their outcome, and resolved once if it is unknown', async () => {
    await begin();
    const id = await create();
    await unknownPacket(id);
    const [packet] = (await server.get('/api/pull_packets?state=unknown', { token })).json;
    expect(packet).toMatchObject({ pull_pointer_id: id, amount: '60', state: 'unknown', debit: '0', cycle: 1 });
    expect((await server.get(`/api/pull_pointers/${id}/pulls`, { token })).json).toMatchObject([
      { id: packet.pull_id, pull_pointer_id: id, sent: '0', held: '60' },
    ]);
    const resolve = (outcome: string) =>
      server.post(`/api/pull_packets/${packet.id}/resolve`, { outcome, reason: 'the books' }, { token });
    expect((await resolve('lost')).status).toBe(400);
    expect((await resolve('fulfilled')).json).toMatchObject({
      state: 'fulfilled',
      debit: '60',
      resolved_by: ADMIN.address,
    });
    expect(errorOf(await resolve('rejected'))).toMatchObject({ status: 409, code: 'pull_packet_not_unknown' });
    const shown = await server.get(`/api/pull_pointers/${id}/packets?state=fulfilled`, { token });
    expect(shown.json).toHaveLength(1);
    const after = await server.get(`/api/pull_pointers/${id}`, { token });
    expect(after.json).toMatchObject({ balance: { total: '60', available: '40', held: '0' }, unknown_packets: 0 });
    const none = await server.post('/api/pull_packets/99/resolve', { outcome: 'rejected', reason: 'x' }, { token });
    expect(errorOf(none)).toMatchObject({ status: 404, code: 'pull_packet_not_found' });
  });

  it('come with pushes, by connection', async () => {
    await begin();
    const pushId = '3a0d6f8e-52c7-4d0a-9f6d-5f1f0b7e2c44';
    const push = { pushId, amount: 5000n, asset: { code: 'XRP', scale: 9 } };
    for (const packet of [1, 2, 2]) await server.app.services.pullPayments.book({ ...push, packet });
    expect((await server.get('/api/pushes', { token })).json).toMatchObject([
      { id: pushId, amount: '10000', packets: 2, asset_code: 'XRP', asset_scale: 9 },
    ]);
  });
});
