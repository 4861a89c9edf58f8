import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#platform/clock.ts';
import { createEndpoint } from '#pull-payments/http/endpoint/endpoint.ts';
import type { Endpoint } from '#pull-payments/http/endpoint-type.ts';
import type { UplinkSettings } from '#pull-payments/uplink-settings.ts';
import { eventually } from '#test/eventually.ts';
import { listenForPackets } from '#test/interop/ilp-listener.ts';
import { type LocalNetwork, startNetwork } from '#test/interop/network.ts';
import { type Plugin, published } from '#test/interop/published.ts';
import { Books } from '#test/pull-payments/books.ts';
import { recordingLog } from '#test/recording-log.ts';

/** The endpoint over each uplink, against a published connector and published clients, with books in memory. */

const COME_UP_MS = 30_000;
const random = (length: number) => new Uint8Array(randomBytes(length));

interface Running {
  network: LocalNetwork;
  books: Books;
  endpoint: Endpoint;
  stop(): Promise<void>;
}

async function start(kind: UplinkSettings['kind'], maxPacketAmount?: number): Promise<Running> {
  const network = await startNetwork(maxPacketAmount === undefined ? {} : { maxPacketAmount });
  const books = new Books();
  const { url, outgoingToken, incomingToken } = network.http;
  const settings: UplinkSettings =
    kind === 'http'
      ? { kind, url, outgoingToken, incomingToken, peerName: null, address: null, asset: null }
      : { kind, url: `btp+ws://127.0.0.1:${network.ports.btp}`, username: '', token: null };
  const ports = { clock: systemClock, randomBytes: random, log: recordingLog(), fetch: globalThis.fetch };
  const uplinkLimits = { checkMs: 500 };
  const endpoint = createEndpoint({ service: books.service, settings, ...ports, uplinkLimits });
  const listener = await listenForPackets(network.ports.payer, incomingToken, (prepare) => endpoint.receive(prepare));
  await endpoint.start();
  await eventually(() => expect(books.state?.isUp).toBe(true), COME_UP_MS);
  return {
    network,
    books,
    endpoint,
    async stop() {
      await endpoint.stop();
      await listener.close();
      await network.stop();
    },
  };
}

/** What a published client gets when it pulls: until it has the amount, the stream is closed, or the time is over. */
async function pull({ network, endpoint }: Running, agreementId: string, amount: bigint, timeout = 10_000) {
  return withConnection(network.plugin(), endpoint, agreementId, async (stream) => {
    await stream.receiveTotal(String(amount), { timeout }).catch(() => undefined);
    return BigInt(stream.totalReceived);
  });
}

async function push({ network, endpoint }: Running, agreementId: string | null, amount: bigint, timeout = 10_000) {
  return withConnection(network.plugin(), endpoint, agreementId, async (stream) => {
    await stream.sendTotal(String(amount), { timeout }).catch(() => undefined);
    return BigInt(stream.totalSent);
  });
}

async function withConnection<Result>(
  plugin: Plugin,
  endpoint: Endpoint,
  agreementId: string | null,
  use: (stream: ReturnType<Connection['createStream']>) => Promise<Result>,
): Promise<Result> {
  const given = endpoint.credentials(agreementId, null);
  if (given === undefined) throw new Error('There are no credentials');
  const { destinationAccount, sharedSecret } = given;
  await plugin.connect();
  const connect = published.stream().createConnection;
  const connection = await connect({ plugin, destinationAccount, sharedSecret: Buffer.from(sharedSecret) });
  try {
    return await use(connection.createStream());
  } finally {
    await connection.end().catch(() => undefined);
    await plugin.disconnect();
  }
}

type Connection = Awaited<ReturnType<ReturnType<typeof published.stream>['createConnection']>>;

const agree = ({ books }: Running, amount: bigint) => {
  const id = randomUUID();
  books.agreements.set(id, amount);
  return id;
};

const UPLINKS = ['http', 'btp'] as const;

describe.each(UPLINKS)('published clients over %s', (kind) => {
  let one: Running;
  beforeAll(async () => {
    one = await start(kind);
  });
  afterAll(() => one.stop());

  it('learn an address below that of the connector', () => {
    const { destinationAccount } = one.endpoint.credentials(null, null) ?? {};
    expect(destinationAccount).toMatch(
      kind === 'btp' ? /^private\.moneyd\.local\.[\w-]{43}\./ : /^private\.moneyd\.payer\./,
    );
    expect(one.endpoint.asset).toEqual({ code: 'XRP', scale: 9 });
  });

  it('pull all, a part, and nothing', async () => {
    const id = agree(one, 100_000n);
    expect(await pull(one, id, 60_000n)).toBe(60_000n);
    const startedAt = performance.now();
    expect(await pull(one, id, 250_000n)).toBe(40_000n);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await pull(one, id, 10n)).toBe(0n);
    expect(one.books.sumOf(id)).toEqual({ paid: 100_000n, held: 0n, unknown: 0 });
  });

  it('pull five at once what is agreed', async () => {
    const id = agree(one, 100_000n);
    const got = await Promise.all([1, 2, 3, 4, 5].map(() => pull(one, id, 100_000n)));
    expect(got.reduce((sum, each) => sum + each)).toBe(100_000n);
    expect(one.books.sumOf(id)).toEqual({ paid: 100_000n, held: 0n, unknown: 0 });
  });

  it('push to us, but not to an agreement', async () => {
    const before = one.books.pushes.length;
    expect(await push(one, null, 777n)).toBe(777n);
    expect(one.books.pushes.slice(before).reduce((sum, { amount }) => sum + amount, 0n)).toBe(777n);
    expect(await push(one, agree(one, 100n), 777n, 2_000)).toBe(0n);
  });
});

describe.each(UPLINKS)('a path with small packets, over %s', (kind) => {
  let one: Running;
  beforeAll(async () => {
    one = await start(kind, 1_000);
  });
  afterAll(() => one.stop());

  it('carries all that is agreed to five at once', async () => {
    const id = agree(one, 100_000n);
    const got = await Promise.all([1, 2, 3, 4, 5].map(() => pull(one, id, 100_000n, 30_000)));
    expect(got.reduce((sum, each) => sum + each)).toBe(100_000n);
    expect(one.books.sumOf(id)).toEqual({ paid: 100_000n, held: 0n, unknown: 0 });
    expect([...one.books.packets.values()].every(({ granted }) => granted <= 1_000n)).toBe(true);
  });
});

describe.each(UPLINKS)('a connector that ends and comes back, over %s', (kind) => {
  it('is found again by itself', async () => {
    const one = await start(kind);
    await one.network.stop();
    await eventually(() => expect(one.books.state?.isUp).toBe(false), COME_UP_MS);
    expect(one.endpoint.credentials(null, null)).toBeUndefined();
    const network = await startNetwork({ ports: one.network.ports });
    await eventually(() => expect(one.books.state?.isUp).toBe(true), COME_UP_MS);
    const again = { ...one, network };
    expect(await pull(again, agree(one, 100n), 100n)).toBe(100n);
    await one.stop();
    await network.stop();
  });
});
