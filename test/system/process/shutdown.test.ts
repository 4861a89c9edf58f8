import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isOnPostgres } from '#test/database/database.ts';
import { eventually, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;

/** The process may take 10 s to end, and the outbox and the database need some of them. */
const MAX_CLOSE_MS = 7_000;

let server: TestServer;

afterEach(() => server.close());

/** A connection as a client or a load balancer keeps it, with all that came over it. */
class Connection {
  received = '';
  closed = false;
  readonly #socket: net.Socket;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  async send(text: string): Promise<void> {
    this.#socket.write(text);
    await sleep(100);
  }
}

const GET_HEALTH = 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n';

/** The two halves of a request whose body takes its time. */
function slowClaim(claim: object): [string, string] {
  const body = JSON.stringify(claim);
  const head = `POST /order/claim HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return [`${head}${body.slice(0, 10)}`, body.slice(10)];
}

async function durationOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('closing', () => {
  it('answers what is in flight, keeps it, refuses what is new, and ends every connection at once', async () => {
    server = await startServer();
    await server.order();
    const [first, rest] = slowClaim(server.claimOf(ALICE, '1001'));
    const idle = await Connection.open(server.port);
    const busy = await Connection.open(server.port);
    await idle.send(GET_HEALTH);
    await busy.send(GET_HEALTH);
    await busy.send(first);

    const closing = durationOf(server.closeApp());
    await sleep(50);
    await eventually(() => expect(idle.closed).toBe(true));
    await expect(Connection.open(server.port)).rejects.toThrow('ECONNREFUSED');
    await busy.send(rest);
    await eventually(() => expect(busy.received).toContain('"status":"New"'));
    expect(busy.received.toLowerCase()).toContain('\r\nconnection: close\r\n');
    expect(await closing).toBeLessThan(3_000);
    await eventually(() => expect(busy.closed).toBe(true));
    expect(server.rows('select status from orders')).toEqual([{ status: 'New' }]);
  });

  it('refuses in the one form what still comes over a connection that was busy', async () => {
    server = await startServer();
    const [first, rest] = slowClaim(server.claimOf(ALICE, '404'));
    const busy = await Connection.open(server.port);
    const late = await Connection.open(server.port);
    await busy.send(first);
    await late.send(GET_HEALTH.slice(0, -2));
    const closing = server.closeApp();
    await sleep(50);
    await late.send('\r\n');
    await busy.send(rest);
    await closing;
    const [head = '', body = ''] = late.received.split('\r\n\r\n');
    expect(head).toContain('HTTP/1.1 503');
    expect(head.toLowerCase()).toContain('connection: close');
    expect(JSON.parse(body)).toEqual({
      error: expect.any(String) as string,
      code: 'unavailable',
      request_id: expect.any(String) as string,
    });
    await eventually(() => expect(late.closed).toBe(true));
  });

  it('is not held up by connections that say nothing, or never finish what they say', async () => {
    server = await startServer();
    const silent = await Connection.open(server.port);
    const halfHead = await Connection.open(server.port);
    const halfBody = await Connection.open(server.port);
    await halfHead.send('GET /hea');
    await halfBody.send(slowClaim(server.claimOf(ALICE, '1001'))[0]);
    expect(await durationOf(server.closeApp())).toBeLessThan(MAX_CLOSE_MS);
    await sleep(50);
    expect([silent.closed, halfHead.closed, halfBody.closed]).toEqual([true, true, true]);
  });

  it('is not held up by a shop that does not answer; what it was told is told again after the next start', async () => {
    server = await startServer({ shop: true, start: true });
    server.shop.addOrder({ id: 1001, name: '#1001', currency: 'USD', price: '1.00' });
    server.shop.failNext(1, 'hang', 'ReadOrder');
    await server.payConfirmed({ order_id: '1001' });
    await server.order();
    await eventually(() => expect(server.shop.calls.map((call) => call.operation)).toContain('ReadOrder'));
    expect(await durationOf(server.closeApp())).toBeLessThan(MAX_CLOSE_MS);
    expect(server.rows('select subscriber, state from deliveries')).toEqual([
      { subscriber: 'shopify', state: 'pending' },
    ]);
  });

  it('lets go of the database in order', async () => {
    server = await startServer({ start: true });
    await server.order();
    await Promise.all([server.get('/wallet/send_to'), server.get('/wallet/send_to'), server.get('/wallet/send_to')]);
    await server.closeApp();
    if (!isOnPostgres()) expect(server.rows('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(server.rows('select order_id from orders')).toEqual([{ order_id: '1001' }]);
  });
});

describe('announcing the end', () => {
  it('has readiness say so at once, and goes on answering, but keeps no connection', async () => {
    server = await startServer();
    expect((await server.get('/health/ready')).status).toBe(200);
    server.app.announceEnd();
    const { status, json } = await server.get('/health/ready');
    expect(status).toBe(503);
    expect(json).toMatchObject({
      ready: false,
      database: 'ok',
      reasons: [expect.stringContaining('about to shut down')],
    });
    const kept = await Connection.open(server.port);
    await kept.send(GET_HEALTH);
    expect(kept.received).toContain('HTTP/1.1 200');
    expect(kept.received.toLowerCase()).toContain('\r\nconnection: close\r\n');
    await eventually(() => expect(kept.closed).toBe(true));
    await server.order();
    expect(server.rows('select order_id from orders')).toEqual([{ order_id: '1001' }]);
  });
});
