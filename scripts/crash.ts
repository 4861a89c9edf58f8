import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCrashTest } from '#test/crash/run.ts';
import { TestPostgres } from '#test/database/postgres-server.ts';

/**
 * Kills the server again and again under load, and proves that it kept what it had answered. With --postgres its books are in
 * a PostgreSQL that is killed too, and --instances of it share the load.
 */

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    postgres: { type: 'boolean', default: false },
    instances: { type: 'string', default: '1' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-crash-'));
const seed = Number(values.seed);
console.log(`${values.kills} kills with seed ${seed}; the server logs to ${join(folder, 'server.log')}.`);
const instances = Number(values.instances);
if (instances > 1 && !values.postgres) throw new Error('Several instances need --postgres');
const postgres = values.postgres ? await TestPostgres.start({ isDurable: true }) : undefined;
const startedAt = performance.now();
const report = await runCrashTest({
  folder,
  kills: Number(values.kills),
  seed,
  instances,
  postgres,
  progress: (sentence) => process.stdout.write(`\r${sentence}`),
}).finally(() => postgres?.stop('SIGINT'));
const { broken, ...counts } = report;
console.log(`\n${JSON.stringify(counts)} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
for (const sentence of broken) console.log(`BROKEN: ${sentence}`);
if (broken.length > 0) {
  console.log(`Play it again with --seed ${seed}. The database is in ${postgres?.folder ?? folder}.`);
  process.exitCode = 1;
} else {
  console.log('Every answer was kept, once; the books agree; the shop was told once of each paid order.');
  rmSync(folder, { recursive: true, force: true });
  await postgres?.remove();
}
