import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#test/processes/server-process.ts';
import { Client } from '#test/pull-payments/client.ts';
import { handMade } from '#test/pull-payments/hand-made.ts';
import { Connector } from '#test/pull-payments/parent.ts';
import { createRequests } from './journeys.ts';
import { inLanes, load } from './load.ts';
import { type MeasuredServer, startBareRoute, startInstances } from './measured-server.ts';

/**
 * Measures pull payments beside the bare route: packets that are reserved, sent and settled, two durable units of work
 * each, on one connection and on twenty; and the memory of a thousand open connections. The parent on Interledger and the
 * payees are in this process. `npm run bench:pulls`
 */

const SECRET = 'bench-secret';
const TOKEN = 'bench-token';
const PACKET = 1_000n;
const WARM_UP_PACKETS = 200;
const PACKETS = 4_000;
const OPEN_CONNECTIONS = 1_000;
const BARE_REQUESTS = 20_032;
const BARE_CONNECTIONS = 64;

interface Row {
  name: string;
  perSecond: number;
  latenciesMs: number[];
  memoryMb: number;
}

const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-pulls-'));
const started: { stop(): Promise<void> }[] = [];
try {
  const rows = [await measureBareRoute()];
  const { server, connector, url } = await startPayer();
  const payer = { server, connector, url };
  await pullPackets(payer, 1, WARM_UP_PACKETS);
  for (const connections of [1, 20]) rows.push(await pullPackets(payer, connections, PACKETS));
  console.log(`\n${tableOf(rows)}\n`);
  await openConnections(payer);
} finally {
  for (const one of started.reverse()) await one.stop();
  rmSync(folder, { recursive: true, force: true });
}

interface Payer {
  server: MeasuredServer;
  connector: Connector;
  /** Of the listener for payees. */
  url: string;
}

async function measureBareRoute(): Promise<Row> {
  const server = await startBareRoute(SECRET);
  const make = createRequests(SECRET);
  const lanes = inLanes(
    Array.from({ length: BARE_REQUESTS }, () => make.webhook()),
    BARE_CONNECTIONS,
  );
  const { requests, ms, latenciesMs, failures } = await load(server.urls, lanes);
  if (failures > 0) throw new Error(`${failures} requests of the bare route failed`);
  const memoryMb = server.memoryMb();
  await server.stop();
  return { name: 'bare route (HMAC and parse), requests', perSecond: (requests * 1000) / ms, latenciesMs, memoryMb };
}

async function startPayer(): Promise<Payer> {
  const connector = new Connector();
  const parent = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const reply = await connector.fromChild(Buffer.concat(chunks));
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(reply);
  });
  parent.listen(0, '127.0.0.1');
  await once(parent, 'listening');
  started.push({
    stop: async () => {
      parent.closeAllConnections();
      parent.close();
    },
  });
  const port = await freePort();
  const settings = {
    TPG_HOST: '127.0.0.1',
    TPG_DATABASE_URL: `sqlite://${join(folder, 'pulls.db')}`,
    TPG_SHOPIFY_HMAC_SECRET: SECRET,
    TPG_RATE_LIMIT: '0',
    SPSP_PORT: String(port),
    SPSP_AUTH_TOKEN: TOKEN,
    SPSP_JWT_SECRET: `${SECRET}-of-tokens`,
    SPSP_ILP_HTTP_URL: `http://127.0.0.1:${(parent.address() as AddressInfo).port}`,
    SPSP_ILP_HTTP_TOKEN: TOKEN,
    SPSP_ILP_HTTP_INCOMING_TOKEN: TOKEN,
  };
  const server = await startInstances(settings, 1, folder);
  started.push(server);
  return { server, connector, url: `http://127.0.0.1:${port}` };
}

/** Pulls so many packets in all, over connections that each have an agreement of their own. */
async function pullPackets(payer: Payer, connections: number, packets: number): Promise<Row> {
  const each = BigInt(packets / connections) * PACKET;
  payer.connector.maxPacket = PACKET;
  const latenciesMs: number[] = [];
  const clients: Client[] = [];
  for (let index = 0; index < connections; index++) {
    let lastMs = performance.now();
    const meet = async () => {
      const nowMs = performance.now();
      latenciesMs.push(nowMs - lastMs);
      lastMs = nowMs;
    };
    clients.push(await clientOf(payer, each, meet));
  }
  const startedAt = performance.now();
  const got = await Promise.all(clients.map((client) => client.pull(each)));
  const ms = performance.now() - startedAt;
  if (got.some((one) => one !== each)) throw new Error('A client did not get what was agreed');
  const name = `pull payments, packets, ${connections === 1 ? 'one connection' : `${connections} connections`}`;
  return { name, perSecond: (packets * 1000) / ms, latenciesMs, memoryMb: payer.server.memoryMb() };
}

async function clientOf(payer: Payer, amount: bigint, meet?: () => Promise<void>): Promise<Client> {
  const credentials = await query(await create(payer, amount));
  const send = (prepare: Uint8Array) => sendTo(payer, prepare);
  return new Client({ connector: payer.connector, send, credentials, ...(meet === undefined ? {} : { meet }) });
}

async function create({ url }: Payer, amount: bigint): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const terms = { amount: String(amount), interval: 'P1Y', cycles: 1, assetCode: 'XRP', assetScale: 9 };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(terms) });
  const { pointer } = (await answer.json()) as { pointer: string };
  return `${url}/${pointer.split('/')[1]}`;
}

async function query(pointer: string) {
  const answer = await fetch(pointer, { headers: { accept: 'application/spsp4+json' } });
  const { destination_account, shared_secret } = (await answer.json()) as Record<string, string>;
  return {
    destinationAccount: destination_account as string,
    sharedSecret: new Uint8Array(Buffer.from(shared_secret as string, 'base64')),
  };
}

async function sendTo({ url }: Payer, prepare: Uint8Array): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/octet-stream' };
  const answer = await fetch(`${url}/ilp`, { method: 'POST', headers, body: new Uint8Array(prepare) });
  return new Uint8Array(await answer.arrayBuffer());
}

async function openConnections(payer: Payer): Promise<void> {
  const given: Awaited<ReturnType<typeof query>>[] = [];
  const pointers = await Promise.all(Array.from({ length: 20 }, () => create(payer, 1n)));
  for (let index = 0; index < OPEN_CONNECTIONS; index++) {
    given.push(await query(pointers[index % pointers.length] as string));
  }
  const before = payer.server.memoryMb();
  for (const one of given) await sendTo(payer, handMade(one));
  const after = payer.server.memoryMb();
  const kib = ((after - before) * 1024) / OPEN_CONNECTIONS;
  console.log(
    `Memory of ${OPEN_CONNECTIONS} open connections: ${(after - before).toFixed(1)} MB, ${kib.toFixed(1)} KB each.`,
  );
}

function tableOf(rows: readonly Row[]): string {
  const limit = rows[0]?.perSecond ?? Number.NaN;
  const lines = rows.map(({ name, perSecond, latenciesMs, memoryMb }) => {
    const sorted = [...latenciesMs].sort((one, other) => one - other);
    const at = (part: number) => (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(1);
    const cells = [name, perSecond.toFixed(0), (perSecond / limit).toFixed(2), at(0.5), at(0.99), memoryMb.toFixed(0)];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| | per second | of the bare route | p50 ms | p99 ms | memory MB |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
