import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon, { type Instance } from 'autocannon';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_IN_FLIGHT } from '#platform/http/load-shedding.ts';
import {
  aPlace,
  differencesIn,
  keptOrders,
  orderRequest,
  type Place,
  sendOrder,
  WEBHOOK,
} from '#test/faults/server.ts';
import { memoryMb } from '#test/processes/server-process.ts';
import { ADMIN, type Answer, errorOf, eventually, orderBody, startServer, type TestServer } from '#test/server.ts';

/** The shop gives up waiting for an answer after this. */
const SHOP_WAITS_MS = 5_000;

/** Always more than libuv looks at in one go, which are 1024. */
const CONNECTIONS = 2_000;

/** So long there is too much to do, and until enough was taken to say something of it. */
const MIN_SECONDS = 5;
const MAX_SECONDS = 60;
const ENOUGH = 2 * MAX_IN_FLIGHT;

/** What takes a moment may take a minute on a machine with much else to do. */
const PATIENT_MS = 60_000;

/** More than are sent in the time, so that each is sent once. */
const MAX_REQUESTS = 30_000;

let place: Place | undefined;
let server: TestServer | undefined;

afterEach(async () => {
  await place?.clear();
  await server?.close();
  place = undefined;
  server = undefined;
});

interface Load {
  seconds: number;
  accepted: Set<number>;
  statuses: Map<number, number>;
  /** Of what was accepted. */
  durationsMs: number[];
  refusedWithoutRetryAfter: number;
}

/** So many shops that send an order each as soon as the one before was answered, however it was. */
async function overload(url: string, connections: number): Promise<Load> {
  const startedAt = performance.now();
  const load: Load = {
    seconds: 0,
    accepted: new Set(),
    statuses: new Map(),
    durationsMs: [],
    refusedWithoutRetryAfter: 0,
  };
  // Made before, so that it is the server that has too much to do, and not the test.
  const requests = Array.from({ length: MAX_REQUESTS }, (_, index) => orderRequest(index + 1));
  let lastId = 0;
  const running = autocannon({
    url,
    connections,
    duration: MAX_SECONDS,
    timeout: MAX_SECONDS,
    setupClient: (client) => {
      let id = 0;
      let mayRetry = false;
      client.setRequests([
        {
          setupRequest: (request) => {
            id = lastId + 1;
            lastId = id % MAX_REQUESTS;
            return { ...request, method: 'POST', path: WEBHOOK, ...requests[id - 1] };
          },
        },
      ]);
      client.on('headers', ({ headers }) => {
        mayRetry = (headers as string[]).some((header) => header.toLowerCase() === 'retry-after');
      });
      client.on('response', (status, _, durationMs) => {
        load.statuses.set(status, (load.statuses.get(status) ?? 0) + 1);
        if (status === 200) {
          load.accepted.add(id);
          load.durationsMs.push(durationMs);
        } else if (!mayRetry) load.refusedWithoutRetryAfter += 1;
        load.seconds = (performance.now() - startedAt) / 1000;
        if (load.seconds >= MIN_SECONDS && load.accepted.size > ENOUGH) (running as unknown as Instance).stop();
      });
    },
  });
  await running;
  return load;
}

/** Whatever is to be written waits until this is called. */
function holdWriter({ app }: TestServer): () => void {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  void app.store.run(() => held);
  return letGo;
}

/** A request whose body never comes takes no place, and is refused all the same where there is none. */
async function isFull(server: TestServer): Promise<void> {
  const head = 'POST /order/claim HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n';
  expect(await server.raw(head, { waitMs: 5_000 })).toContain('HTTP/1.1 503');
}

describe('more changes than are worked on at once', { timeout: 3 * PATIENT_MS }, () => {
  it('are refused at once and before their bodies come, while reads and those in hand are answered', async () => {
    server = await startServer();
    const token = await server.logIn(ADMIN, 'super_admin', 'read_all');
    const letGo = holdWriter(server);
    const answered: Answer[] = [];
    const sent = Array.from({ length: MAX_IN_FLIGHT + 20 }, async (_, index) => {
      const answer = await (server as TestServer).webhook(orderBody({ id: index + 1, name: `#${index + 1}` }));
      answered.push(answer);
      return answer;
    });
    await eventually(() => expect(answered).toHaveLength(20), PATIENT_MS);
    const refused = [...answered];
    await isFull(server);
    expect((await server.get('/api/wallets', { token })).status).toBe(200);
    expect((await server.get('/health')).status).toBe(200);
    expect(answered).toHaveLength(20);
    letGo();

    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(MAX_IN_FLIGHT);
    for (const answer of refused) {
      expect(errorOf(answer)).toMatchObject({ status: 503, code: 'unavailable' });
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    expect(keptOrders(server.database).size).toBe(MAX_IN_FLIGHT);
    expect((await server.webhook(orderBody({ id: 999, name: '#999' }))).json).toMatchObject({ success: true });
    expect(server.logLines.filter((line) => line.includes('Requests were refused'))).toHaveLength(1);
    expect(server.logRecords.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('leave room again when their callers have gone and their works are done', async () => {
    server = await startServer();
    const letGo = holdWriter(server);
    const { url } = server;
    const leaving = new AbortController();
    const left = Array.from({ length: MAX_IN_FLIGHT }, (_, index) =>
      fetch(`${url}${WEBHOOK}`, { method: 'POST', ...orderRequest(index + 1), signal: leaving.signal }).catch(
        () => 'left',
      ),
    );
    const refusal = async () => expect((await sendOrder(url, 999)).status).toBe(503);
    await eventually(() => isFull(server as TestServer), PATIENT_MS);
    await refusal();
    leaving.abort();
    expect(new Set(await Promise.all(left))).toEqual(new Set(['left']));
    await isFull(server);
    await refusal();
    letGo();
    await eventually(async () => expect((await sendOrder(url, 999)).status).toBe(200), PATIENT_MS);
    expect(keptOrders(server.database).size).toBe(MAX_IN_FLIGHT + 1);
  });
});

describe('a server with more to do than it can', () => {
  it('answers what it takes in time, refuses the rest, and is as before after that', {
    timeout: 5 * PATIENT_MS,
  }, async () => {
    place = aPlace();
    const server = await place.start();
    const alive: number[] = [];
    const asking = setInterval(async () => {
      const answer = await fetch(`${server.url}/health/live`).catch(() => undefined);
      alive.push(answer?.status ?? 0);
    }, 500);
    const load = await overload(server.url, CONNECTIONS);
    clearInterval(asking);

    expect(new Set(load.statuses.keys())).toEqual(new Set([200, 503]));
    expect(load.refusedWithoutRetryAfter).toBe(0);
    // It goes on with what it took while it refuses, and does not only refuse.
    expect(load.accepted.size).toBeGreaterThan(MAX_IN_FLIGHT);
    // What is taken waits for what was taken before it, and that is little: a slow machine needs longer by its own pace.
    const perSecond = load.accepted.size / load.seconds;
    const inTimeMs = Math.max(SHOP_WAITS_MS, (1000 * 4 * MAX_IN_FLIGHT) / perSecond);
    // What the callers measured holds the time that they took themselves, on the same processors.
    expect(Math.max(...load.durationsMs)).toBeLessThan(2 * inTimeMs);
    expect(alive.length).toBeGreaterThan(0);
    expect(new Set(alive)).toEqual(new Set([200]));
    expect(memoryMb(server.pid, 'VmHWM')).toBeLessThan(400);

    const kept = keptOrders(place.database);
    expect([...load.accepted].filter((id) => !kept.has(id))).toEqual([]);
    expect(await differencesIn(place.database)).toEqual([]);
    // What it took from callers who have gone is done first.
    await eventually(async () => expect((await sendOrder(server.url, 1_000_000)).status).toBe(200), PATIENT_MS);

    expect(await server.stop()).toBe(0);
    const records = await eventually(() => logOf(place as Place), PATIENT_MS);
    const durations = records
      .filter(({ access }) => access?.status === 200)
      .map(({ access }) => access?.durationMs ?? 0);
    expect(durations.length).toBeGreaterThan(load.accepted.size);
    expect(Math.max(...durations)).toBeLessThan(inTimeMs);
    expect(records.filter(({ msg }) => msg.startsWith('Requests were refused')).length).toBeLessThanOrEqual(3);
    expect(records.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

interface LogRecord {
  level: string;
  msg: string;
  access?: { status: number; durationMs: number };
}

/** The whole log of a server that has ended. */
function logOf(place: Place): LogRecord[] {
  const lines = readFileSync(join(place.folder, 'server.log'), 'utf8').trim().split('\n');
  const records = lines.map((line) => JSON.parse(line) as LogRecord);
  expect(records.at(-1)?.msg).toBe('The server has stopped');
  return records;
}
