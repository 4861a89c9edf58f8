import { parseArgs } from 'node:util';
import { runFuzzTest } from '#test/fuzz/run.ts';

/** Sends broken requests of all kinds to every route, and proves that none is answered wrongly or changes money. */

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
console.log(`${requests} requests with seed ${seed}.`);
const startedAt = performance.now();
const report = await runFuzzTest({
  requests,
  seed,
  progress: (sentence) => process.stdout.write(`\r${sentence}`),
});
const statuses = [...new Set(Object.values(report.answers).flatMap((counts) => Object.keys(counts)))].sort();
console.log(`\n\n| route | ${statuses.join(' | ')} |\n| --- |${' ---: |'.repeat(statuses.length)}`);
for (const [route, counts] of Object.entries(report.answers).sort()) {
  console.log(`| ${route} | ${statuses.map((status) => counts[Number(status)] ?? '').join(' | ')} |`);
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`\n${report.requests} requests in ${seconds} s, of which ${report.changes} changed orders or money.`);
for (const sentence of report.broken) console.log(`BROKEN: ${sentence}`);
if (report.broken.length > 0) {
  console.log(`Play it again with --requests ${requests} --seed ${seed}.`);
  process.exitCode = 1;
}
