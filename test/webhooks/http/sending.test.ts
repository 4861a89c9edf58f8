import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, HOUR, MINUTE, SECOND } from '#test/engine.ts';
import { type Receiver, signatureOf, startReceiver } from '#test/webhooks-out/receiver.ts';
import { type WebhookStage, webhookStage } from '#test/webhooks-out/stage.ts';
import { MAX_ANSWER_BYTES } from '#webhooks/limits.ts';
import { MAX_DUE, MAX_PENDING } from '#webhooks/queue-filler.ts';

const receivers: Receiver[] = [];

afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
  await closeEngines();
});

async function receiver(): Promise<Receiver> {
  const started = await startReceiver();
  receivers.push(started);
  return started;
}

const typesOf = ({ received }: Receiver) => received.map(({ json }) => json.type);
const subjectsOf = ({ received }: Receiver) => received.map(({ json }) => json.data.order?.order_id);
const attemptsOf = ({ test }: WebhookStage) => test.rows('select * from webhook_attempts order by id');

describe('a webhook', () => {
  it('says what the event stream says, signed by Standard Webhooks', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.test.order({ orderId: 'before' });
    const { secret } = await stage.add(program.url, 'NewOrder');
    await stage.test.order({ orderId: '1' });
    await stage.test.cancel('1');
    await stage.carryAll();
    const event = (await stage.test.events()).find(({ type, subject }) => type === 'NewOrder' && subject === '1');
    const [message] = program.received;
    expect(program.received).toHaveLength(1);
    expect(message?.json).toEqual({
      id: Number(event?.id),
      type: 'NewOrder',
      timestamp: event?.createdAt.toISOString(),
      data: JSON.parse(event?.payload ?? ''),
    });
    expect(message?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(new RegExp(`^msg_[0-9a-f]{16}_${event?.id}$`)),
      'webhook-timestamp': String(Math.floor(stage.test.clock.now().getTime() / 1000)),
      'webhook-signature': message && signatureOf(message, secret),
    });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  it('is told once to each endpoint that wants its type, or all types', async () => {
    const stage = await webhookStage();
    const [orders, all] = [await receiver(), await receiver()];
    await stage.add(orders.url, 'NewOrder', 'OrderAnnulled');
    await stage.add(all.url);
    await stage.test.order({ orderId: '1' });
    await stage.test.cancel('1');
    await stage.carryAll();
    await stage.carryAll();
    expect(typesOf(orders)).toEqual(['NewOrder', 'OrderAnnulled']);
    expect(typesOf(all)).toEqual(['NewOrder', 'OrderAnnulled']);
  });

  it('has the same id and body at each attempt, another time, and another id at another endpoint', async () => {
    const stage = await webhookStage();
    const [program, other] = [await receiver(), await receiver()];
    await stage.add(program.url, 'NewOrder');
    await stage.add(other.url, 'NewOrder');
    program.answer = (_, response) => response.writeHead(500).end('no');
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    stage.test.clock.advance(2 * SECOND);
    await stage.carryAll();
    const [first, second] = program.received;
    expect(program.received).toHaveLength(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    expect(other.received[0]?.headers['webhook-id']).not.toBe(first?.headers['webhook-id']);
  });

  it('is signed with both secrets for a day after a rotation', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id, secret: old } = await stage.add(program.url, 'NewOrder');
    const { secret } = await stage.endpoints.rotateSecret(stage.by, id);
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    stage.test.clock.advance(24 * HOUR);
    await stage.test.order({ orderId: '2' });
    await stage.carryAll();
    const [during, after] = program.received;
    if (during === undefined || after === undefined || secret === null) throw new Error('Two must have come');
    expect(during.headers['webhook-signature']).toBe(`${signatureOf(during, secret)} ${signatureOf(during, old)}`);
    expect(after.headers['webhook-signature']).toBe(signatureOf(after, secret));
  });

  it('keeps the order of the events of one order, whatever fails meanwhile', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.add(program.url, 'NewOrder', 'OrderAnnulled');
    program.answer = (_, response) => response.writeHead(subjectsOf(program).at(-1) === '1' ? 500 : 200).end();
    await stage.test.order({ orderId: '1' });
    await stage.test.cancel('1');
    await stage.test.order({ orderId: '2' });
    await stage.carryAll();
    expect(subjectsOf(program)).toEqual(['1', '2']);
    program.answer = (_, response) => response.end();
    stage.test.clock.advance(SECOND);
    await stage.carryAll();
    expect(typesOf(program).slice(2)).toEqual(['NewOrder', 'OrderAnnulled']);
  });

  it('is logged with status, duration, error and the beginning of the answer', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id } = await stage.add(program.url, 'NewOrder');
    program.answer = (_, response) => response.writeHead(503).end('x'.repeat(5_000));
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    const [row] = attemptsOf(stage);
    expect(row).toMatchObject({ endpoint_id: id, event_type: 'NewOrder', status: 503n });
    expect(row?.error).toBe('It answered with status 503.');
    expect(row?.answer).toBe('x'.repeat(MAX_ANSWER_BYTES));
  });
});

describe('a receiver that', () => {
  it('answers 500 for a day gets a dead letter, which can be retried', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id } = await stage.add(program.url, 'NewOrder');
    program.answer = (_, response) => response.writeHead(500).end();
    await stage.test.order({ orderId: '1' });
    for (let attempt = 0; attempt < 150; attempt += 1) {
      await stage.carryAll();
      stage.test.clock.advance(10 * MINUTE);
    }
    expect(program.received).toHaveLength(150);
    const [letter] = await stage.test.engine.deadLetters.after(0n, 10);
    expect(letter).toMatchObject({ subscriber: `webhook-${id}`, lastError: 'It answered with status 500.' });
    program.answer = (_, response) => response.end();
    await stage.test.engine.deadLetters.retry(stage.by, letter?.event.id ?? 0n, `webhook-${id}`);
    await stage.carryAll();
    expect(program.received).toHaveLength(151);
    expect(await stage.test.engine.deadLetters.after(0n, 10)).toEqual([]);
  }, 60_000);

  it('fails for three days is paused, with an event and a line in the audit log', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id } = await stage.add(program.url, 'NewOrder');
    program.answer = (_, response) => response.writeHead(500).end();
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    stage.test.clock.advance(73 * HOUR);
    await stage.carryAll();
    const { endpoint } = await stage.endpoints.show(id);
    expect(endpoint).toMatchObject({
      state: 'paused',
      pauseReason: expect.stringMatching(/^Every attempt has failed since/),
    });
    expect(await stage.test.eventNames()).toContain(`WebhookEndpointPaused webhook-${id}`);
    expect(stage.test.rows(`select actor, action from audit_log where actor = 'webhooks'`)).toHaveLength(1);
  });

  it('says 410 is paused at once; what happens meanwhile waits until it is resumed', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id } = await stage.add(program.url, 'NewOrder');
    program.answer = (_, response) => response.writeHead(410).end();
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    await stage.test.order({ orderId: '2' });
    stage.test.clock.advance(HOUR);
    await stage.carryAll();
    expect(program.received).toHaveLength(1);
    expect((await stage.endpoints.show(id)).endpoint).toMatchObject({ state: 'paused' });
    expect(await stage.test.engine.deadLetters.after(0n, 10)).toEqual([]);
    program.answer = (_, response) => response.end();
    await stage.endpoints.resume(stage.by, id, { skipMissed: false });
    await stage.carryAll();
    expect(subjectsOf(program)).toEqual(['1', '1', '2']);
  });

  it('asks for time is given it', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.add(program.url, 'NewOrder');
    program.answer = (_, response) => response.writeHead(429, { 'retry-after': '120' }).end();
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    stage.test.clock.advance(119 * SECOND);
    await stage.carryAll();
    expect(program.received).toHaveLength(1);
    stage.test.clock.advance(SECOND);
    await stage.carryAll();
    expect(program.received).toHaveLength(2);
  });

  it('redirects is not followed', async () => {
    const stage = await webhookStage();
    const [program, inside] = [await receiver(), await receiver()];
    await stage.add(program.url, 'NewOrder');
    program.answer = (_, response) => response.writeHead(308, { location: inside.url }).end();
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    expect(inside.received).toEqual([]);
    expect(attemptsOf(stage)[0]?.error).toBe('It answered with status 308; redirects are not followed.');
  });

  it('closes the connection, or answers without an end, is tried again or done', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.add(program.url, 'NewOrder');
    program.answer = (request) => request.socket.destroy();
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    expect(attemptsOf(stage)).toMatchObject([{ status: null, error: 'The connection failed (ECONNRESET).' }]);
    program.answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 'y')));
        response.once('drain', more);
      };
      more();
    };
    stage.test.clock.advance(SECOND);
    await stage.carryAll();
    expect(attemptsOf(stage)[1]).toMatchObject({ status: 200n, error: null, answer: 'y'.repeat(MAX_ANSWER_BYTES) });
  });

  it('answers with what databases and terminals can’t take is logged all the same', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.add(program.url, 'NewOrder');
    program.answer = (_, response) => response.end(Buffer.from([0, 0xff, 0xfe, 0x1b, 0x5b, 0x32, 0x4a]));
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    expect(attemptsOf(stage)[0]?.answer).not.toContain('\0');
  });
});

describe('an address that is not public', () => {
  it('is refused when an endpoint is added, and a name that means one when it is called', async () => {
    const addresses = [['10.0.0.1'], ['127.0.0.1'], ['::1'], ['93.184.216.34', '169.254.169.254']];
    const stage = await webhookStage({
      allowPrivate: false,
      resolveName: (_, __, done) => {
        const named = addresses.shift() ?? ['127.0.0.1'];
        done(
          null,
          named.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      },
    });
    for (const url of ['https://127.0.0.1/', 'https://[::1]/', 'https://169.254.169.254/latest', 'https://0x7f.1/']) {
      await expect(stage.add(url)).rejects.toMatchObject({ code: 'webhook_url_refused' });
    }
    await stage.add('https://inside.example/', 'NewOrder');
    await stage.test.order({ orderId: '1' });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await stage.carryAll();
      stage.test.clock.advance(HOUR);
    }
    const errors = attemptsOf(stage).map(({ error }) => error);
    expect(errors).toEqual(
      Array(4).fill('It is at an address that is not public, which TPG_WEBHOOKS_ALLOW_PRIVATE does not allow.'),
    );
  });
});

describe('a queue', () => {
  it('has room for so many deliveries that are due; the rest waits in the events and comes in order', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.add(program.url, 'NewOrder');
    const count = MAX_DUE + 20;
    for (let order = 1; order <= count; order += 1) await stage.test.order({ orderId: String(order) });
    await stage.sender.fill();
    await stage.sender.fill();
    expect(stage.test.rows(`select 1 from deliveries where state = 'pending'`)).toHaveLength(MAX_DUE);
    await stage.carryAll();
    expect(subjectsOf(program)).toEqual(Array.from({ length: count }, (_, index) => String(index + 1)));
  }, 60_000);

  it('of a receiver that is down stops growing', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.add(program.url, 'NewOrder');
    program.answer = (request) => request.socket.destroy();
    for (let order = 1; order <= MAX_PENDING + 50; order += 1) await stage.test.order({ orderId: String(order) });
    await stage.carryAll();
    await stage.carryAll();
    expect(stage.test.rows(`select 1 from deliveries where state = 'pending'`)).toHaveLength(MAX_PENDING);
  }, 120_000);

  it('is given up with its endpoint, dead letters and all, and its secrets are forgotten', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id } = await stage.add(program.url, 'NewOrder');
    await stage.test.order({ orderId: '1' });
    await stage.sender.fill();
    await stage.endpoints.remove(stage.by, id, 'gone');
    await stage.carryAll();
    expect(program.received).toEqual([]);
    expect(stage.test.rows('select state from deliveries')).toEqual([{ state: 'done' }]);
    expect(stage.test.rows('select secret, previous_secret from webhook_endpoints')).toEqual([
      { secret: null, previous_secret: null },
    ]);
    await expect(stage.endpoints.resume(stage.by, id, { skipMissed: false })).rejects.toMatchObject({
      code: 'webhook_endpoint_state',
    });
    await expect(stage.endpoints.test(id)).rejects.toMatchObject({ code: 'webhook_endpoint_not_found' });
  });

  it('can be skipped when its endpoint is resumed', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id } = await stage.add(program.url, 'NewOrder');
    await stage.test.order({ orderId: '1' });
    await stage.sender.fill();
    await stage.endpoints.pause(stage.by, id, 'moving');
    await stage.test.order({ orderId: '2' });
    await stage.endpoints.resume(stage.by, id, { skipMissed: true });
    await stage.test.order({ orderId: '3' });
    await stage.carryAll();
    expect(subjectsOf(program)).toEqual(['3']);
  });

  it('does not hold what an endpoint did not want before its types were changed', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const { id } = await stage.add(program.url, 'OrderAnnulled');
    await stage.test.order({ orderId: '1' });
    await stage.endpoints.change(stage.by, id, { eventTypes: ['NewOrder'] });
    await stage.test.order({ orderId: '2' });
    await stage.carryAll();
    expect(subjectsOf(program)).toEqual(['2']);
  });
});

describe('two instances over one database', () => {
  it('tell each event once, and a paused endpoint of one is one of the other', async () => {
    const one = await webhookStage();
    const other = await webhookStage({ beside: one.test });
    const program = await receiver();
    const { id } = await one.add(program.url, 'NewOrder');
    for (const orderId of ['1', '2', '3', '4']) await one.test.order({ orderId });
    await Promise.all([one.carryAll(), other.carryAll()]);
    expect(subjectsOf(program).sort()).toEqual(['1', '2', '3', '4']);
    await other.endpoints.pause(other.by, id, 'moving');
    await one.test.order({ orderId: '5' });
    await Promise.all([one.carryAll(), other.carryAll()]);
    expect(program.received).toHaveLength(4);
  });
});

describe('a process that is killed', () => {
  it('after the receiver has answered and before that is noted sends the same message again', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    await stage.add(program.url, 'NewOrder');
    await stage.test.order({ orderId: '1' });
    await stage.sender.fill();
    const { run } = stage.test.store;
    let runs = 0;
    Object.assign(stage.test.store, {
      run: (work: never) => {
        runs += 1;
        return runs === 1 ? run.call(stage.test.store, work) : Promise.reject(new Error('killed'));
      },
    });
    await expect(stage.sender.processNext()).rejects.toThrow('killed');
    Object.assign(stage.test.store, { run });
    const restarted = await webhookStage({ beside: stage.test });
    stage.test.clock.advance(MINUTE);
    await restarted.carryAll();
    expect(program.received).toHaveLength(2);
    expect(new Set(program.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(attemptsOf(stage)).toHaveLength(1);
  });
});

describe('secrets', () => {
  it('are in no log, no event, no line of the audit log and no kept answer', async () => {
    const stage = await webhookStage();
    const program = await receiver();
    const keyed = { ...stage.by, idempotency: { key: 'k', fingerprint: 'f' } };
    const asked = { url: `${program.url}?token=their-own`, description: '', eventTypes: null };
    const added = await stage.endpoints.add(keyed, asked);
    const repeated = await stage.endpoints.add(keyed, asked);
    // A kept answer was read from JSON.
    const numbers = { id: 1, delivered: 0, failed: 0 };
    expect(repeated).toEqual({ ...added, ...numbers });
    // Another one would be made in the same millisecond.
    stage.test.clock.advance(1);
    const rotated = await stage.endpoints.rotateSecret(stage.by, added.id);
    // The repeat of a request whose secret is no longer the present one shows none.
    expect(await stage.endpoints.add(keyed, asked)).toEqual({ ...added, ...numbers, secret: null });
    program.answer = (_, response) => response.writeHead(500).end();
    await stage.test.order({ orderId: '1' });
    await stage.carryAll();
    const { webhook_endpoints: _, ...others } = stage.test.dump();
    const everything = JSON.stringify([others, stage.log.lines, stage.test.log.lines], (__, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const { secret } of [added, rotated]) {
      expect(secret).toMatch(/^whsec_/);
      expect(everything).not.toContain(secret?.slice('whsec_'.length));
    }
    expect(
      JSON.stringify(others.events, (__, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('their-own');
  });
});
