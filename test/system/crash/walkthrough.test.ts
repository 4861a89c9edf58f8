import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit } from '#engine/reconciliation.ts';
import { isOnPostgres, newDatabase, newFolder } from '#test/database/database.ts';
import { openReader } from '#test/database/open.ts';
import { type PreparedChainStage, prepareChainStage } from '#test/demo/demo-environment.ts';
import { walkthrough } from '#test/demo/walkthrough.ts';
import { type ServerProcess, startServer } from '#test/processes/server-process.ts';

/** Far longer than the walkthrough takes, however slow the machine: what is to be claimed must not expire before. */
const UNCLAIMED_TIMEOUT_MS = 600_000;

/** What the operator sets before the unpaid order is to expire. */
const SHORT_UNCLAIMED_TIMEOUT_MS = 1_000;

const STEPS = [
  'The operator logs in',
  'The shop’s hot wallet is registered',
  'The exchange rate is set',
  'The shop sends an order',
  'The customer claims it',
  'The hot wallet sees a payment',
  'The payment is confirmed on the chain',
  'The shop is notified',
  'A guest orders and never pays',
  'A guest orders, and pays on the chain',
  'The payment is in a block',
  'Three more blocks confirm it',
  'The customer orders again',
  'The unpaid order expires',
  'Everything is sent again',
];

interface Played {
  stage: PreparedChainStage;
  steps: string[];
  differences: unknown[];
}

/** Plays the whole walkthrough, killing the server without warning after the given steps and starting it again. */
async function play(
  killAfter: (step: string) => boolean,
  prepare?: (stage: PreparedChainStage) => void,
): Promise<Played> {
  const folder = newFolder();
  const logFile = join(folder, 'server.log');
  const database = await newDatabase();
  const stage = await prepareChainStage(folder, {
    unclaimedTimeoutMs: UNCLAIMED_TIMEOUT_MS,
    databaseUrl: database.url,
  });
  prepare?.(stage);
  let server: ServerProcess = await startServer(stage.settings, logFile);
  const played: string[] = [];
  try {
    for (const step of walkthrough({ ...stage, serverUrl: () => server.url })) {
      await step.run();
      played.push(step.name);
      const isBeforeTheLost = step.name === 'The customer orders again';
      if (isBeforeTheLost) stage.settings.TPG_UNCLAIMED_ORDER_TIMEOUT = `${SHORT_UNCLAIMED_TIMEOUT_MS}ms`;
      if (killAfter(step.name)) await server.kill();
      else if (isBeforeTheLost) expect(await server.stop()).toBe(0);
      else continue;
      server = await startServer(stage.settings, logFile);
    }
    expect(await server.stop()).toBe(0);
    const reader = await openReader(stage.settings.TPG_DATABASE_URL!);
    const { differences } = await audit(reader).finally(() => reader.close());
    return { stage, steps: played, differences };
  } finally {
    await server.kill();
    await stage.close();
    await database.release();
    rmSync(folder, { recursive: true, force: true });
  }
}

const EFFECTS = [
  ['8997470732594', 'paid'],
  ['8997470732597', 'paid'],
  ['8997470732595', 'paid'],
  ['8997470732596', 'cancelled'],
];

function expectTheUsualEnd({ stage, steps, differences }: Played): void {
  expect(steps).toEqual(STEPS);
  expect(differences).toEqual([]);
  expect(stage.standIn.effects.map(({ orderId, effect }) => [orderId, effect])).toEqual(EFFECTS);
}

/** Each step is in one of them, so that the server runs on for a while after each kill. */
const EVEN = new Set(STEPS.filter((_, index) => index % 2 === 0));
const ODD = new Set(STEPS.filter((_, index) => index % 2 === 1));

/** On PostgreSQL a start takes far longer; there the crash test kills at many more points than these. */
const THREE = new Set([
  'The payment is confirmed on the chain',
  'The payment is in a block',
  'The unpaid order expires',
]);

function loseAnswers({ standIn }: PreparedChainStage): void {
  standIn.failNext(1, 'drop_after_acting', 'CreateManualPayment');
  standIn.failNext(1, 'drop_after_acting', 'CancelOrder');
}

const TIMEOUT = { timeout: 300_000 };

describe('the walkthrough ends the same, with each effect in the shop once,', () => {
  if (isOnPostgres()) {
    it(`when the server is killed after each of: ${[...THREE].join(', ')}`, TIMEOUT, async () => {
      expectTheUsualEnd(await play((step) => THREE.has(step), loseAnswers));
    });
    return;
  }
  it.concurrent(`when the server is killed after each of: ${[...EVEN].join(', ')}`, TIMEOUT, async () => {
    expectTheUsualEnd(await play((step) => EVEN.has(step)));
  });

  const lost = `when the shop acts but its answer is lost, and the server is killed after each of: ${[...ODD].join(', ')}`;
  it.concurrent(lost, TIMEOUT, async () => {
    expectTheUsualEnd(await play((step) => ODD.has(step), loseAnswers));
  });
});
