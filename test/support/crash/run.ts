import { join } from 'node:path';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { type PreparedStage, prepareStage } from '#test/demo/demo-environment.ts';
import { aPerson } from '#test/demo/walkthrough.ts';
import type { FaultKind } from '#test/fake-shopify/faults.ts';
import { freePort, type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { type SeededRandom, seededRandom } from '#test/seeded-random.ts';
import { findBrokenPromises } from './assertions.ts';
import { HotWalletActor, logIn, PatientClient } from './client.ts';
import { keepBuying, nothingKept } from './customers.ts';

export interface CrashReport {
  kills: number;
  /** How many of the kills were of the database. */
  databaseKills: number;
  orders: number;
  claims: number;
  payments: number;
  requestsTried: number;
  requestsAnswered: number;
  shopEffects: number;
  shopCalls: number;
  /** Sentences; none when every promise was kept. */
  broken: string[];
}

const CUSTOMERS = 12;
const HOT_WALLETS = 4;
/** A server that has started is killed again within this time; a shorter life shows as much as a longer one. */
const MAX_LIFE_MS = 800;
/** After the last kill the load goes on for a moment, then all that waits is told to the shop. */
const REST_MS = 500;
/** A slow machine gets further before it is killed: to kill a server that did nothing yet proves nothing. */
const MIN_ANSWERS = 30;
const MAX_WAIT_MS = 30_000;
const POLL_MS = 10;
const OUTBOX_TIMEOUT_MS = 120_000;
const KILLS_PER_DATABASE_KILL = 4;
/** An instance, or the database, is gone for so long at most. */
const MAX_OUTAGE_MS = 800;

/** A shop of the largest plan: a smaller one lets us mark about nine orders a second as paid, and the load pays more. */
const LARGE_SHOP = { cost: { maximumAvailable: 20_000, restoreRate: 2_000 } };

const FAULTS: readonly FaultKind[] = [
  'http_500',
  'http_429',
  'throttled',
  'not_json',
  'drop_after_acting',
  'drop_after_acting',
];

/** A server of databases that can be killed as well. */
export interface KillableDatabase {
  readonly url: string;
  stop(signal: 'SIGQUIT'): Promise<void>;
  startAgain(): Promise<void>;
}

export interface CrashOptions {
  folder: string;
  kills: number;
  seed: number;
  progress: (sentence: string) => void;
  /** One where it is left out. More than one need `postgres`. */
  instances?: number;
  /** Keeps the books in PostgreSQL, which is killed now and then in place of an instance. */
  postgres?: KillableDatabase | undefined;
}

/**
 * Runs a load against a server whose instances are killed again and again, with a shop that fails, and answers what came
 * of it.
 */
export async function runCrashTest(options: CrashOptions): Promise<CrashReport> {
  const { folder, postgres, instances = 1 } = options;
  const random = seededRandom(options.seed);
  const database = postgres ? { databaseUrl: postgres.url } : {};
  const stage = await prepareStage(folder, { unclaimedTimeoutMs: 3_600_000, shop: LARGE_SHOP, ...database });
  const client = new PatientClient();
  const kept = nothingKept();
  const servers = await startInstances(stage, folder, instances);
  client.urls = servers.map(({ process }) => process.url);
  try {
    const wallets = await setUp(client, stage);
    let isOver = false;
    const load = Promise.all(
      Array.from({ length: CUSTOMERS }, (_, index) => {
        const wallet = wallets[index % wallets.length] as HotWalletActor;
        const surroundings = { client, standIn: stage.standIn, hmacSecret: stage.hmacSecret, random, kept };
        return keepBuying(surroundings, String(7001 + index), wallet, () => isOver);
      }),
    );
    const kill = killAndRestart(options, random, stage, client, servers);
    await Promise.race([load, kill]);
    const databaseKills = await kill;
    await pauseMs(REST_MS);
    isOver = true;
    await load;
    stage.standIn.clearFaults();
    await untilOutboxIsEmpty((servers[0] as Instance).process);
    const codes = await Promise.all(servers.map(({ process }) => process.stop()));
    const broken = await findBrokenPromises(stage.settings.TPG_DATABASE_URL ?? '', kept, stage.standIn);
    for (const code of codes) if (code !== 0) broken.push(`An instance ended with code ${code}`);
    return {
      kills: options.kills,
      databaseKills,
      orders: kept.orders.size,
      claims: kept.claims.size,
      payments: kept.payments.size,
      requestsTried: client.tries,
      requestsAnswered: client.answered,
      shopEffects: stage.standIn.effects.length,
      shopCalls: stage.standIn.calls.length,
      broken,
    };
  } finally {
    await Promise.all(servers.map(({ process }) => process.kill()));
    await stage.standIn.close();
  }
}

/** One process of the server, which can be started again where it was. */
interface Instance {
  process: ServerProcess;
  start(): Promise<void>;
}

function startInstances(stage: PreparedStage, folder: string, count: number): Promise<Instance[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const port = index === 0 ? {} : { TPG_PORT: String(await freePort()) };
      const settings = { ...stage.settings, ...port, TPG_RATE_LIMIT: '0' };
      const logFile = join(folder, index === 0 ? 'server.log' : `server-${index + 1}.log`);
      const instance: Instance = {
        process: await startServer(settings, logFile),
        async start() {
          instance.process = await startServer(settings, logFile);
        },
      };
      return instance;
    }),
  );
}

/** Registers hot wallets and sets the rate, as the operator. */
async function setUp(client: PatientClient, stage: PreparedStage): Promise<HotWalletActor[]> {
  const token = await logIn(client, stage.operator, ['super_admin']);
  const headers = { tpg_access_token: token };
  const change = async (path: string, content: object) => {
    const { status, text } = await client.send(() => ({ path, headers, body: stringifyJson(content) }));
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${text}`);
  };
  await change('/api/exchange_rate', { currency: 'USD', rate: 30_000_000 });
  const wallets = Array.from({ length: HOT_WALLETS }, () => new HotWalletActor(aPerson('dual'), client));
  for (const { person } of wallets) await change('/api/wallets', { address: person.name, ip_address: '127.0.0.1' });
  return wallets;
}

/** Answers how often the database was killed. */
async function killAndRestart(
  { kills, progress, postgres }: CrashOptions,
  random: SeededRandom,
  { standIn }: PreparedStage,
  client: PatientClient,
  servers: readonly Instance[],
): Promise<number> {
  let databaseKills = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const answeredBefore = client.answered;
    if (random.chance(0.7)) standIn.failNext(random.between(1, 4), random.pick(FAULTS));
    if (random.chance(0.1)) standIn.failNext(1, 'hang');
    standIn.down = random.chance(0.1);
    await pauseMs(random.between(20, MAX_LIFE_MS));
    const deadline = Date.now() + MAX_WAIT_MS;
    while (client.answered - answeredBefore < MIN_ANSWERS && Date.now() < deadline) await pauseMs(POLL_MS);
    if (postgres && kill % KILLS_PER_DATABASE_KILL === 2) {
      databaseKills += 1;
      await postgres.stop('SIGQUIT');
      await pauseMs(random.between(0, MAX_OUTAGE_MS));
      await postgres.startAgain();
    } else {
      const server = random.pick(servers);
      await server.process.kill();
      // The others do its work meanwhile.
      if (servers.length > 1) await pauseMs(random.between(0, MAX_OUTAGE_MS));
      await server.start();
    }
    progress(`Kill ${kill} of ${kills}`);
  }
  standIn.down = false;
  return databaseKills;
}

async function untilOutboxIsEmpty({ url }: ServerProcess): Promise<void> {
  const deadline = Date.now() + OUTBOX_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`);
    const { outbox } = parseJson(await answer.text()) as { outbox: { pending: number; dead_letters: number } };
    if (outbox.dead_letters > 0) throw new Error(`${outbox.dead_letters} deliveries to the shop failed permanently`);
    if (outbox.pending === 0) return;
    if (Date.now() > deadline) throw new Error(`${outbox.pending} events still wait to be told to the shop`);
    await pauseMs(200);
  }
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
