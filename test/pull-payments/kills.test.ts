import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeEngine, closeEngines, temporaryDatabase, temporaryFolder, testEngine } from '#test/engine.ts';
import { type BundledProgram, bundleProgram } from '#test/processes/bundled-program.ts';
import { spawn } from '#test/processes/child-process.ts';
import type { PayingOptions } from '#test/pull-payments/paying-process.ts';
import { pullsOver } from '#test/pull-payments/pulls.ts';
import { seededRandom } from '#test/seeded-random.ts';

const AMOUNT = 1000n;
const LIVES = 14;
/** Moments of a life that is not cut short by the end of the money: some hundred. */
const MAX_MOMENTS = 160;

const BY = { actor: 'alice' };

let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram('pull-payments/paying-process');
});
afterAll(() => program.remove());
afterEach(closeEngines);

/** Returns how many moments the process lived through; undefined if it was killed. */
async function live(options: PayingOptions): Promise<number | undefined> {
  const child = spawn(process.execPath, [program.file, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const end = await new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  if (end === 'SIGKILL') return undefined;
  expect([end, stderr]).toEqual([0, '']);
  return Number(stdout);
}

/** What clients got, by connection and packet. */
function ledgerOf(file: string): Map<string, bigint> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const got = new Map<string, bigint>();
  for (const line of lines.filter((text) => text !== '')) {
    const [pull, packet, amount = '0'] = line.split('|');
    const key = `${pull}|${packet}`;
    expect(got.has(key), `${key} was paid twice`).toBe(false);
    got.set(key, BigInt(amount));
  }
  return got;
}

const sumOf = (amounts: Iterable<bigint>) => [...amounts].reduce((sum, amount) => sum + amount, 0n);

describe('a process that is killed between any two packets', () => {
  it('never pays more than agreed, and in the end exactly that', { timeout: 240_000 }, async () => {
    const database = await temporaryDatabase();
    const ledger = join(temporaryFolder(), 'ledger');
    const first = await testEngine({ database });
    const { id: agreementId } = await pullsOver(first).create({ amount: AMOUNT, startAt: new Date(), interval: 'P1Y' });
    await closeEngine(first);
    const random = seededRandom(Date.now() % 1_000_000);
    const life = (number: number, dieAt: number, aheadMs = 0) =>
      live({ url: database.url, agreementId, ledger, life: number, dieAt, aheadMs });

    let kills = 0;
    for (let number = 1; number <= LIVES; number += 1) {
      if ((await life(number, random.between(1, MAX_MOMENTS))) === undefined) kills += 1;
      const test = await testEngine({ database });
      const pulls = pullsOver(test);
      const { rows } = await pulls.service.packets({ agreementId }, {});
      const got = ledgerOf(ledger);
      const inJournal = new Map(rows.map((row) => [row.id, row]));
      const paid = sumOf(rows.filter(({ state }) => state === 'fulfilled').map(({ amount }) => amount));
      const held = sumOf(rows.filter(({ state }) => state !== 'fulfilled').map(({ amount }) => amount));
      expect(inJournal.size).toBe(rows.length);
      expect(paid <= sumOf(got.values()), `life ${number}`).toBe(true);
      expect(sumOf(got.values()) <= paid + held, `life ${number}`).toBe(true);
      expect(paid + held <= AMOUNT, `life ${number}`).toBe(true);
      expect(test.rows('select total from pull_agreements')).toEqual([{ total: String(paid) }]);
      await closeEngine(test);
    }
    expect(kills).toBeGreaterThan(LIVES / 3);

    // No answer can come any more: what clients got is what an operator finds out from them.
    await life(LIVES + 1, 0, 600_000);
    const test = await testEngine({ database });
    const pulls = pullsOver(test);
    const { rows } = await pulls.service.packets({ agreementId }, {});
    expect(rows.filter(({ state }) => state === 'sent')).toEqual([]);
    const got = ledgerOf(ledger);
    const numbers = new Map(test.rows('select id, packet from pull_packets').map((row) => [row.id, row.packet]));
    for (const { id, pullId, state } of rows) {
      if (state !== 'unknown') continue;
      const outcome = got.has(`${pullId}|${numbers.get(id)}`) ? 'fulfilled' : 'rejected';
      await pulls.service.resolve(BY, id, outcome, 'the client says so');
    }
    await closeEngine(test);
    await life(LIVES + 2, 0, 600_000);
    const last = await testEngine({ database });
    expect(sumOf(ledgerOf(ledger).values())).toBe(AMOUNT);
    expect((await pullsOver(last).service.get(agreementId)).balances).toMatchObject({ total: AMOUNT, held: 0n });
  });
});
