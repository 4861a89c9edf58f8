import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from '#engine/reconciliation.ts';
import { openReader } from '#test/database/open.ts';
import { type PreparedChainStage, prepareChainStage } from '#test/demo/demo-environment.ts';
import { walkthrough } from '#test/demo/walkthrough.ts';
import { type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { runSandbox } from '#test/sandbox/prompt.ts';

/**
 * Plays the documented walkthrough against the real server over HTTP, and says in sentences what happens. Exit code 0
 * says that all of it came true.
 */

/** Longer than it takes to find a payment in a block. */
const UNCLAIMED_TIMEOUT_MS = 10_000;

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const startedAt = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-demo-'));
const logFile = join(folder, 'server.log');
let stage: PreparedChainStage | undefined;
let server: ServerProcess | undefined;

try {
  say(
    'This demo starts the payment server with a SQLite file, generated keys, a fake Shopify shop, and a fake base node with a small chain.',
  );
  stage = await prepareChainStage(folder, { unclaimedTimeoutMs: UNCLAIMED_TIMEOUT_MS });
  server = await startServer(stage.settings, logFile);
  say(`The server is listening at ${server.url}. It logs to ${logFile}.`);
  await play(stage, server);
  await checkBooks(stage);
  say(`\nEvery step succeeded, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  if (values.keep) await runSandbox(stage, server, { folder, logFile, say });
} catch (error) {
  process.exitCode = 1;
  say(`\nThe demo FAILED: ${error instanceof Error ? error.message : error}`);
  say(`The log of the server is in ${logFile}.`);
} finally {
  await server?.stop();
  await stage?.close();
  if (process.exitCode !== 1) rmSync(folder, { recursive: true, force: true });
}

async function play(prepared: PreparedChainStage, { url }: ServerProcess): Promise<void> {
  for (const [index, step] of walkthrough({ ...prepared, serverUrl: () => url }).entries()) {
    say(`\n${index + 1}. ${step.name}`);
    say(`   ${await step.run()}`);
  }
}

async function checkBooks({ settings }: PreparedChainStage): Promise<void> {
  say('\nAt the end the balances are reconciled');
  const reader = await openReader(settings.TPG_DATABASE_URL ?? '');
  const report = await audit(reader).finally(() => reader.close());
  if (report.differences.length > 0)
    throw new Error(`the reconciliation found ${report.differences.length} differences`);
  say(
    `   ${report.orders} orders, ${report.payments} payments, ${report.settlements} settlements: every balance recomputed from the journals equals the stored one.`,
  );
}

function say(sentence: string): void {
  console.log(sentence);
}
