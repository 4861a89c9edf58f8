import { join } from 'node:path';
import { parseJson, stringifyJson } from '../../src/json.ts';
import type { FaultKind } from '../../test/fakes/shopify/faults.ts';
import { type SeededRandom, seededRandom } from '../random.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { type PreparedStage, prepareStage } from '../stage.ts';
import { aPerson } from '../walkthrough.ts';
import { HotWalletActor, logIn, PatientClient } from './client.ts';
import { keepBuying, nothingKept } from './customers.ts';
import { findBrokenPromises } from './verdict.ts';

export interface CrashReport {
  kills: number;
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
/** After the last kill the load goes on for a moment, then all that waits is told to the shop. */
const REST_MS = 1_000;
const OUTBOX_TIMEOUT_MS = 120_000;

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

/** Runs a load against a server that is killed again and again, with a shop that fails, and answers what came of it. */
export async function runCrashTest(options: {
  folder: string;
  kills: number;
  seed: number;
  progress: (sentence: string) => void;
}): Promise<CrashReport> {
  const random = seededRandom(options.seed);
  const stage = await prepareStage(options.folder, { unclaimedTimeoutMs: 3_600_000, shop: LARGE_SHOP });
  const settings: Record<string, string> = { ...stage.settings, TPG_RATE_LIMIT: '0' };
  const logFile = join(options.folder, 'server.log');
  const client = new PatientClient();
  const kept = nothingKept();
  let server = await startServer(settings, logFile);
  client.url = server.url;
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
    const kill = killAndRestart(
      options,
      random,
      stage,
      () => server,
      async () => {
        server = await startServer(settings, logFile);
      },
    );
    await Promise.race([load, kill]);
    await kill;
    await pauseMs(REST_MS);
    isOver = true;
    await load;
    stage.standIn.clearFaults();
    await untilOutboxIsEmpty(server);
    const code = await server.stop();
    const broken = await findBrokenPromises(settings.TPG_DATABASE_URL ?? '', kept, stage.standIn);
    if (code !== 0) broken.push(`The server ended with code ${code}`);
    return {
      kills: options.kills,
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
    await server.kill();
    await stage.standIn.close();
  }
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

async function killAndRestart(
  { kills, progress }: { kills: number; progress: (sentence: string) => void },
  random: SeededRandom,
  { standIn }: PreparedStage,
  server: () => ServerProcess,
  restart: () => Promise<void>,
): Promise<void> {
  for (let kill = 1; kill <= kills; kill += 1) {
    if (random.chance(0.7)) standIn.failNext(random.between(1, 4), random.pick(FAULTS));
    if (random.chance(0.1)) standIn.failNext(1, 'hang');
    standIn.down = random.chance(0.1);
    await pauseMs(random.between(20, 1_500));
    await server().kill();
    await restart();
    progress(`Kill ${kill} of ${kills}`);
  }
  standIn.down = false;
}

async function untilOutboxIsEmpty({ url }: ServerProcess): Promise<void> {
  const deadline = Date.now() + OUTBOX_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`);
    const { outbox } = parseJson(await answer.text()) as { outbox: { pending: number; dead_letters: number } };
    if (outbox.dead_letters > 0) throw new Error(`${outbox.dead_letters} events could not be told to the shop`);
    if (outbox.pending === 0) return;
    if (Date.now() > deadline) throw new Error(`${outbox.pending} events still wait to be told to the shop`);
    await pauseMs(200);
  }
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
