import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payoutRepository } from '#payouts/store/payouts.ts';
import { refundRepository } from '#payouts/store/refunds.ts';
import { joinExamples, type OperationExample } from '#platform/http/openapi/examples.ts';
import { stringifyJson } from '#platform/json.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { queueingRepository } from '#platform/outbox/store/queueing.ts';
import { addressToBase58, parseAddress } from '#tari/address.ts';
import { microTari } from '#tari/micro-tari.ts';
import { dualAddressOf } from '#test/fake-console-wallet/paying-machine.ts';
import { Contract, type Operation } from '#test/openapi-contract/contract.ts';
import { apiDescription } from '#test/openapi-contract/contract-document.ts';
import { apiExamples } from '#test/openapi-contract/examples.ts';
import { type Answer, HMAC_SECRET, hmacOf, orderBody, startServer, type TestServer } from '#test/server.ts';
import { personOf } from '#test/test-wallets.ts';

/** The examples on the API page: each is sent as it stands there, and each answer is of its kind. */

/** The examples that build on each other, in their order; all others can be sent after them. */
const STORY = [
  'POST /api/wallets',
  'POST /api/exchange_rate',
  'POST /api/price_updates',
  'POST /api/price_updates/{id}/retry',
  'POST /shopify/webhook/checkout_create',
  'POST /shopify/webhook',
  'POST /auth',
  'GET /api/check_token',
  'POST /order/claim',
  'POST /wallet/incoming_payment',
  'POST /wallet/tx_confirmation',
  'POST /wallet/payouts/lease',
  'POST /wallet/payouts/release',
  'POST /wallet/payouts/started',
  'POST /wallet/payouts/sent',
  'POST /wallet/payouts/confirmed',
  'POST /wallet/payouts/failed',
  'POST /wallet/payouts/unknown',
  'POST /api/held/{txid}/assign',
  'PATCH /api/order_memo',
  'PATCH /api/order_price',
  'PATCH /api/reassign_order',
  'POST /api/fulfill',
  'POST /api/credit',
  'POST /api/cancel',
  'PATCH /api/reset_order/{order_id}',
];

const ONE_TARI = microTari(1_000_000n);

/** What takes away what others need. */
const LAST = 'DELETE /api/wallets/{address}';

const EXAMPLES = await apiExamples();
const inOrder = [...new Set([...STORY, ...Object.keys(EXAMPLES).filter((route) => route !== LAST), LAST])];
const description = await apiDescription();
const contract = new Contract(description);
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
);

describe('every route', () => {
  it('has an example, and every example a route', () => {
    expect(operations.map(({ route }) => route).sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  it('has its example from one context', () => {
    const examples = { 'GET /health': {} };
    expect(() => joinExamples([examples, examples])).toThrow('Two contexts have an example of GET /health');
  });

  it.each(operations)('shows what is sent and answered: $route', ({ route, operation }) => {
    const { params = {}, query = {}, headers = {}, body, answer } = EXAMPLES[route] ?? {};
    const shown = (place: string) =>
      Object.fromEntries(
        (operation.parameters ?? [])
          .filter((parameter) => parameter.in === place && parameter.example !== undefined)
          .map(({ name, example }) => [name, example]),
      );
    expect(shown('path')).toEqual(params);
    expect(shown('query')).toEqual(query);
    // What proves who asks stands among the security schemes.
    if (operation.security?.[0]?.login_token === undefined) expect(shown('header')).toEqual(headers);
    expect(operation.requestBody?.content['application/json']?.example).toEqual(body);
    expect(operation.requestBody === undefined).toBe(body === undefined);
    const [media] = Object.values(successOf(operation).content ?? {});
    expect(media?.example).toEqual(answer);
    expect(media === undefined).toBe(answer === undefined);
  });

  it.each(operations)('shows answers that fit their schemas: $route', ({ operation }) => {
    for (const { content = {} } of Object.values(operation.responses)) {
      for (const [mediaType, { schema, example }] of Object.entries(content)) {
        // The same list as a table for spreadsheets has no example of its own.
        if (mediaType !== 'text/csv') expect(contract.problemsOfValue(schema, example)).toEqual([]);
      }
    }
    const [body] = Object.values(operation.requestBody?.content ?? {});
    if (body !== undefined) expect(contract.problemsOfValue(body.schema, body.example)).toEqual([]);
  });
});

function successOf({ responses }: Operation) {
  const { 200: success } = responses;
  if (success === undefined) throw new Error('Every route answers 200 where all is well');
  return success;
}

describe('the examples, one after the other', () => {
  let server: TestServer;
  let token: string;
  const CUSTOMER = EXAMPLES['POST /order/claim']?.body as { address: string };
  const customer = { ...personOf(1), tariAddress: parseAddress(CUSTOMER.address) };

  /** What is set up before an example, beside the examples before it. Answers ids that the server has made. */
  const PREPARED: Record<string, () => Promise<Record<string, string>> | Record<string, string>> = {
    'POST /auth': async () => ({}),
    'GET /api/check_token': async () => {
      await server.app.engine.access.changeRoles(
        [{ address: customer.tariAddress, apply: ['read_all', 'write', 'super_admin'], revoke: [] }],
        'test',
      );
      token = await server.logIn(personOf(1), 'user', 'super_admin');
      return {};
    },
    'PATCH /api/order_memo': async () => {
      await server.order({
        id: 8997470732595,
        name: '#1002',
        currency: 'USD',
        total_price: '15.90',
        customer: { id: 7003 },
      });
      await server.order({
        id: 8997470732596,
        name: '#1003',
        currency: 'USD',
        total_price: '15.90',
        customer: { id: 7004 },
      });
      return {};
    },
    'POST /wallet/payouts/release': () => leasedPayout('POST /wallet/payouts/release'),
    'POST /wallet/payouts/started': () => leasedPayout('POST /wallet/payouts/started'),
    'POST /wallet/payouts/failed': () => leasedPayout('POST /wallet/payouts/failed'),
    'POST /wallet/payouts/unknown': () => leasedPayout('POST /wallet/payouts/unknown'),
    'POST /api/rejected/{id}/retry': async () => {
      const ids = await setAside('8997470732597');
      await server.app.engine.exchangeRates.set('ZAR', 1_600_000n, 'test');
      return ids;
    },
    'POST /api/rejected/{id}/dismiss': () => setAside('8997470732598', 'BTC'),
    'POST /api/price_updates/{id}/retry': () => {
      const [row] = server.rows(`select max(id) as id from price_updates where state = 'pending'`);
      return { id: String(row?.id) };
    },
    'GET /api/pull_pointers/{id}': () => ofPullPointer(),
    'POST /api/pull_pointers/{id}/pause': () => ofPullPointer(),
    'POST /api/pull_pointers/{id}/resume': () => ofPullPointer(),
    'POST /api/pull_pointers/{id}/cancel': () => ofPullPointer(),
    'POST /api/pull_pointers/{id}/update': () => ofPullPointer(),
    'GET /api/pull_pointers/{id}/pulls': () => ofPullPointer(),
    'GET /api/pull_pointers/{id}/packets': () => ofPullPointer(),
    'POST /api/pull_packets/{id}/resolve': async () => {
      await pullPointer({ isAsked: true });
      const [row] = server.rows(`select max(id) as id from pull_packets where state = 'unknown'`);
      return { id: String(row?.id) };
    },
    'GET /api/refunds/{id}': () => ofRefund(),
    'POST /api/refunds/{id}/address': () => ofRefund(),
    'POST /api/refunds/{id}/approve': () => ofRefund(),
    'POST /api/refunds/{id}/cancel': () => ofRefund(),
    'GET /api/payouts/{id}': () => ofSweep(),
    'POST /api/payouts/{id}/resolve': () => ofSweep('unknown'),
    'POST /api/sweeps/{id}/approve': () => ofSweep(),
    'POST /api/sweeps/{id}/cancel': () => ofSweep(),
    'GET /api/webhook_endpoints/{id}': () => ofWebhookEndpoint(),
    'GET /api/webhook_endpoints/{id}/attempts': () => ofWebhookEndpoint(),
    'POST /api/webhook_endpoints/{id}/change': () => ofWebhookEndpoint(),
    'POST /api/webhook_endpoints/{id}/rotate_secret': () => ofWebhookEndpoint(),
    'POST /api/webhook_endpoints/{id}/pause': () => ofWebhookEndpoint(),
    'POST /api/webhook_endpoints/{id}/resume': async () => {
      const ids = await ofWebhookEndpoint();
      await server.post(`/api/webhook_endpoints/${ids.id}/pause`, { reason: 'their server moves' }, { token });
      return ids;
    },
    'POST /api/webhook_endpoints/{id}/resend': async () => {
      const ids = await ofWebhookEndpoint();
      const first = { types: undefined, after: 0n, limit: 1 };
      await server.app.store.run((tx) => tx.use(queueingRepository).queueNext(`webhook-${ids.id}`, first));
      return ids;
    },
    'POST /api/webhook_endpoints/{id}/test': () => ofWebhookEndpoint(),
    'POST /api/webhook_endpoints/{id}/remove': () => ofWebhookEndpoint(),
    'POST /api/dead_letters/{event_id}/retry': () => deadLetter(),
    'POST /api/dead_letters/{event_id}/dismiss': () => deadLetter(),
  };

  const bodyOf = <Body>(route: string): Body => EXAMPLES[route]?.body as Body;

  /** The payout that an example is about, which its wallet has leased. */
  async function leasedPayout(route: string): Promise<Record<string, string>> {
    const { payout, auth } = bodyOf<{ payout: { id: string; lease?: string }; auth: { address: string } }>(route);
    const started = bodyOf<{ payout: { address: string; amount: number } }>('POST /wallet/payouts/started');
    const now = server.clock.now();
    await server.app.store.run(async (tx) => {
      const people = { requestedBy: 'staff:ben', approvedBy: 'staff:cleo', approvedAt: now };
      const of = { kind: 'sweep' as const, refundId: null, orderId: null, reason: 'to the safe', createdAt: now };
      const { address, amount } = started.payout;
      const approved = { ...of, ...people, address, amount: microTari(BigInt(amount)), state: 'approved' as const };
      const hash = { id: payout.id, approvalHash: '0'.repeat(64) };
      const entered = await tx.use(payoutRepository).insert(approved, () => hash);
      const lease = { leasedBy: auth.address, leaseToken: payout.lease ?? 'x', leases: 1n };
      const leaseUntil = new Date(now.getTime() + 600_000);
      await tx.use(payoutRepository).change(entered, { state: 'leased', ...lease, leaseUntil }, now);
    });
    return {};
  }

  /** A refund of its own for each example, which another person has asked for; the hash is the one that the example shows. */
  async function ofRefund(): Promise<{ id: string }> {
    const { order_id: orderId } = bodyOf<{ order_id: string }>('POST /api/refunds');
    const { approval_hash: approvalHash } = bodyOf<{ approval_hash: string }>('POST /api/refunds/{id}/approve');
    const to = { address: addressToBase58(dualAddressOf(personOf(7))) };
    const ask = { orderId, kind: 'part' as const, amount: ONE_TARI, to, reason: 'out of stock' };
    const { id } = await server.app.services.payouts.refunds.request({ actor: 'staff:ben' }, ask);
    await server.app.store.run(async (tx) => {
      const refund = await tx.use(refundRepository).find(id);
      if (refund) await tx.use(refundRepository).change(refund, { approvalHash }, server.clock.now());
    });
    return { id };
  }

  /** A sweep of its own for each example. */
  async function ofSweep(state: 'waiting_for_approval' | 'unknown' = 'waiting_for_approval'): Promise<{ id: string }> {
    const ask = { amount: ONE_TARI, reason: 'to the safe' };
    const { id } = await server.app.services.payouts.sweeps.request({ actor: 'staff:ben' }, ask);
    const now = server.clock.now();
    await server.app.store.run(async (tx) => {
      const sweep = await tx.use(payoutRepository).find(id);
      const approved = { state, approvedBy: 'staff:cleo', approvedAt: now };
      if (sweep && state === 'unknown') await tx.use(payoutRepository).change(sweep, approved, now);
    });
    return { id };
  }

  /** A pull pointer of its own for each example, of which a packet may have been sent and not answered. */
  async function pullPointer({ isAsked = false } = {}): Promise<string> {
    const { pullPayments } = server.app.services;
    const body = EXAMPLES['POST /api/pull_pointers']?.body;
    const { id } = (await server.post('/api/pull_pointers', body, { token })).json;
    if (isAsked) {
      const [pullId, packet] = [randomUUID(), 1];
      const expiresAt = new Date(server.clock.now().getTime() + 30_000);
      const asset = { code: 'XRP', scale: 9 };
      await pullPayments.reserve({ agreementId: id, pullId, packet, amount: 5n, asset, expiresAt });
      await pullPayments.settle({ pullId, packet, outcome: 'unknown', fulfillment: null, code: null });
    }
    return id;
  }

  const ofPullPointer = async () => ({ id: await pullPointer() });

  /** A webhook endpoint of its own for each example, at an address that nothing is sent to. */
  async function ofWebhookEndpoint(): Promise<{ id: string }> {
    const body = { url: 'https://localhost:9/', event_types: ['OrderPaid'] };
    return { id: String((await server.post('/api/webhook_endpoints', body, { token })).json.id) };
  }

  async function setAside(id: string, currency = 'ZAR'): Promise<Record<string, string>> {
    await server.webhook(orderBody({ id: Number(id), currency }));
    const [row] = server.rows(`select max(id) as id from webhooks where state = 'set_aside'`);
    return { id: String(row?.id) };
  }

  async function deadLetter(): Promise<Record<string, string>> {
    const now = server.clock.now();
    return server.app.store.run(async (tx) => {
      const [order] = (EXAMPLES['GET /api/search/orders']?.answer ?? []) as object[];
      const event = { type: 'NewOrder' as const, subject: 'x', payload: stringifyJson({ order }), createdAt: now };
      await tx.use(eventRepository).append(event, ['shopify']);
      for (;;) {
        const delivery = await tx
          .use(deliveryRepository)
          .leaseNext(['shopify'], now, { leaseToken: 'h', leasedUntil: now });
        if (delivery === undefined) throw new Error('There is no delivery to give up');
        await tx
          .use(deliveryRepository)
          .settle(delivery, { state: 'dead', nextAttemptAt: now, lastError: 'gone' }, now);
        if (delivery.event.subject === 'x') return { event_id: String(delivery.event.id) };
      }
    });
  }

  beforeAll(async () => {
    const settings = {
      TPG_METRICS: 'on',
      TPG_CONSOLE: 'true',
      TPG_PUBLIC_URL: 'https://pay.example.com',
      TPG_COLD_ADDRESS: addressToBase58(dualAddressOf(personOf(9))),
    };
    server = await startServer({ shop: true, settings, hotWallet: false });
    server.clock.advance(Date.parse('2026-11-21T13:00:00.000Z') - server.clock.now().getTime());
    token = await server.logIn(personOf(1), 'user', 'read_all', 'write', 'super_admin');
  });
  afterAll(() => server.close());

  const send = (route: string, example: OperationExample, ids: Record<string, string>): Promise<Answer> => {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(ids[name] ?? example.params?.[name] ?? ''),
    );
    const query = example.query === undefined ? '' : `?${new URLSearchParams(example.query)}`;
    const body = example.body === undefined ? undefined : stringifyJson(example.body);
    const signed = template.startsWith('/shopify/webhook') && body !== undefined;
    return server.request(method, `${path}${query}`, {
      body,
      token,
      headers: { ...example.headers, ...(signed && { 'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET) }) },
    });
  };

  const NOT_200: Readonly<Record<string, number>> = {
    // This server has a shop, which can't take a cancelled order back.
    'PATCH /api/reset_order/{order_id}': 501,
    // Its login token is that of POST /auth, which has used the nonce up.
    'POST /auth/link': 401,
    // The hash of what is approved follows from the id of the sweep, which no example can know.
    'POST /api/sweeps/{id}/approve': 409,
  };

  it.each(inOrder)('%s', async (route) => {
    const example = EXAMPLES[route] ?? {};
    const ids = (await PREPARED[route]?.()) ?? {};
    const answer = await send(route, example, ids);
    expect([answer.status, answer.json?.success ?? true], answer.text).toEqual([NOT_200[route] ?? 200, true]);
  });
});
