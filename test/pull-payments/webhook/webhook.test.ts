import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import type { Resolve } from '#platform/outgoing-post/public-lookup.ts';
import { PULL_EVENTS } from '#pull-payments/events.ts';
import { subscribeWebhooks, type WebhookPorts } from '#pull-payments/webhook/subscriber.ts';
import { manualClock } from '#test/clock.ts';
import { closeEngines, MINUTE, takeNames } from '#test/engine.ts';
import { hashOf, someTerms, type TestPulls, testPulls } from '#test/pull-payments/pulls.ts';
import { recordingLog } from '#test/recording-log.ts';

const TOKEN = 'the webhook token';

interface Call {
  headers: IncomingMessage['headers'];
  method: string | undefined;
  path: string | undefined;
  body: string;
}

/** A receiver of webhooks that answers as it is told, one after the other, and then 200. */
class Receiver {
  readonly calls: Call[] = [];
  readonly answers: ((response: ServerResponse) => void)[] = [];
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, method, url: path } = request;
      this.calls.push({ headers, method, path, body: Buffer.concat(chunks).toString() });
      const answer = this.answers.shift() ?? ((response) => response.end());
      answer(response);
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

const receivers: Receiver[] = [];

afterEach(async () => {
  await closeEngines();
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

async function aReceiver() {
  const receiver = new Receiver();
  receivers.push(receiver);
  return { receiver, url: await receiver.start() };
}

interface Stage {
  pulls: TestPulls;
  /** Delivers all that is due. */
  deliver(): Promise<void>;
  /** The errors of deliveries, with whether they are dead. */
  deliveries(): { state: unknown; last_error: unknown; attempts: unknown }[];
}

async function aStage(options: Partial<WebhookPorts['settings']> & Pick<WebhookPorts, 'options'> = {}): Promise<Stage> {
  const log = recordingLog();
  const bus = new EventBus(log, [...EVENT_TYPES, ...PULL_EVENTS]);
  const pulls = await testPulls({ bus, clock: manualClock() });
  const { options: postOptions, ...settings } = options;
  subscribeWebhooks(bus, {
    store: pulls.test.store,
    settings: { publicHost: 'pay.example.com', webhookToken: TOKEN, webhookAllowPrivate: true, ...settings },
    ...(postOptions && { options: postOptions }),
  });
  const { store, clock } = pulls.test;
  const dispatcher = new Dispatcher({ store, bus, clock, random: () => 0, newLeaseToken: takeNames(), log });
  return {
    pulls,
    async deliver() {
      while ((await dispatcher.processNext()) !== undefined);
    },
    deliveries: () =>
      (pulls.test.dump().deliveries ?? []).map(({ state, last_error, attempts }) => ({ state, last_error, attempts })),
  };
}

describe('the webhook of an agreement', () => {
  it('is called once for each pull, with the documented keys first, the bearer, a signature and an id', async () => {
    const { receiver, url } = await aReceiver();
    const { pulls, deliver } = await aStage();
    const { id } = await pulls.create({ webhook: `${url}/hook?of=rent` });
    await pulls.pull(id, 30n, { maxPacket: 7n });
    await pulls.pull(id, 40n);
    await deliver();
    await deliver();
    expect(receiver.calls).toHaveLength(2);
    const [first, second] = receiver.calls as [Call, Call];
    expect([first.method, first.path]).toEqual(['POST', '/hook?of=rent']);
    const time = pulls.test.clock.now().toISOString();
    const eventId = first.headers['webhook-id'];
    expect(first.body).toBe(
      `{"balanceTotal":"30","balanceInterval":"30","pointer":"$pay.example.com/${id}","id":"${eventId}","pulled":"30",` +
        `"cycle":1,"available":"70","event":"PullEnded","time":"${time}"}`,
    );
    expect(first.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'webhook-signature': `sha256=${createHmac('sha256', TOKEN).update(first.body).digest('hex')}`,
    });
    expect(JSON.parse(second.body)).toMatchObject({ balanceTotal: '70', balanceInterval: '70', pulled: '40' });
    expect(second.headers['webhook-id']).not.toBe(eventId);
  });

  it('names a pointer that was made offline by its token, and is not called where there is none', async () => {
    const { receiver, url } = await aReceiver();
    const { pulls, deliver, deliveries } = await aStage();
    const { id } = await pulls.service.register(hashOf('a.b.c'), someTerms({ webhook: url }), 'a.b.c');
    await pulls.pull(id, 30n);
    await pulls.pull((await pulls.create()).id, 30n);
    await deliver();
    expect(receiver.calls.map(({ body }) => JSON.parse(body).pointer)).toEqual(['$pay.example.com/a.b.c']);
    expect(deliveries().map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('is called again until it has answered with success, in the order of the pulls', async () => {
    const { receiver, url } = await aReceiver();
    const { pulls, deliver, deliveries } = await aStage();
    const status = (code: number) => (response: ServerResponse) => void response.writeHead(code).end('no');
    receiver.answers.push(status(500), status(404));
    const { id } = await pulls.create({ webhook: url });
    await pulls.pull(id, 30n);
    await pulls.pull(id, 40n);
    await deliver();
    expect(deliveries()[0]).toMatchObject({ state: 'pending', last_error: 'The webhook answered with status 500.' });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      pulls.test.clock.advance(MINUTE);
      await deliver();
    }
    const totals = receiver.calls.map(({ body }) => JSON.parse(body).balanceTotal);
    expect(totals).toEqual(['30', '30', '30', '70']);
    expect(new Set(receiver.calls.slice(0, 3).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(deliveries().map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('is not followed to where it redirects', async () => {
    const [one, other] = [await aReceiver(), await aReceiver()];
    const { pulls, deliver, deliveries } = await aStage();
    one.receiver.answers.push((response) => void response.writeHead(307, { location: other.url }).end());
    const { id } = await pulls.create({ webhook: one.url });
    await pulls.pull(id, 30n);
    await deliver();
    expect(other.receiver.calls).toEqual([]);
    expect(deliveries()[0]).toMatchObject({ state: 'pending', last_error: 'The webhook answered with status 307.' });
  });

  it('may answer without an end, or not at all: neither holds anything up', async () => {
    const { receiver, url } = await aReceiver();
    const { pulls, deliver, deliveries } = await aStage({ options: { answerWithinMs: 200 } });
    receiver.answers.push(
      (response) => {
        response.writeHead(200);
        const more = setInterval(() => response.write('x'.repeat(100_000)), 1);
        response.on('close', () => clearInterval(more));
      },
      () => undefined,
    );
    const { id } = await pulls.create({ webhook: url });
    await pulls.pull(id, 30n);
    await pulls.pull(id, 30n);
    await deliver();
    expect(deliveries()).toMatchObject([
      { state: 'done' },
      { state: 'pending', last_error: 'The webhook could not be called. It did not answer within 0.2 s.' },
    ]);
  });

  it('that cannot be reached is tried again, and its error names no URL', async () => {
    const { pulls, deliver, deliveries } = await aStage();
    const { id } = await pulls.create({ webhook: 'http://127.0.0.1:9/secret' });
    await pulls.pull(id, 30n);
    await deliver();
    expect(deliveries()).toMatchObject([
      { state: 'pending', last_error: 'The webhook could not be called. The connection failed (ECONNREFUSED).' },
    ]);
  });
});

describe('a webhook in a network that is not public', () => {
  /** A name service that answers what a test says. */
  const resolving =
    (...addresses: string[]): Resolve =>
    (_, __, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  it.each([
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/',
    'http://0.0.0.0:PORT/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://localhost:PORT/',
  ])('such as %s is not called, and its delivery is a dead letter', async (webhook) => {
    const { receiver, url } = await aReceiver();
    const { pulls, deliver, deliveries } = await aStage({ webhookAllowPrivate: false });
    const { id } = await pulls.create({ webhook: webhook.replace('PORT', new URL(url).port) });
    await pulls.pull(id, 30n);
    await deliver();
    expect(receiver.calls).toEqual([]);
    expect(deliveries()).toMatchObject([
      { state: 'dead', last_error: expect.stringMatching(/^The webhook was not called\. It is at an address/) },
    ]);
  });

  it.each([[['127.0.0.1']], [['93.184.215.14', '127.0.0.1']], [['::1']], [['::ffff:10.0.0.1']]])(
    'is not called by a name that means %s',
    async (addresses) => {
      const { receiver, url } = await aReceiver();
      const options = { resolve: resolving(...addresses) };
      const { pulls, deliver, deliveries } = await aStage({ webhookAllowPrivate: false, options });
      const { id } = await pulls.create({ webhook: `http://hook.example.com:${new URL(url).port}` });
      await pulls.pull(id, 30n);
      await deliver();
      expect(receiver.calls).toEqual([]);
      expect(deliveries()).toMatchObject([{ state: 'dead' }]);
    },
  );

  it('is called where a setting allows it', async () => {
    const { receiver, url } = await aReceiver();
    const { pulls, deliver } = await aStage();
    const { id } = await pulls.create({ webhook: `http://localhost:${new URL(url).port}` });
    await pulls.pull(id, 30n);
    await deliver();
    expect(receiver.calls).toHaveLength(1);
  });
});
