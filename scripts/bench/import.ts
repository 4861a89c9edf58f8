import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeOldDatabase } from './old-database.ts';

/**
 * Measures `taritools setup import-tps` as it is built, from the start of its process to its end, into SQLite.
 * `npm run bench:import -- [--orders 1000000] [--history]`
 */

/** More would take longer than is worth measuring, and more room than a temporary folder has. */
const MAX_ORDERS = 5_000_000;
/** No machine takes so long for a thousand orders. */
const MAX_MS_PER_1000_ORDERS = 5_000;

const TOOL = fileURLToPath(new URL('../../dist/taritools.js', import.meta.url));

const { values: options } = parseArgs({
  options: { orders: { type: 'string', default: '1000000' }, history: { type: 'boolean', default: false } },
});
const orders = Number(options.orders);
if (!Number.isInteger(orders) || orders < 1 || orders > MAX_ORDERS) {
  throw new Error(`--orders is a whole number of 1 to ${MAX_ORDERS}`);
}

/** The process says at its end what it used. */
const SAYS_USAGE = `process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send({ memoryMb: maxRSS / 1024, userS: userCPUTime / 1e6, systemS: systemCPUTime / 1e6 });
});`;

interface Usage {
  memoryMb: number;
  userS: number;
  systemS: number;
}

async function measuredImport(file: string, databaseFile: string): Promise<Usage & { wallS: number }> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      `--import=data:text/javascript,${encodeURIComponent(SAYS_USAGE)}`,
      TOOL,
      'setup',
      'import-tps',
      file,
      '-d',
      `sqlite://${databaseFile}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], timeout: 60_000 + orders * (MAX_MS_PER_1000_ORDERS / 1000) },
  );
  let usage: Usage | undefined;
  child.on('message', (message) => {
    usage = message as Usage;
  });
  const [code] = await once(child, 'close');
  if (code !== 0 || usage === undefined) throw new Error(`The import ended with ${code}`);
  return { ...usage, wallS: (performance.now() - startedAt) / 1000 };
}

const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-bench-'));
try {
  const file = join(folder, 'tari_store.db');
  makeOldDatabase(file, { orders, withHistory: options.history });
  process.stderr.write(`Made ${orders} orders in ${(statSync(file).size / 1e6).toFixed(0)} MB\n`);
  const { wallS, userS, systemS, memoryMb } = await measuredImport(file, join(folder, 'store.db'));
  process.stdout.write(
    `${orders} orders${options.history ? ' with their history' : ''}: ${wallS.toFixed(1)} s, of them ${userS.toFixed(1)} s + ${systemS.toFixed(1)} s of processor time; at most ${memoryMb.toFixed(0)} MB\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
