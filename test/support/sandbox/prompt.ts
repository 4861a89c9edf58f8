import { createInterface } from 'node:readline/promises';
import type { PreparedStage } from '#test/demo/demo-environment.ts';
import { type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { Sandbox, SandboxError, toolFolderOf } from './sandbox.ts';

/** The commands of a sandbox, read from standard input one a line. */

const HELP = [
  'order PRICE      the customer orders in the shop, for a price in US dollars: order 15.90',
  'claim [ORDER]    the customer signs for an order; by default the last one, or by its number: claim 1101',
  'pay [ORDER]      the hot wallet sees the price of an order, or an amount: pay 5 XTM',
  'send [ORDER]     a wallet pays to the address on the order’s page: the missing amount, or the given one: send 5 XTM',
  'confirm          the chain confirms the payments',
  'cancel [ORDER]   the shop cancels an order',
  'orders           the orders in the server and in the shop',
  'quit             ends the server',
].join('\n');

type Say = (text: string) => void;

/**
 * In a sandbox orders stay open for as long as in a shop; the walkthrough's expire within seconds. Its wallet reports by
 * itself, so no chain is watched.
 */
const SANDBOX_SETTINGS = {
  TPG_UNCLAIMED_ORDER_TIMEOUT: '2h',
  TPG_EXPIRY_SCHEDULE: '* * * * *',
  TPG_VIEW_KEY: '',
  TPG_TARI_NODES: '',
  TPG_TARI_NODE_GRPC: '',
  TPG_WATCH_FROM: '',
};

/** Starts the server once more with the settings of a sandbox, and lets the person at the terminal play with it. */
export async function runSandbox(
  stage: PreparedStage,
  server: ServerProcess,
  { folder, logFile, say }: { folder: string; logFile: string; say: Say },
): Promise<void> {
  const sandbox = new Sandbox(stage, server.url);
  await server.stop();
  const settings = { ...stage.settings, ...SANDBOX_SETTINGS, TPG_PAYMENT_WALLET_ADDRESS: sandbox.hotWallet.name };
  const kept = await startServer(settings, logFile);
  try {
    await sandbox.open(toolFolderOf(folder));
    say(`\nThe server stays up at ${kept.url}, with the profiles operator, customer and wallet for taritools:`);
    say(`  export TARITOOLS_FOLDER=${toolFolderOf(folder)}`);
    say('  npm run -s taritools -- admin orders search -p operator');
    say(`Customers pay at ${kept.url}/o; each order has its own page.`);
    say(`Its database is ${stage.settings.TPG_DATABASE_URL}. Here you play the shop, its customer and the wallet:\n`);
    await runPrompt(sandbox, say);
  } finally {
    await kept.stop();
  }
}

/**
 * Runs commands until one is `quit`, the end of the input of a terminal, or Ctrl-C. Where the input is no terminal, its end
 * leaves the server up: it may have been started without any.
 */
async function runPrompt(sandbox: Sandbox, say: Say): Promise<void> {
  say(HELP);
  const { stdin, stdout } = process;
  const lines = createInterface({ input: stdin, ...(stdin.isTTY && { output: stdout, prompt: 'sandbox> ' }) });
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    lines.once('SIGINT', () => resolve());
  });
  await Promise.race([interrupted, readCommands()]);
  lines.close();

  async function readCommands(): Promise<void> {
    lines.prompt();
    for await (const line of lines) {
      if (line.trim() === 'quit') return;
      say(await answerTo(sandbox, line));
      lines.prompt();
    }
    if (!stdin.isTTY) await interrupted;
  }
}

/** What a command did, or why not. */
export async function answerTo(sandbox: Sandbox, line: string): Promise<string> {
  const [command = '', ...rest] = line.trim().split(/\s+/);
  const given = rest.length === 0 ? undefined : rest.join(' ');
  const commands: Record<string, () => string | Promise<string>> = {
    '': () => '',
    help: () => HELP,
    order: () => sandbox.order(given ?? ''),
    claim: () => sandbox.claim(given),
    pay: () => sandbox.pay(given),
    send: () => sandbox.send(given),
    confirm: () => sandbox.confirm(),
    cancel: () => sandbox.cancel(given),
    orders: () => sandbox.orders(),
  };
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (run === undefined) return `There is no command ${JSON.stringify(command)}.\n${HELP}`;
  try {
    return await run();
  } catch (error) {
    if (error instanceof SandboxError) return error.message;
    return `That failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
