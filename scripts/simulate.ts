import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { TestPostgres } from '#test/database/postgres-server.ts';
import { tableOf } from '#test/simulation/coverage-table.ts';
import { STEPS_OF_A_HISTORY } from '#test/simulation/history.ts';
import { type Finding, play } from '#test/simulation/play.ts';
import { simulate } from '#test/simulation/worker-pool.ts';

/**
 * Plays random histories of everything that can happen to the server, in simulated time and with faults at every port,
 * and holds the books after each step against what they should be.
 * With --postgres the books are in a PostgreSQL, that of TPG_TEST_POSTGRES_URL or one that is made for it.
 */

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    workers: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
  },
});
const AS_ON_PAPER = 'After every step the books were as on paper.';
const seed = Number(values.seed);
const histories = Number(values.histories);
console.log(`${histories} histories of about ${STEPS_OF_A_HISTORY} steps, the first with seed ${seed}.`);

const given = process.env.TPG_TEST_POSTGRES_URL;
const ownServer = values.postgres && given === undefined ? await TestPostgres.start() : undefined;
const postgresUrl = values.postgres ? (given ?? ownServer?.url) : undefined;

if (values.trace) {
  const trace = (line: string) => console.log(line);
  const finding = await play({ first: seed, count: histories, stride: 1, postgresUrl, trace });
  if (finding) tellOf(finding);
  else console.log(AS_ON_PAPER);
} else {
  const startedAt = performance.now();
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const { tally, findings, cpuMs } = await simulate({
    seed,
    histories,
    workers: Number(values.workers),
    postgresUrl,
    signal: stopping.signal,
    progress: ({ histories: done, steps }) => process.stdout.write(`\r${done} histories, ${steps} steps`),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`\n\n${tableOf(tally)}\n`);
  console.log(
    `${tally.steps} steps in ${seconds.toFixed(1)} s, ${Math.round(tally.steps / seconds)} a second; ` +
      `${((cpuMs * 1000) / Math.max(tally.steps, 1)).toFixed(0)} µs of a processor for each.`,
  );
  for (const finding of findings) tellOf(finding);
  if (findings.length === 0) console.log(AS_ON_PAPER);
}
await ownServer?.remove();

function tellOf({ seed, message, trail, stack }: Finding): void {
  process.exitCode = 1;
  console.log(`\nBROKEN: ${message}\n\nThe last steps:`);
  for (const line of trail) console.log(`  ${line.slice(0, 300)}`);
  console.log(
    `\n${stack}\n\nPlay it again: npm run test:simulate -- --histories 1 --seed ${seed} --trace${values.postgres ? ' --postgres' : ''}`,
  );
}
