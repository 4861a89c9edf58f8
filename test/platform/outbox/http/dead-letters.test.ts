import { afterEach, describe, expect, it } from 'vitest';
import { MAX_DISMISSED_AT_ONCE } from '#platform/outbox/bulk-dismissal.ts';
import { deadLetterRepository } from '#platform/outbox/store/dead-letters.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { ADMIN, borrowServer, errorOf, eventually, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

const admin = () => server.logIn(ADMIN, 'super_admin');
const lettersFor = async (token: string, query = '') => (await server.get(`/api/dead_letters${query}`, { token })).json;
const retry = (id: number | string, token: string, body?: object, query = '') =>
  server.post(`/api/dead_letters/${id}/retry${query}`, body, { token });
const deliveries = () => server.rows('select event_id, subscriber, state, attempts from deliveries order by event_id');
const retries = () => server.rows(`select * from audit_log where action = 'retry dead letter'`);

/** A server whose shop does not know the order 5, which is paid: the shop cannot be told. */
async function withDeadLetter(): Promise<void> {
  server = await startServer({ shop: true, start: true });
  await server.dollarOrder({ id: 5, note: JSON.stringify(server.claimOf(ALICE, '5')) });
  await server.payConfirmed();
  await eventually(() => expect(deliveries()).toMatchObject([{ state: 'dead' }]));
}

/** A server with two subscribers that were told nothing of so many orders, which were given up. */
async function withDeadLettersOf(orders: number, { areKnown = true } = {}): Promise<void> {
  server = await borrowServer();
  for (let id = 1; areKnown && id <= orders; id += 1) await server.order({ id });
  await server.app.store.run(async (tx) => {
    const subscribers = ['mailer', 'shop'];
    for (let id = 1; id <= orders; id += 1) {
      const event = { type: 'NewOrder' as const, subject: String(id), payload: '{"order":{}}', createdAt: NOW };
      await tx.use(eventRepository).append(event, subscribers);
    }
    for (let times = 0; times < 2 * orders; times += 1) {
      const held = { leaseToken: 'h', leasedUntil: new Date(NOW.getTime() + 1) };
      const delivery = await tx.use(deliveryRepository).leaseNext(subscribers, NOW, held);
      if (delivery === undefined) throw new Error('There are fewer deliveries than there should be');
      await tx.use(deliveryRepository).settle(delivery, { state: 'dead', nextAttemptAt: NOW, lastError: 'no' }, NOW);
    }
  });
}

describe('GET /api/dead_letters', () => {
  it('lists what could not be delivered, and why', async () => {
    await withDeadLetter();
    const token = await server.logIn(ALICE, 'read_all');
    const answer = await server.get('/api/dead_letters', { token });
    const [{ id }] = server.rows(`select id from events where type = 'OrderPaid'`) as [{ id: bigint }];
    expect([answer.status, answer.json]).toEqual([
      200,
      [
        {
          event_id: Number(id),
          subscriber: 'shopify',
          type: 'OrderPaid',
          subject: '5',
          attempts: 1,
          last_error: expect.stringContaining('The shop has no order') as string,
          created_at: NOW.toISOString(),
          updated_at: NOW.toISOString(),
          payload: { order: expect.objectContaining({ order_id: '5', status: 'Paid' }) as object },
        },
      ],
    ]);
  });

  it('is paged by after and limit, an event with all its subscribers at once', async () => {
    await withDeadLettersOf(3);
    const token = await admin();
    const pairs = async (query: string) =>
      (await lettersFor(token, query)).map((letter: { event_id: number; subscriber: string }) => [
        letter.event_id,
        letter.subscriber,
      ]);
    const of = (...ids: number[]) =>
      ids.flatMap((id) => [
        [id, 'mailer'],
        [id, 'shop'],
      ]);
    expect(await pairs('')).toEqual(of(4, 5, 6));
    expect(await pairs('?limit=1')).toEqual(of(4));
    expect(await pairs('?after=4&limit=1')).toEqual(of(5));
    expect(await pairs('?after=5')).toEqual(of(6));
    expect(await pairs('?after=6')).toEqual([]);
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'after=-1', `after=${2n ** 63n}`, 'subscriber=shop'])(
    'refuses ?%s',
    async (query) => {
      server = await borrowServer();
      const answer = await server.get(`/api/dead_letters?${query}`, { token: await admin() });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );

  it('is for read_all', async () => {
    server = await borrowServer();
    const token = await server.logIn(ALICE, 'user', 'write', 'payment_wallet');
    expect(errorOf(await server.get('/api/dead_letters', { token }))).toMatchObject({ status: 403 });
  });
});

describe('POST /api/dead_letters/{event_id}/retry', () => {
  it('tells the shop at once, now that it can be told', async () => {
    await withDeadLetter();
    const order = server.shop.addOrder({ id: '5', name: '#5', currency: 'USD', price: '1.00' });
    const [{ event_id: id }] = deliveries() as [{ event_id: bigint }];
    const answer = await retry(String(id), await server.logIn(ALICE, 'write'));
    expect([answer.status, answer.text]).toEqual([200, '{"retried":1}']);
    await eventually(() => expect(order.financialStatus).toBe('PAID'));
    await eventually(() => expect(deliveries()).toMatchObject([{ state: 'done', attempts: 1n }]));
    expect(await lettersFor(await admin())).toEqual([]);
  });

  it('says in the audit log who did it, and what had gone wrong', async () => {
    await withDeadLettersOf(1);
    await retry(2, await server.logIn(ALICE, 'write'));
    const [row, ...more] = retries();
    expect(more).toEqual([]);
    expect(row).toMatchObject({ actor: ALICE.address, subject: 'event 2', after: null });
    const delivery = { type: 'NewOrder', subject: '1', attempts: 1, last_error: 'no' };
    expect(JSON.parse(String(row?.before))).toEqual({
      deliveries: [
        { ...delivery, subscriber: 'mailer' },
        { ...delivery, subscriber: 'shop' },
      ],
    });
  });

  it.each<[string, object | undefined, string]>([
    ['query', undefined, '?subscriber=shop'],
    ['body', { subscriber: 'shop' }, ''],
    ['both', { subscriber: 'shop' }, '?subscriber=shop'],
  ])('sends to one subscriber alone, named in %s, and leaves other events', async (_, body, query) => {
    await withDeadLettersOf(2);
    expect((await retry(3, await admin(), body, query)).json).toEqual({ retried: 1 });
    const stateOf = server.rows(`select event_id, subscriber, attempts from deliveries where state = 'pending'`);
    expect(stateOf).toEqual([{ event_id: 3n, subscriber: 'shop', attempts: 0n }]);
  });

  it.each([[undefined], [{}], [{ subscriber: null }], [null]])('sends to all with the body %j', async (body) => {
    await withDeadLettersOf(1);
    expect((await retry(2, await admin(), body as object)).json).toEqual({ retried: 2 });
  });

  it('is answered again under the same Idempotency-Key, and done once', async () => {
    await withDeadLettersOf(1);
    const options = { token: await admin(), headers: { 'idempotency-key': 'once' } };
    const first = await server.post('/api/dead_letters/2/retry', undefined, options);
    const again = await server.post('/api/dead_letters/2/retry', undefined, options);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(retries()).toHaveLength(1);
  });

  it('is 404 for what is not dead', async () => {
    await withDeadLettersOf(1);
    const token = await admin();
    const notFound = async (id: string | number, about: string, query = '') =>
      expect(errorOf(await retry(id, token, undefined, query))).toEqual({
        status: 404,
        code: 'dead_letter_not_found',
        error: `There is no dead letter of ${about}.`,
      });
    await notFound(1, 'event 1');
    await notFound(String(2n ** 63n - 1n), `event ${2n ** 63n - 1n}`);
    await notFound(2, 'event 2 to nobody', '?subscriber=nobody');
    expect((await retry(2, token)).status).toBe(200);
    await notFound(2, 'event 2');
    expect(retries()).toHaveLength(1);
  });

  it('refuses what makes no sense, and callers without write', async () => {
    await withDeadLettersOf(1);
    const token = await admin();
    const wrong: [string | number, unknown, string][] = [
      ['x', undefined, ''],
      [String(2n ** 63n), undefined, ''],
      [2, { subscriber: '' }, ''],
      [2, { subscriber: 5 }, ''],
      [2, { subscriber: 'a'.repeat(65) }, ''],
      [2, { subscribr: 'shop' }, ''],
      [2, [], ''],
      [2, undefined, '?subscriber='],
      [2, undefined, '?subscribr=shop'],
      [2, { subscriber: 'shop' }, '?subscriber=mailer'],
    ];
    for (const [id, body, query] of wrong) {
      const answer = await retry(id, token, body as object, query);
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    const reader = await server.logIn(ALICE, 'user', 'read_all', 'payment_wallet');
    expect(errorOf(await retry(2, reader))).toMatchObject({ status: 403, code: 'permission_missing' });
    expect(deliveries()).toMatchObject([{ state: 'dead' }, { state: 'dead' }]);
  });
});

describe('POST /api/dead_letters/{event_id}/dismiss', () => {
  const dismiss = (id: number | string, token: string, body: object) =>
    server.post(`/api/dead_letters/${id}/dismiss`, body, { token });

  it('lets the letter rest: it is told no more, and readiness no longer counts it', async () => {
    await withDeadLetter();
    const token = await admin();
    const [letter] = await lettersFor(token);
    expect((await server.get('/health/ready')).json.outbox.dead_letters).toBe(1);
    const answer = await dismiss(letter.event_id, token, { reason: 'Paid in the shop by hand' });
    expect([answer.status, answer.json]).toEqual([200, { dismissed: 1 }]);
    expect(await lettersFor(token)).toEqual([]);
    await eventually(async () =>
      expect((await server.get('/health/ready')).json.outbox).toMatchObject({ dead_letters: 0, pending: 0 }),
    );
    expect(deliveries()).toMatchObject([{ state: 'done', attempts: 1n }]);
    expect(server.rows(`select action, subject, reason from audit_log where action like 'dismiss%'`)).toEqual([
      { action: 'dismiss dead letter', subject: `event ${letter.event_id}`, reason: 'Paid in the shop by hand' },
    ]);
    expect(errorOf(await dismiss(letter.event_id, token, { reason: 'again' })).code).toBe('dead_letter_not_found');
    expect(errorOf(await retry(letter.event_id, token)).code).toBe('dead_letter_not_found');
  });

  it('is for one subscriber where one is named, and once under one key', async () => {
    await withDeadLettersOf(1);
    const token = await admin();
    const [{ event_id: id }] = await lettersFor(token);
    const body = { subscriber: 'mailer', reason: 'No mail is needed' };
    const headers = { 'idempotency-key': 'one' };
    for (let times = 0; times < 2; times += 1) {
      const answer = await server.post(`/api/dead_letters/${id}/dismiss`, body, { token, headers });
      expect([answer.status, answer.json]).toEqual([200, { dismissed: 1 }]);
    }
    expect((await lettersFor(token)).map(({ subscriber }: { subscriber: string }) => subscriber)).toEqual(['shop']);
  });

  it('needs the role write, a reason, and a letter', async () => {
    await withDeadLettersOf(1);
    const token = await admin();
    const [{ event_id: id }] = await lettersFor(token);
    const before = server.everything();
    expect(errorOf(await dismiss(id, token, {})).code).toBe('invalid_request');
    expect(errorOf(await dismiss(id, token, { reason: 'x', subscribers: ['shop'] })).code).toBe('invalid_request');
    expect(errorOf(await dismiss(id, token, { reason: 'x', subscriber: 'nobody' })).code).toBe('dead_letter_not_found');
    expect(errorOf(await dismiss(999, token, { reason: 'x' })).code).toBe('dead_letter_not_found');
    expect(server.everything()).toEqual(before);
    const reader = await server.logIn(ALICE, 'read_all');
    expect(errorOf(await dismiss(id, reader, { reason: 'x' })).code).toBe('permission_missing');
  });
});

describe('POST /api/dead_letters/dismiss', () => {
  const dismiss = (body: unknown, token: string, headers = {}) =>
    server.post('/api/dead_letters/dismiss', body as object, { token, headers });
  const records = () =>
    server.rows(`select actor, subject, reason, before from audit_log where action = 'dismiss dead letters'`);
  const dead = () =>
    server.rows(`select event_id, subscriber from deliveries where state = 'dead' order by event_id, subscriber`);

  it('takes those of one subscriber off the list, up to the event that was seen, with one line in the audit log', async () => {
    await withDeadLettersOf(3);
    const answer = await dismiss(
      { subscriber: 'shop', up_to_event: 5, reason: 'gone' },
      await server.logIn(ALICE, 'write'),
    );
    expect([answer.status, answer.json]).toEqual([200, { dismissed: 2, has_more: false }]);
    expect(dead()).toEqual([
      { event_id: 4n, subscriber: 'mailer' },
      { event_id: 5n, subscriber: 'mailer' },
      { event_id: 6n, subscriber: 'mailer' },
      { event_id: 6n, subscriber: 'shop' },
    ]);
    const [record, ...others] = records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({ actor: ALICE.address, subject: 'to shop, up to event 5', reason: 'gone' });
    expect(JSON.parse(String(record?.before))).toEqual({
      deliveries: [
        { event_id: 4, type: 'NewOrder', subject: '1', subscriber: 'shop' },
        { event_id: 5, type: 'NewOrder', subject: '2', subscriber: 'shop' },
      ],
    });
  });

  it('leaves what failed after the time that was seen, though its event is an earlier one', async () => {
    await withDeadLettersOf(2);
    const token = await admin();
    const [, { updated_at: seen }] = await lettersFor(token);
    const later = new Date(Date.parse(seen) + 1).toISOString();
    await server.app.store.run(async (tx) => {
      const [letter] = await tx.use(deadLetterRepository).deadOf(4n, ['mailer', 'shop']);
      if (letter === undefined) throw new Error('There is no dead letter');
      await tx.use(deadLetterRepository).requeue(letter, NOW);
      const held = { leaseToken: 'h', leasedUntil: new Date(NOW.getTime() + 1) };
      const delivery = await tx.use(deliveryRepository).leaseNext(['mailer'], NOW, held);
      if (delivery === undefined) throw new Error('There is no delivery');
      const outcome = { state: 'dead', nextAttemptAt: NOW, lastError: 'no' } as const;
      await tx.use(deliveryRepository).settle(delivery, outcome, new Date(later));
    });
    const which = { all: true, up_to_event: 5, reason: 'x' };
    expect((await dismiss({ ...which, up_to_time: seen }, token)).json).toEqual({ dismissed: 3, has_more: false });
    expect(dead()).toEqual([{ event_id: 4n, subscriber: 'mailer' }]);
    expect(records()[0]).toMatchObject({ subject: `up to event 5, failed by ${seen}` });
    expect((await dismiss({ ...which, up_to_time: later }, token)).json).toMatchObject({ dismissed: 1 });
    expect(dead()).toEqual([]);
  });

  it('does a bounded number at once, the oldest first, and says whether there are more', async () => {
    await withDeadLettersOf(MAX_DISMISSED_AT_ONCE / 2 + 1, { areKnown: false });
    const token = await admin();
    expect((await dismiss({ all: true, reason: 'x' }, token)).json).toEqual({
      dismissed: MAX_DISMISSED_AT_ONCE,
      has_more: true,
    });
    expect(dead()).toHaveLength(2);
    expect((await dismiss({ all: true, reason: 'x' }, token)).json).toEqual({ dismissed: 2, has_more: false });
    // What changes nothing leaves no line.
    expect((await dismiss({ all: true, reason: 'x' }, token)).json).toEqual({ dismissed: 0, has_more: false });
    expect(records()).toHaveLength(2);
  });

  it('is answered again under the same Idempotency-Key, and done once; another request under it is refused', async () => {
    await withDeadLettersOf(2);
    const token = await admin();
    const once = { 'idempotency-key': 'once' };
    const body = { type: 'NewOrder', subscriber: 'mailer', reason: 'x' };
    const first = await dismiss(body, token, once);
    const again = await dismiss(body, token, once);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(dead()).toHaveLength(2);
    expect(records()).toHaveLength(1);
    const other = await dismiss({ ...body, subscriber: 'shop' }, token, once);
    expect(errorOf(other)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  it('refuses what does not say which are meant, and callers without write', async () => {
    await withDeadLettersOf(1);
    const token = await admin();
    const wrong = [
      { reason: 'x' },
      { all: false, reason: 'x' },
      { all: true, subscriber: 'shop', reason: 'x' },
      { all: true, type: 'NewOrder', reason: 'x' },
      { all: true },
      { subscriber: '', reason: 'x' },
      { subscriber: null, type: null, reason: 'x' },
      { type: 'NoSuchEvent', reason: 'x' },
      { subscriber: 'shop', up_to_event: -1, reason: 'x' },
      { subscriber: 'shop', up_to_event: '5', reason: 'x' },
      { subscriber: 'shop', up_to_time: 'yesterday', reason: 'x' },
      { subscriber: 'shop', up_to_time: 5, reason: 'x' },
      { subscriber: 'shop', reason: 'x'.repeat(1001) },
      { subscribr: 'shop', all: true, reason: 'x' },
      [],
    ];
    for (const body of wrong) {
      expect([body, errorOf(await dismiss(body, token))]).toMatchObject([
        body,
        { status: 400, code: 'invalid_request' },
      ]);
    }
    const reader = await server.logIn(ALICE, 'user', 'read_all', 'payment_wallet');
    expect(errorOf(await dismiss({ all: true, reason: 'x' }, reader))).toMatchObject({ status: 403 });
    expect(dead()).toHaveLength(2);
    expect(records()).toEqual([]);
  });
});
