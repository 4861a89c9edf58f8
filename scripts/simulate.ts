import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { TestPostgres } from '#test/database/postgres-server.ts';
import type { Tally } from '#test/simulation/coverage.ts';
import { tableOf } from '#test/simulation/coverage-table.ts';
import { missingIn } from '#test/simulation/expected-coverage.ts';
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
/** Into a file a line is written so often; a terminal shows one that changes. */
const LINE_EVERY_S = 60;
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
  // What was played until then is told all the same.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const { tally, findings, cpuMs } = await simulate({
    seed,
    histories,
    workers: Number(values.workers),
    postgresUrl,
    signal: stopping.signal,
    progress: progressSince(startedAt),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`\n\n${tableOf(tally)}\n`);
  console.log(
    `${tally.steps} steps in ${seconds.toFixed(1)} s, ${Math.round(tally.steps / seconds)} a second; ` +
      `${((cpuMs * 1000) / Math.max(tally.steps, 1)).toFixed(0)} µs of a processor for each.`,
  );
  const missing = missingIn(tally);
  if (missing.length > 0) console.log(`Never came up: ${missing.join('; ')}.`);
  for (const finding of findings) tellOf(finding);
  if (findings.length === 0) console.log(AS_ON_PAPER);
}
await ownServer?.remove();

/** Says how far it is, how fast it goes, and how long it takes from here. */
function progressSince(startedAt: number): (tally: Tally) => void {
  let toldAt = startedAt;
  return ({ histories: done, steps }) => {
    const now = performance.now();
    const perSecond = steps / ((now - startedAt) / 1000);
    const leftMinutes = ((histories - done) / done) * ((now - startedAt) / 60_000);
    const share = `${((done / histories) * 100).toFixed(1)} %`;
    const line = `${done} histories, ${steps} steps, ${share}, ${Math.round(perSecond)} a second, ${Math.ceil(leftMinutes)} min left`;
    if (process.stdout.isTTY) {
      process.stdout.write(`\r${line}  `);
      return;
    }
    if (now - toldAt < LINE_EVERY_S * 1000) return;
    toldAt = now;
    console.log(line);
  };
}

function tellOf({ seed, message, trail, stack }: Finding): void {
  process.exitCode = 1;
  console.log(`\nBROKEN: ${message}\n\nThe last steps:`);
  for (const line of trail) console.log(`  ${line.slice(0, 300)}`);
  console.log(
    `\n${stack}\n\nPlay it again: npm run test:simulate -- --histories 1 --seed ${seed} --trace${values.postgres ? ' --postgres' : ''}`,
  );
}
