import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, borrowServer, orderBody, startServer, type TestServer } from '#test/server.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let server: TestServer;

afterEach(() => server.close());

/** Readiness is found out afresh only every two seconds, so each test asks once or past the HTTP interface. */
const condition = () => server.app.engine.condition();
const probe = () => server.webhook('{}', { path: '/shopify/webhook/no_op', topic: 'app/doctor' });

describe('a shop that sends nothing any more', () => {
  const silent = (settings = { TPG_SHOPIFY_MAX_WEBHOOK_AGE: '24h' }) => startServer({ settings });

  it('makes the server unready once its last webhook is older than the operator wants', async () => {
    server = await silent();
    await server.webhook(orderBody());
    server.clock.advance(DAY);
    expect(await condition()).toMatchObject({ reasons: [], details: { webhooks: { age_seconds: DAY / 1_000 } } });
    server.clock.advance(1);
    expect((await condition()).reasons).toEqual([
      expect.stringContaining('No webhook has come from the shop for 24 hours'),
    ]);
    await server.webhook(orderBody({ id: 2 }), { topic: 'refunds/create', path: '/shopify/webhook' });
    expect(await condition()).toMatchObject({ reasons: [], details: { webhooks: { age_seconds: 0 } } });
  });

  it('is not taken for one that speaks because the doctor does, or because a clock was once ahead', async () => {
    server = await silent();
    server.clock.advance(365 * DAY);
    await server.webhook(orderBody());
    server.clock.setBack();
    await server.webhook(orderBody({ id: 2 }));
    server.clock.advance(3 * DAY);
    await probe();
    expect(await condition()).toMatchObject({
      details: { webhooks: { age_seconds: (3 * DAY) / 1_000 } },
      reasons: [expect.stringContaining('for 3 days')],
    });
  });

  it('has an age of 0 and no less where the clock was set back', async () => {
    server = await silent();
    server.clock.advance(DAY);
    await server.webhook(orderBody());
    server.clock.setBack();
    expect(await condition()).toMatchObject({ details: { webhooks: { age_seconds: 0 } }, reasons: [] });
  });

  it('is still known to be silent after old webhooks are forgotten', async () => {
    server = await silent();
    for (const id of [1, 2]) await server.webhook(orderBody({ id }));
    server.clock.advance(40 * DAY);
    await probe();
    expect(await server.app.engine.webhooks.forgetOld()).toBe(1);
    expect(await condition()).toMatchObject({
      details: { webhooks: { age_seconds: (40 * DAY) / 1_000 } },
      reasons: [expect.stringContaining('for 40 days')],
    });
  });

  it('that has never sent anything counts from the first thing that an operator did', async () => {
    server = await startServer({ settings: { TPG_SHOPIFY_MAX_WEBHOOK_AGE: '24h' }, hotWallet: false });
    server.clock.advance(DAY);
    expect(await condition()).toMatchObject({ reasons: [], details: { webhooks: { age_seconds: null } } });
    await server.grant(ADMIN, 'super_admin');
    server.clock.advance(2 * DAY);
    expect((await condition()).reasons).toEqual([expect.stringContaining('No webhook has ever come')]);
  });

  it('is no reason unless it is switched on', async () => {
    server = await borrowServer();
    await server.webhook(orderBody());
    server.clock.advance(400 * DAY);
    expect(await condition()).toMatchObject({
      reasons: [],
      details: { webhooks: { age_seconds: (400 * DAY) / 1_000 } },
    });
  });

  it('shows in readiness and metrics, with what was rejected', async () => {
    server = await startServer({ settings: { TPG_METRICS: 'on' } });
    await server.webhook(orderBody({ currency: 'USD' }));
    server.clock.advance(90_000);
    expect((await server.get('/health/ready')).json.webhooks).toEqual({ rejected: 1, age_seconds: 90 });
    const { text } = await server.get('/metrics');
    expect(text).toContain('\ntpg_webhooks_rejected 1\n');
    expect(text).toContain('\ntpg_webhook_age_seconds 90\n');
  });
});

describe('the order that a rejected webhook names', () => {
  it.each([
    ['orders/create', { id: 5, name: '#5', currency: 'USD' }, '5', '#5'],
    ['orders/create', { id: '820982911946154508', name: 7, currency: 'USD' }, '820982911946154508', null],
    ['orders/create', { id: -1, name: '', currency: 'USD' }, '-1', null],
    ['orders/create', { id: {}, name: ['x'], currency: 'USD' }, null, null],
    ['products/update', { name: '#5' }, null, null],
  ])('%s %j', async (topic, body, id, name) => {
    server = await borrowServer();
    await server.webhook(JSON.stringify(body), { topic, path: '/shopify/webhook' });
    const [rejected] = (await server.get('/api/rejected', { token: await server.logIn(ADMIN, 'super_admin') })).json;
    expect([rejected?.order_id ?? null, rejected?.order_name ?? null]).toEqual([id, name]);
  });

  it('an id past 2^53 is read from where it was not rounded', async () => {
    server = await borrowServer();
    const gid = 'gid://shopify/Order/820982911946154508';
    await server.webhook(`{"id":820982911946154508,"admin_graphql_api_id":"${gid}","name":"#9"}`);
    await server.webhook('{"id":820982911946154508,"name":"#9"}');
    const { json } = await server.get('/api/rejected', { token: await server.logIn(ADMIN, 'super_admin') });
    expect(json.map((one: { order_id: string | null }) => one.order_id)).toEqual(['820982911946154508', null]);
  });
});
