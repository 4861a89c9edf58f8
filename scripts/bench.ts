import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringifyJson } from '#platform/json.ts';
import { systemRandomBytes as random } from '#platform/random.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { generateSecretKey, publicKeyOf, signSchnorr, verifySchnorr } from '#tari/schnorr.ts';
import { prepareStage } from '#test/demo/demo-environment.ts';
import { aPerson, type Person } from '#test/demo/walkthrough.ts';
import { verifySchnorrReference } from '#test/tari/schnorr-reference.ts';
import { CURRENCY, createRequests, type Journey, RATE_MICRO_TARI } from './bench/journeys.ts';
import { loadShop } from './bench/large-database.ts';
import { inLanes, type PreparedRequest } from './bench/load.ts';
import { type MeasuredServer, postgresToMeasure, startBareRoute, startInstances } from './bench/measured-server.ts';
import { bareReadings, enterRegulars, prepareRegulars, READINGS, type Reading, readingsOf } from './bench/readings.ts';
import { type Row, tableOf } from './bench/report.ts';
import { type Measurement, measureSideBySide } from './bench/side-by-side.ts';

/**
 * Measures the server beside its limit, in one run on one machine, with an empty database and with a large one, all
 * three side by side, and prints a table and JSON.
 */

const CONNECTIONS = 64;
const WARM_UPS = 3_008;
const WEBHOOKS = 20_032;
/** Customers who claim and pay, each step in a row of its own. */
const JOURNEYS = 5_120;
/** Customers who do everything after one another. */
const WALKTHROUGHS = 2_560;
const SECRET = 'bench-secret';

const WARM_UP = 'warm-up';
const BARE_ROUTE = 'bare route (HMAC and parse)';

/** Requests with nobody else on the server. */
const ALONE = ['order webhook, 1 connection', 'balance, 1 connection'] as const;
const ALONE_REQUESTS = 600;

/** In the order in which things happen to an order. */
const STEPS = [
  WARM_UP,
  'order webhook',
  'claim',
  'payment',
  'confirmation that pays an order',
  ...READINGS,
  ...ALONE,
  'the whole walkthrough',
] as const;

type StepName = (typeof STEPS)[number];

const { values: options } = parseArgs({
  options: {
    large: { type: 'string', default: '1000000' },
    postgres: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const large = Number(options.large);

const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-bench-'));
const started: MeasuredServer[] = [];

try {
  const prepared = prepareRequests();
  const bare = await openBareRoute(prepared);
  const empty = await openShop(prepared, { database: 'empty' });
  await measureReadingsBeside(bare, empty, prepared);
  const full =
    large > 0 ? await openShop(prepared, { database: large.toLocaleString('en'), loaded: large }) : undefined;
  const rows = await measure([bare, empty, ...(full ? [full] : [])]);
  if (options.postgres) {
    rows.push(...(await measureOnPostgres(prepared, { database: 'PostgreSQL', instances: 1 })));
    rows.push(...(await measureOnPostgres(prepared, { database: 'PostgreSQL, 2 instances', instances: 2 })));
  }
  const startMs = full?.server.startMs;
  const signature = signatureCost();
  console.log(`\n${tableOf(rows)}\n`);
  if (startMs !== undefined) console.log(`Start with the large database: ${startMs.toFixed(0)} ms until it is ready.`);
  console.log(
    `One signature check: ${signature.fastMs.toFixed(3)} ms, by plain noble ${signature.referenceMs.toFixed(3)} ms.`,
  );
  if (options.json) writeFileSync(options.json, JSON.stringify({ rows, startMs, signature }, undefined, 2));
} finally {
  // None is left behind where something fails.
  for (const server of started) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

type Prepared = ReturnType<typeof prepareRequests>;

/** Signing takes longer than anything that is measured, so it is all done before. */
function prepareRequests() {
  say(`Signing the requests of ${JOURNEYS + WALKTHROUGHS} customers`);
  const make = createRequests(SECRET);
  const wallets = Array.from({ length: CONNECTIONS }, () => [aPerson('dual'), aPerson('dual')] as const);
  const lanesOf = (count: number): Journey[][] =>
    wallets.map((pair) => Array.from({ length: count / CONNECTIONS }, () => make.journey(...pair)));
  const journeys = lanesOf(JOURNEYS);
  const others = Array.from({ length: WEBHOOKS - JOURNEYS }, () => make.webhook());
  return {
    wallets: wallets.flat(),
    journeys,
    walkthroughs: lanesOf(WALKTHROUGHS),
    regulars: prepareRegulars(make),
    alone: Array.from({ length: ALONE_REQUESTS }, () => make.webhook()),
    warmUps: inLanes(
      Array.from({ length: WARM_UPS }, () => make.webhook()),
      CONNECTIONS,
    ),
    webhooks: inLanes([...journeys.flat().map((journey) => journey.webhook), ...others], CONNECTIONS),
  };
}

/** A server with its part in the measurement. */
interface Measured {
  /** As its rows name it. */
  database: string;
  server: MeasuredServer;
  /** What it is sent in the steps that it takes part in. */
  loads: Partial<Record<StepName, PreparedRequest[][]>>;
  /** Looks whether all that was measured has happened, and ends it. */
  close(): Promise<void>;
}

async function openBareRoute({ warmUps, webhooks }: Prepared): Promise<Measured> {
  const server = await startBareRoute(SECRET);
  started.push(server);
  const loads = { [WARM_UP]: warmUps, 'order webhook': webhooks };
  return { database: '', server, loads, close: () => server.stop() };
}

/** Lets the bare route send what the server answers to each reading. */
async function measureReadingsBeside(bare: Measured, server: Measured, { webhooks }: Prepared): Promise<void> {
  const [bareUrl, url] = [bare.server.urls[0] as string, server.server.urls[0] as string];
  const readings = server.loads as Record<Reading, PreparedRequest[][]>;
  bare.loads = { ...bare.loads, ...(await bareReadings(bareUrl, url, readings, webhooks.flat())) };
}

interface ShopOptions {
  database: string;
  /** Orders with all that belongs to them that are there before. */
  loaded?: number;
  instances?: number;
  /** A SQLite file of its own where it is left out. */
  databaseUrl?: string;
}

async function openShop(prepared: Prepared, options: ShopOptions): Promise<Measured> {
  const { database, loaded = 0, instances = 1, databaseUrl } = options;
  const place = mkdtempSync(join(folder, 'server-'));
  const stage = await prepareStage(place, {
    unclaimedTimeoutMs: 24 * 3_600_000,
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  if (loaded > 0) {
    const onProgress = (done: number) =>
      say(`Loaded ${done.toLocaleString('en')} orders with all that belongs to them`);
    await loadShop(stage.settings.TPG_DATABASE_URL as string, { count: loaded, onProgress });
  }
  const regulars = prepared.regulars.map(({ journeys }) => journeys);
  const journeys = [...prepared.journeys, ...prepared.walkthroughs, ...regulars];
  for (const { order } of journeys.flat()) stage.standIn.addOrder(order);

  const settings = {
    ...stage.settings,
    TPG_SHOPIFY_HMAC_SECRET: SECRET,
    TPG_RATE_LIMIT: '0',
    TPG_EXPIRY_SCHEDULE: '* * * * *',
    TPG_EXPIRY_GRACE: '2m',
  };
  const server = await startInstances(settings, instances, place);
  started.push(server);
  const url = server.urls[0] as string;
  const headers = await logIn(url, stage.operator);
  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: stringifyJson(body),
    });
  await post('/api/exchange_rate', { currency: CURRENCY, rate: RATE_MICRO_TARI });
  for (const { name } of [...prepared.wallets, ...prepared.regulars.flatMap(({ wallets }) => wallets)]) {
    await post('/api/wallets', { address: name, ip_address: '127.0.0.1' });
  }
  await enterRegulars(url, prepared.regulars);
  return {
    database,
    server,
    loads: loadsOf(prepared, headers),
    async close() {
      await checkPaid(url, headers, journeys);
      say(`Peak memory, ${database}: ${server.peakMemoryMb().toFixed(0)} MB`);
      await server.stop();
      await stage.standIn.close();
    },
  };
}

/** Answers the headers by which the server knows a person with all roles. */
async function logIn(url: string, { name, secretKey }: Person): Promise<Record<string, string>> {
  const claims = { address: name, nonce: Date.now(), desired_roles: ['super_admin'] };
  const login = { tpg_auth_token: signToken(claims, secretKey, random) };
  return { tpg_access_token: await (await fetch(`${url}/auth`, { method: 'POST', headers: login })).text() };
}

/** What a server is sent in each step. @param headers those of a person who may read everything. */
function loadsOf(
  { warmUps, webhooks, journeys, walkthroughs, regulars, alone }: Prepared,
  headers: Record<string, string>,
): Record<StepName, PreparedRequest[][]> {
  const read = (path: string): PreparedRequest => ({ method: 'GET', path, headers });
  const balance = ({ customer }: Journey) => read(`/api/balance/${customer.name}`);
  const order = (journey: Journey) => read(`/api/order/id/${journey.order.id}`);
  const readings = readingsOf(regulars, headers);
  const each = (step: (journey: Journey) => PreparedRequest) => journeys.map((lane) => lane.map(step));
  const everything = (journey: Journey) => {
    const { webhook, claim, payment, confirmation } = journey;
    return [webhook, claim, payment, confirmation, balance(journey), order(journey)];
  };
  return {
    [WARM_UP]: warmUps,
    'order webhook': webhooks,
    claim: each(({ claim }) => claim),
    payment: each(({ payment }) => payment),
    'confirmation that pays an order': each(({ confirmation }) => confirmation),
    ...readings,
    'balance, 1 connection': readings.balance.slice(0, 1).map((lane) => lane.slice(0, ALONE_REQUESTS)),
    'order webhook, 1 connection': [alone],
    'the whole walkthrough': walkthroughs.map((lane) => lane.flatMap(everything)),
  };
}

/** Answers the rows of servers that are measured side by side, one server after the other, and ends them. */
async function measure(all: readonly Measured[]): Promise<Row[]> {
  const rows = new Map(all.map((measured): [Measured, Row[]] => [measured, []]));
  for (const step of STEPS) {
    const contenders = all.filter(({ loads }) => loads[step] !== undefined);
    const measurements = await measureSideBySide(
      contenders.map(({ server, loads }) => ({ urls: server.urls, lanes: loads[step] ?? [] })),
    );
    for (const [index, measured] of contenders.entries()) {
      const { database, server } = measured;
      const name = database !== '' ? step : step === 'order webhook' ? BARE_ROUTE : `bare route for ${step}`;
      const row = {
        name,
        database,
        ...(database === '' && { limitOf: step }),
        ...(measurements[index] as Measurement),
        memoryMb: Math.round(server.memoryMb()),
      };
      say(`${step}, ${database || name}: ${row.requestsPerSecond.toFixed(0)}/s, p99 ${row.p99Ms} ms`);
      if (step !== WARM_UP) rows.get(measured)?.push(row);
    }
  }
  for (const measured of all) await measured.close();
  return [...rows.values()].flat();
}

/** The rows of a PostgreSQL that is empty. */
async function measureOnPostgres(prepared: Prepared, options: ShopOptions): Promise<Row[]> {
  const postgres = await postgresToMeasure();
  try {
    return await measure([await openShop(prepared, { ...options, databaseUrl: postgres.url })]);
  } finally {
    await postgres.remove();
  }
}

/** What was measured must have happened. */
async function checkPaid(url: string, headers: Record<string, string>, lanes: Journey[][]): Promise<void> {
  for (const { order } of lanes.map((lane) => lane.at(-1) as Journey)) {
    const found = (await (await fetch(`${url}/api/order/id/${order.id}`, { headers })).json()) as { status: string };
    if (found.status !== 'Paid') throw new Error(`Order ${order.id} is ${found.status}, and should be Paid`);
  }
}

function signatureCost(): { fastMs: number; referenceMs: number } {
  const secretKey = generateSecretKey(random);
  const publicKey = publicKeyOf(secretKey);
  const message = random(100);
  const signature = signSchnorr('MemoSignature', message, secretKey, random(64));
  const msOf = (verify: typeof verifySchnorr) => {
    const once = (count: number) => {
      const startedAt = performance.now();
      for (let index = 0; index < count; index += 1) {
        if (!verify('MemoSignature', message, publicKey, signature)) throw new Error('The signature must be valid');
      }
      return (performance.now() - startedAt) / count;
    };
    once(300);
    return Math.min(...Array.from({ length: 5 }, () => once(500)));
  };
  return { fastMs: msOf(verifySchnorr), referenceMs: msOf(verifySchnorrReference) };
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
