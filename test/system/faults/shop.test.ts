import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { openStore } from '#test/database/open.ts';
import type { StandInOptions } from '#test/fake-shopify/server.ts';
import { aPlace, differencesIn, keptOrders, type Place, sendOrder } from '#test/faults/server.ts';
import { memoryMb } from '#test/processes/server-process.ts';
import { eventually, startServer, type TestServer } from '#test/server.ts';

const MINUTE = 60_000;

let folder: string;
let server: TestServer | undefined;
let place: Place | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tari-shop-faults-'));
});

afterEach(async () => {
  await server?.close();
  await place?.clear();
  server = undefined;
  place = undefined;
  rmSync(folder, { recursive: true });
});

/** An order in the shop, and here, and its payment. */
async function orderAndPay(server: TestServer, id: string): Promise<void> {
  server.shop.addOrder({ id, name: `#${id}`, currency: 'USD', price: '1.00' });
  await server.dollarOrder({ id: BigInt(id), name: `#${id}`, customer: { id: BigInt(id) } });
  await server.payConfirmed({ order_id: id });
}

let lastFiller = 900_000;

/** Time passes, and something happens that makes the outbox look what is due. */
async function pass(server: TestServer, milliseconds: number): Promise<void> {
  server.clock.advance(milliseconds);
  lastFiller += 1;
  await server.order({ id: lastFiller, name: `#${lastFiller}` });
}

const deliveriesOf = (server: TestServer) => server.rows('select attempts, state from deliveries');
const toldOf = (server: TestServer, id: string) => server.shop.effectCount(id, 'paid');

describe('a shop that is down for an hour', () => {
  it('is told once of what was paid meanwhile, and holds up nobody', async () => {
    server = await startServer({ shop: true, start: true });
    const { shop } = server;
    shop.down = true;
    const ids = ['1001', '1002', '1003', '1004', '1005'];
    for (const id of ids) await orderAndPay(server, id);
    for (let minute = 0; minute < 60; minute += 1) await pass(server, MINUTE);

    const waiting = await server.get('/health/ready');
    expect(waiting.status).toBe(503);
    expect(waiting.json).toMatchObject({ database: 'ok', storefront: 'behind', outbox: { dead_letters: 0 } });
    expect(waiting.json.outbox.pending).toBeGreaterThanOrEqual(ids.length);
    const attempts = server.rows('select attempts from deliveries').map((row) => Number(row.attempts));
    // Pauses double up to ten minutes: it is asked again, and not again and again.
    expect(Math.max(...attempts)).toBeLessThan(20);
    expect(keptOrders(server.database).size).toBe(ids.length + 60);

    shop.down = false;
    await eventually(async () => {
      await pass(server as TestServer, 10 * MINUTE);
      const { outbox } = (await (server as TestServer).get('/health/ready')).json;
      expect(outbox.pending).toBe(0);
    }, 25_000);
    expect(ids.map((id) => shop.effectCount(id, 'paid'))).toEqual(ids.map(() => 1));
    expect(await differencesIn(server.database)).toEqual([]);
  });
});

describe('a shop that throttles', () => {
  it('is given its time, by either of its ways to say so, and told once', async () => {
    server = await startServer({ shop: { retryAfter: '0.2' }, start: true });
    server.shop.failNext(2, 'throttled', 'ReadOrder');
    server.shop.failNext(1, 'http_429', 'ReadOrder');
    await orderAndPay(server, '1001');
    await eventually(() => expect(toldOf(server as TestServer, '1001')).toBe(1));
    await eventually(() => expect(deliveriesOf(server as TestServer)).toEqual([{ attempts: 1n, state: 'done' }]));
  });

  it('for longer than a call can wait is asked again later', async () => {
    server = await startServer({ shop: { retryAfter: '120.0' }, start: true });
    const { shop } = server;
    shop.failNext(1, 'http_429', 'ReadOrder');
    await orderAndPay(server, '1001');
    await eventually(() => expect(server?.logText).toContain('to shopify failed; retrying in'));
    await pass(server, MINUTE);
    expect(shop.effectCount('1001', 'paid')).toBe(0);
    await pass(server, 2 * MINUTE);
    await eventually(() => expect(shop.effectCount('1001', 'paid')).toBe(1));
  });
});

describe('a token of the shop that has expired', () => {
  it('is replaced by another, and the shop told once', async () => {
    const shop: StandInOptions = {
      access: {
        kind: 'client_credentials',
        clientId: 'the-client',
        clientSecret: 'the-clients-secret',
        lifetimeSeconds: 3600,
      },
    };
    const settings = {
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: '',
      TPG_SHOPIFY_API_KEY: 'the-client',
      TPG_SHOPIFY_API_SECRET: 'the-clients-secret',
    };
    server = await startServer({ shop, settings, start: true });
    const { access } = server.shop;
    await orderAndPay(server, '1001');
    await eventually(() => expect(toldOf(server as TestServer, '1001')).toBe(1));
    access.revokeAll();
    await orderAndPay(server, '1002');
    await eventually(() => expect(toldOf(server as TestServer, '1002')).toBe(1));
    expect(access.requests()).toBe(2);
    for (const token of [...access.issued(), 'the-clients-secret']) server.secrets.add(token);
    await eventually(() => {
      const states = deliveriesOf(server as TestServer).map((row) => row.state);
      expect(states).toEqual(['done', 'done']);
    });
  });
});

describe('a subscriber that always throws', () => {
  it('harms neither orders, nor payments, nor what the shop is told', async () => {
    const plugin = join(folder, 'thrower.mjs');
    writeFileSync(
      plugin,
      `export function register(events) {
        for (const type of ['NewOrder', 'OrderClaimed', 'OrderPaid', 'PaymentReceived']) {
          events.on(type, () => { throw new Error('The live one always throws'); });
          events.onDurable('thrower', type, async () => { throw new Error('The durable one always throws'); });
        }
      }`,
    );
    server = await startServer({ shop: true, start: true, settings: { TPG_PLUGINS: plugin } });
    const { shop } = server;
    const ids = ['1001', '1002', '1003'];
    for (const id of ids) await orderAndPay(server, id);
    await eventually(() => expect(ids.map((id) => shop.effectCount(id, 'paid'))).toEqual(ids.map(() => 1)));
    for (let minute = 0; minute < 20; minute += 1) await pass(server, MINUTE);

    const thrown = server.rows(`select attempts, state, last_error from deliveries where subscriber = 'thrower'`);
    expect(new Set(thrown.map((row) => row.state))).toEqual(new Set(['pending']));
    expect(Math.max(...thrown.map((row) => Number(row.attempts)))).toBeLessThan(20);
    expect(thrown.map((row) => row.last_error)).toContain('The durable one always throws');
    // Nobody overlooks it.
    const ready = await server.get('/health/ready');
    expect([ready.status, ready.json.database]).toEqual([503, 'ok']);
    expect(server.rows('select count(*) as count from orders')).toEqual([{ count: BigInt(ids.length + 20) }]);
    expect(await differencesIn(server.database)).toEqual([]);
  });
});

describe('10,000 events that wait', () => {
  const SUBJECTS = 2_000;
  const EVENTS_OF_EACH = 5;

  it('take no memory, hold up nobody, and are told in their order', { timeout: 120_000 }, async () => {
    place = aPlace();
    const [open, told, plugin] = [join(folder, 'open'), join(folder, 'told'), join(folder, 'desk.mjs')];
    appendFileSync(told, '');
    writeFileSync(
      plugin,
      `import { appendFileSync, existsSync } from 'node:fs';
      export function register(events) {
        events.onDurable('desk', 'OrderPaid', ({ payload }) => {
          if (!existsSync(${JSON.stringify(open)})) throw new Error('The desk is closed');
          appendFileSync(${JSON.stringify(told)}, payload.subject + ' ' + payload.number + '\\n');
        });
      }`,
    );
    await makeEvents(place.file);
    const { url, pid } = await place.start({ TPG_PLUGINS: plugin });
    const pending = async () => {
      const answer = (await (await fetch(`${url}/health/ready`)).json()) as { outbox: { pending: number } };
      return answer.outbox.pending;
    };
    expect(await pending()).toBe(SUBJECTS * EVENTS_OF_EACH);
    for (let id = 1; id <= 20; id += 1) expect((await sendOrder(url, id)).status).toBe(200);
    expect(readFileSync(told, 'utf8')).toBe('');

    writeFileSync(open, '');
    await eventually(async () => expect(await pending()).toBe(0), 100_000);
    for (let id = 21; id <= 25; id += 1) expect((await sendOrder(url, id)).status).toBe(200);
    expect(memoryMb(pid, 'VmHWM')).toBeLessThan(300);
    const numbers = new Map<string, number[]>();
    for (const line of readFileSync(told, 'utf8').trim().split('\n')) {
      const [subject = '', number] = line.split(' ');
      numbers.set(subject, [...(numbers.get(subject) ?? []), Number(number)]);
    }
    expect(numbers.size).toBe(SUBJECTS);
    const inOrder = Array.from({ length: EVENTS_OF_EACH }, (_, number) => number);
    for (const found of numbers.values()) expect(found).toEqual(inOrder);
  });

  /** As if a shop with so many orders had been down. */
  async function makeEvents(file: string): Promise<void> {
    const createdAt = new Date();
    const store = await openStore(`sqlite://${file}`, { maxConnections: 1 });
    for (let number = 0; number < EVENTS_OF_EACH; number += 1) {
      await store.run(async (tx) => {
        for (let order = 0; order < SUBJECTS; order += 1) {
          const subject = `order-${order}`;
          const payload = JSON.stringify({ subject, number });
          await tx.use(eventRepository).append({ type: 'OrderPaid', subject, payload, createdAt }, ['desk']);
        }
      });
    }
    await store.close();
  }
});
