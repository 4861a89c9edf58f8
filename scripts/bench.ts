import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { stringifyJson } from '../src/json.ts';
import { systemRandomBytes as random } from '../src/system-random.ts';
import { signToken } from '../src/tari/ristretto-jwt.ts';
import {
  generateSecretKey,
  publicKeyOf,
  signSchnorr,
  verifySchnorr,
  verifySchnorrReference,
} from '../src/tari/schnorr.ts';
import { createRequests, type Journey } from './bench/journeys.ts';
import { inLanes, load, type PreparedRequest } from './bench/load.ts';
import { loadShop } from './bench/loader.ts';
import { postgresToMeasure, startInstances } from './bench/measured-server.ts';
import { type Row, tableOf } from './bench/report.ts';
import { freePort, memoryMb } from './server-process.ts';
import { prepareStage } from './stage.ts';
import { aPerson } from './walkthrough.ts';

/**
 * Measures the server beside its limit, in one run on one machine, with an empty database and with a large one, and
 * prints a table and JSON.
 */

const CONNECTIONS = 64;
const WARM_UPS = 3_008;
const WEBHOOKS = 20_032;
/** Customers who claim and pay, each step in a row of its own. */
const JOURNEYS = 5_120;
/** Customers who do everything after one another. */
const WALKTHROUGHS = 2_560;
const READS = 10_048;
const SECRET = 'bench-secret';

const { values: options } = parseArgs({
  options: {
    large: { type: 'string', default: '1000000' },
    postgres: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const large = Number(options.large);

const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-bench-'));
const rows: Row[] = [];

try {
  const prepared = prepareRequests();
  rows.push(await measureBare(prepared.warmUps, prepared.webhooks));
  await measureServer('empty', prepared, { loaded: 0, instances: 1 });
  const loaded = large.toLocaleString('en');
  const startMs = large > 0 ? await measureServer(loaded, prepared, { loaded: large, instances: 1 }) : undefined;
  if (options.postgres) {
    await measureOnPostgres('PostgreSQL', prepared, 1);
    await measureOnPostgres('PostgreSQL, 2 instances', prepared, 2);
  }
  const signature = signatureCost();
  console.log(`\n${tableOf(rows)}\n`);
  if (startMs !== undefined) console.log(`Start with the large database: ${startMs.toFixed(0)} ms until it is ready.`);
  console.log(
    `One signature check: ${signature.fastMs.toFixed(3)} ms, by plain noble ${signature.referenceMs.toFixed(3)} ms.`,
  );
  if (options.json) writeFileSync(options.json, JSON.stringify({ rows, startMs, signature }, undefined, 2));
} finally {
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
    warmUps: inLanes(
      Array.from({ length: WARM_UPS }, () => make.webhook()),
      CONNECTIONS,
    ),
    webhooks: inLanes([...journeys.flat().map((journey) => journey.webhook), ...others], CONNECTIONS),
  };
}

async function measureBare(warmUps: PreparedRequest[][], webhooks: PreparedRequest[][]): Promise<Row> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      '--import',
      pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
      fileURLToPath(new URL('./bench/bare-server.ts', import.meta.url)),
    ],
    { env: { ...process.env, BENCH_PORT: String(port), BENCH_HMAC_SECRET: SECRET }, stdio: 'inherit' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200 && !(await fetch(url).catch(() => undefined)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const measure = measurer([url], () => memoryMb(child.pid ?? 0), '');
  await measure('warm-up', warmUps);
  const row = await measure('bare route (HMAC and parse)', webhooks);
  await end(child);
  return row;
}

/** Adds the rows of a PostgreSQL that is empty. */
async function measureOnPostgres(database: string, prepared: Prepared, instances: number): Promise<void> {
  const postgres = await postgresToMeasure();
  try {
    await measureServer(database, prepared, { loaded: 0, instances, databaseUrl: postgres.url });
  } finally {
    await postgres.remove();
  }
}

interface Measured {
  /** Orders with all that belongs to them that are there before. */
  loaded: number;
  instances: number;
  /** A SQLite file of its own where it is left out. */
  databaseUrl?: string;
}

/** Adds the rows of one database. Answers how long the server took to start on it. */
async function measureServer(database: string, prepared: Prepared, measured: Measured): Promise<number> {
  const { loaded, instances, databaseUrl } = measured;
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
  for (const { order } of [...prepared.journeys, ...prepared.walkthroughs].flat()) stage.standIn.addOrder(order);

  const settings = {
    ...stage.settings,
    TPG_SHOPIFY_HMAC_SECRET: SECRET,
    TPG_RATE_LIMIT: '0',
    TPG_EXPIRY_SCHEDULE: '* * * * *',
    TPG_EXPIRY_GRACE: '2m',
  };
  const server = await startInstances(settings, instances, place);

  const url = server.urls[0] as string;
  const claims = { address: stage.operator.name, nonce: Date.now(), desired_roles: ['super_admin'] };
  const login = { tpg_auth_token: signToken(claims, stage.operator.secretKey, random) };
  const token = await (await fetch(`${url}/auth`, { method: 'POST', headers: login })).text();
  const headers = { tpg_access_token: token, 'content-type': 'application/json' };
  for (const { name } of prepared.wallets) {
    const body = stringifyJson({ address: name, ip_address: '127.0.0.1' });
    await fetch(`${url}/api/wallets`, { method: 'POST', headers, body });
  }

  const read = (path: string): PreparedRequest => ({ method: 'GET', path, headers: { tpg_access_token: token } });
  const balance = ({ customer }: Journey) => read(`/api/balance/${customer.name}`);
  const order = (journey: Journey) => read(`/api/order/id/${journey.order.id}`);
  const each = (step: (journey: Journey) => PreparedRequest[]) =>
    prepared.journeys.map((lane) => lane.flatMap((journey) => step(journey)));
  const readsPerLane = READS / CONNECTIONS;
  const reads = (step: (journey: Journey) => PreparedRequest) =>
    prepared.journeys.map((lane) =>
      Array.from({ length: readsPerLane }, (_, index) => step(lane[index % lane.length] as Journey)),
    );
  const measure = measurer(server.urls, () => server.memoryMb(), database);

  await measure('warm-up', prepared.warmUps);
  rows.push(await measure('order webhook', prepared.webhooks));
  rows.push(
    await measure(
      'claim',
      each(({ claim }) => [claim]),
    ),
  );
  rows.push(
    await measure(
      'payment',
      each(({ payment }) => [payment]),
    ),
  );
  rows.push(
    await measure(
      'confirmation that pays an order',
      each(({ confirmation }) => [confirmation]),
    ),
  );
  rows.push(await measure('balance', reads(balance)));
  rows.push(await measure('order', reads(order)));
  rows.push(
    await measure(
      'the whole walkthrough',
      prepared.walkthroughs.map((lane) =>
        lane.flatMap((journey) => [
          journey.webhook,
          journey.claim,
          journey.payment,
          journey.confirmation,
          balance(journey),
          order(journey),
        ]),
      ),
    ),
  );
  await checkPaid(url, headers, [...prepared.journeys, ...prepared.walkthroughs]);
  say(`Peak memory: ${server.peakMemoryMb().toFixed(0)} MB`);
  await server.stop();
  await stage.standIn.close();
  return server.startMs;
}

/** What was measured must have happened. */
async function checkPaid(url: string, headers: Record<string, string>, lanes: Journey[][]): Promise<void> {
  for (const { order } of lanes.map((lane) => lane.at(-1) as Journey)) {
    const found = (await (await fetch(`${url}/api/order/id/${order.id}`, { headers })).json()) as { status: string };
    if (found.status !== 'Paid') throw new Error(`Order ${order.id} is ${found.status}, and should be Paid`);
  }
}

function measurer(urls: readonly string[], heldMb: () => number, database: string) {
  return async (name: string, lanes: readonly (readonly PreparedRequest[])[]): Promise<Row> => {
    const result = await load(urls, lanes);
    if (result.failures > 0) throw new Error(`${name}: ${result.failures} of ${result.requests} requests failed`);
    say(`${name}${database && `, ${database}`}: ${result.requestsPerSecond.toFixed(0)}/s, p99 ${result.p99Ms} ms`);
    return { name, database, ...result, memoryMb: Math.round(heldMb()) };
  };
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

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
