import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../scripts/server-process.ts';
import { type PreparedStage, prepareStage } from '../../scripts/stage.ts';
import { walkthrough } from '../../scripts/walkthrough.ts';
import { audit } from '../../src/engine/audit.ts';
import { openReader } from '../../src/store/open.ts';

/** Long enough for a killed server to be back before a claimable order expires. */
const UNCLAIMED_TIMEOUT_MS = 6_000;

const STEPS = [
  'The operator logs in',
  'The shop’s hot wallet is registered',
  'The exchange rate is set',
  'The shop sends an order',
  'The customer claims it',
  'The hot wallet sees a payment',
  'The payment is confirmed on the chain',
  'The shop is told',
  'The customer orders again',
  'A guest orders and never pays',
  'Everything is sent again',
];

interface Played {
  stage: PreparedStage;
  steps: string[];
  differences: unknown[];
}

/** Plays the whole walkthrough, killing the server without warning after the given steps and starting it again. */
async function play(killAfter: (step: string) => boolean, prepare?: (stage: PreparedStage) => void): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'tps-kill-'));
  const logFile = join(folder, 'server.log');
  const stage = await prepareStage(folder, { unclaimedTimeoutMs: UNCLAIMED_TIMEOUT_MS });
  prepare?.(stage);
  let server: ServerProcess = await startServer(stage.settings, logFile);
  const played: string[] = [];
  try {
    for (const step of walkthrough({ ...stage, serverUrl: () => server.url })) {
      await step.run();
      played.push(step.name);
      if (!killAfter(step.name)) continue;
      await server.kill();
      server = await startServer(stage.settings, logFile);
    }
    expect(await server.stop()).toBe(0);
    const reader = await openReader(stage.settings.TPG_DATABASE_URL!);
    const { differences } = await audit(reader).finally(() => reader.close());
    return { stage, steps: played, differences };
  } finally {
    await server.kill();
    await stage.standIn.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const EFFECTS = [
  ['8997470732594', 'paid'],
  ['8997470732595', 'paid'],
  ['8997470732596', 'cancelled'],
];

function expectTheUsualEnd({ stage, steps, differences }: Played): void {
  expect(steps).toEqual(STEPS);
  expect(differences).toEqual([]);
  expect(stage.standIn.effects.map(({ orderId, effect }) => [orderId, effect])).toEqual(EFFECTS);
}

describe('the walkthrough ends the same, with each effect in the shop once,', () => {
  it.concurrent.each(STEPS)('when the server is killed after: %s', { timeout: 120_000 }, async (killedAfter) => {
    expectTheUsualEnd(await play((step) => step === killedAfter));
  });

  it.concurrent('when the server is killed after every step', { timeout: 120_000 }, async () => {
    expectTheUsualEnd(await play(() => true));
  });

  it.concurrent('when the shop acts but its answer is lost, and the server is killed after every step', {
    timeout: 120_000,
  }, async () => {
    expectTheUsualEnd(
      await play(
        () => true,
        ({ standIn }) => {
          standIn.failNext(1, 'drop_after_acting', 'CreateManualPayment');
          standIn.failNext(1, 'drop_after_acting', 'CancelOrder');
        },
      ),
    );
  });
});
