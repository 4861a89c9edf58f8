import { readFileSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { aPlace, keptOrders, type Place, sendOrder } from '#test/faults/server.ts';
import { memoryMb } from '#test/processes/server-process.ts';
import { ADMIN, errorOf, HMAC_SECRET, hmacOf, startServer, type TestServer } from '#test/server.ts';

/** Each takes an open file here and in the server, which inherits how many it may have. */
const MAX_FILES = Number(/Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1_024);
const SILENT_CONNECTIONS = Math.min(10_000, MAX_FILES - 500);
const OPENED_AT_ONCE = 250;

const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 15_000;

/** How late a loaded machine may be. */
const LATE_MS = 12_000;

const sockets = new Set<net.Socket>();

afterAll(() => {
  for (const socket of sockets) socket.destroy();
});

/** A server of the test's own, ended behind it. */
async function serverFor({ onTestFinished }: TestContext): Promise<TestServer> {
  const server = await startServer();
  onTestFinished(() => server.close());
  return server;
}

/** The same as a process of its own. */
async function processFor({ onTestFinished }: TestContext): Promise<{ place: Place; url: string; pid: number }> {
  const place = aPlace();
  onTestFinished(() => place.clear());
  return { place, ...(await place.start()) };
}

interface Line {
  socket: net.Socket;
  /** What came, and how long the connection lasted, once the server ended it. */
  ended: Promise<{ received: string; afterMs: number }>;
}

function connect(port: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    sockets.add(socket);
    let received = '';
    let connectedAt = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    socket.once('error', reject);
    const ended = new Promise<{ received: string; afterMs: number }>((end) => {
      socket.on('close', () => end({ received, afterMs: performance.now() - connectedAt }));
    });
    socket.once('connect', () => {
      connectedAt = performance.now();
      socket.on('error', () => undefined);
      resolve({ socket, ended });
    });
  });
}

/** Writes a piece a second for as long as the connection lasts. */
async function drip(socket: net.Socket, pieces: () => string): Promise<void> {
  while (!socket.destroyed) {
    socket.write(pieces());
    await sleep(1_000, undefined, { ref: false });
  }
}

describe('connections that only take room', () => {
  it(`are ended in time, ${SILENT_CONNECTIONS} silent ones and dawdlers alike, while others are served`, {
    timeout: 120_000,
  }, async (context) => {
    const { place, url, pid } = await processFor(context);
    const port = Number(new URL(url).port);
    const restMb = memoryMb(pid);

    const slowHead = await connect(port);
    const headers =
      'GET /health HTTP/1.1\r\nhost: a\r\nx-slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    let sent = 0;
    void drip(slowHead.socket, () => headers.charAt(sent++));
    const slowBody = await connect(port);
    slowBody.socket.write(
      'POST /order/claim HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n',
    );
    void drip(slowBody.socket, () => '{');

    const silent: Line[] = [];
    while (silent.length < SILENT_CONNECTIONS) {
      silent.push(...(await Promise.all(Array.from({ length: OPENED_AT_ONCE }, () => connect(port)))));
    }
    const askedAt = performance.now();
    expect((await sendOrder(url, 1)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(performance.now() - askedAt).toBeLessThan(5_000);
    expect(memoryMb(pid) - restMb).toBeLessThan(200);

    for (const { received, afterMs } of await Promise.all(silent.map(({ ended }) => ended))) {
      expect(received).toContain('HTTP/1.1 408');
      expect(afterMs).toBeLessThan(HEADERS_WITHIN_MS + LATE_MS);
    }
    const head = await slowHead.ended;
    expect(head.received).toContain('HTTP/1.1 408');
    expect(head.afterMs).toBeGreaterThan(HEADERS_WITHIN_MS - 1_000);
    expect(head.afterMs).toBeLessThan(HEADERS_WITHIN_MS + LATE_MS);
    const body = await slowBody.ended;
    expect(body.received).toContain('HTTP/1.1 408');
    expect(body.afterMs).toBeGreaterThan(REQUEST_WITHIN_MS - 1_000);
    expect(body.afterMs).toBeLessThan(REQUEST_WITHIN_MS + LATE_MS);

    expect((await sendOrder(url, 2)).status).toBe(200);
    expect(keptOrders(place.database)).toEqual(new Set([1, 2]));
  });
});

describe('more connections than there may be', () => {
  it('are closed at once, and those that are open stay', async (context) => {
    const server = await serverFor(context);
    const listening = server.app.server.server;
    expect(listening.maxConnections).toBe(12_000);
    // So many would take half a minute; what counts is what happens to the next one.
    listening.maxConnections = 3;
    const { port } = server;
    const open = await Promise.all(Array.from({ length: 3 }, () => connect(port)));
    const { received, afterMs } = await (await connect(port)).ended;
    expect(received).toBe('');
    expect(afterMs).toBeLessThan(HEADERS_WITHIN_MS / 2);
    const [first] = open as [Line, Line, Line];
    first.socket.write('GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect((await first.ended).received).toContain('HTTP/1.1 200');
    // The server would wait for them.
    for (const { socket } of open) socket.destroy();
  });
});

describe('a body of 10 MB', () => {
  const TEN_MB = 10 * 1024 * 1024;

  it.for([
    ['/shopify/webhook/checkout_create', 2 * 1024 * 1024],
    ['/wallet/incoming_payment', 256 * 1024],
    ['/order/claim', 256 * 1024],
  ] as const)('is refused at %s, whether or not its length is told', async ([path, most], context) => {
    const server = await serverFor(context);
    const body = Buffer.alloc(TEN_MB, '[');
    const headers = { 'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET), 'x-shopify-topic': 'orders/create' };
    const told = await server.post(path, body, { headers });
    expect(errorOf(told)).toMatchObject({
      status: 413,
      code: 'body_too_large',
      error: expect.stringContaining(`${most}`),
    });

    // Without its length the server notices when it has read too much, and ends the connection with its answer.
    const chunk = `100000\r\n${'['.repeat(0x100000)}\r\n`;
    const head = `POST ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n`;
    const hmac = `x-shopify-hmac-sha256: ${headers['x-shopify-hmac-sha256']}\r\n`;
    const untold = await server.raw(`${head}${hmac}transfer-encoding: chunked\r\n\r\n${chunk.repeat(10)}0\r\n\r\n`);
    expect(untold).toContain('HTTP/1.1 413');
    expect((await server.get('/health')).status).toBe(200);
  });

  it('does not stay in memory, however often it comes', { timeout: 60_000 }, async (context) => {
    const { url, pid } = await processFor(context);
    const body = Buffer.alloc(TEN_MB, '[');
    const headers = { 'content-type': 'application/json', 'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET) };
    for (let round = 0; round < 10; round += 1) {
      const refused = Array.from({ length: 4 }, () =>
        fetch(`${url}/shopify/webhook/checkout_create`, { method: 'POST', body, headers })
          .then((answer) => answer.status)
          // The server need not read all of it before it answers.
          .catch(() => 413),
      );
      expect(new Set(await Promise.all(refused))).toEqual(new Set([413]));
    }
    expect((await sendOrder(url, 1)).status).toBe(200);
    expect(memoryMb(pid, 'VmHWM')).toBeLessThan(300);
  });
});

describe('JSON nested 100,000 deep', () => {
  it.for([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)(
    'of %s is refused at every place that reads JSON, signed by the shop as well',
    async ([open, close], context) => {
      const server = await serverFor(context);
      const body = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
      const webhook = await server.webhook(body);
      // A webhook that can't be read is set aside: the shop would only send the same again.
      expect(webhook.status).toBeLessThan(500);
      expect(webhook.json?.success).not.toBe(true);
      const token = await server.logIn(ADMIN, 'super_admin', 'write');
      for (const path of ['/wallet/incoming_payment', '/order/claim', '/api/exchange_rate']) {
        const answer = await server.post(path, body, { token });
        expect([400, 413]).toContain(errorOf(answer).status);
      }
      expect(server.rows('select order_id from orders')).toEqual([]);
      expect((await server.get('/health')).status).toBe(200);
    },
  );
});
