import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  closeEngine,
  closeEngines,
  registerHotWallet,
  tari,
  temporaryDatabase,
  temporaryFolder,
  testEngine,
} from '#test/engine.ts';
import type { PayingOptions } from '#test/payouts/paying-process.ts';
import { type BundledProgram, bundleProgram } from '#test/processes/bundled-program.ts';
import { spawn } from '#test/processes/child-process.ts';
import { seededRandom } from '#test/seeded-random.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const PRICE = 100;
const LIVES = 12;
/** Moments of a life that nobody cuts short: four refunds of some fifteen each. */
const MAX_MOMENTS = 70;
const MINUTE_MS = 60_000;

let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram('payouts/paying-process');
});
afterAll(() => program.remove());
afterEach(closeEngines);

/** Returns whether the process was killed. */
async function live(options: PayingOptions): Promise<boolean> {
  const child = spawn(process.execPath, [program.file, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const end = await new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  if (end === 'SIGKILL') return true;
  expect([end, stderr]).toEqual([0, '']);
  return false;
}

/** What the customer got, by payout. */
function sentIn(file: string): Map<string, bigint> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const sent = new Map<string, bigint>();
  for (const line of lines.filter((text) => text.startsWith('sent|'))) {
    const [, id = '', amount = '0'] = line.split('|');
    expect(sent.has(id), `${id} was paid twice`).toBe(false);
    sent.set(id, BigInt(amount));
  }
  return sent;
}

const sumOf = (amounts: Iterable<bigint>) => [...amounts].reduce((sum, amount) => sum + amount, 0n);

describe('a process that is killed anywhere between request, lease, payment and report', () => {
  it('pays each refund once, and in the end exactly what was paid', { timeout: 240_000 }, async () => {
    const database = await temporaryDatabase();
    const record = join(temporaryFolder(), 'record');
    const first = await testEngine({ database });
    await registerHotWallet(first);
    const [alice] = ACCOUNTS;
    await first.order({ orderId: '1001', price: PRICE.toFixed(2) });
    await first.claim(alice, '1001');
    await first.payConfirmed({ from: alice, amount: tari(PRICE), orderId: '1001' });
    await closeEngine(first);
    const random = seededRandom(Date.now() % 1_000_000);
    const life = (number: number, dieAt: number) =>
      live({
        url: database.url,
        orderId: '1001',
        wallet: HOT_WALLET.address,
        record,
        amount: String(tari(2)),
        refunds: number > LIVES ? 60 : 4,
        life: number,
        dieAt,
        aheadMs: number * 11 * MINUTE_MS,
      });

    let kills = 0;
    for (let number = 1; number <= LIVES; number += 1) {
      if (await life(number, random.between(1, MAX_MOMENTS))) kills += 1;
      const test = await testEngine({ database });
      const { differences, money } = await test.engine.audit();
      expect(differences).toEqual([]);
      expect(sumOf(sentIn(record).values()) <= money.paidOut, `life ${number}`).toBe(true);
      expect(money.paidOut <= tari(PRICE), `life ${number}`).toBe(true);
      await closeEngine(test);
    }
    expect(kills).toBeGreaterThan(LIVES / 3);

    // Twice, so that what the first of the two finds unfinished is paid by the second.
    expect([await life(LIVES + 1, 0), await life(LIVES + 2, 0)]).toEqual([false, false]);
    const last = await testEngine({ database });
    const sent = sentIn(record);
    expect(sumOf(sent.values())).toBe(tari(PRICE));
    expect((await last.orderOf('1001')).refunded).toBe(tari(PRICE));
    const { rows } = await last.engine.payouts.payouts.list({}, {});
    const confirmed = rows.filter(({ state }) => state === 'confirmed');
    expect(new Map(confirmed.map(({ id, amount }) => [id, amount]))).toEqual(sent);
    expect(rows.filter(({ state }) => state !== 'confirmed' && state !== 'failed')).toEqual([]);
  });
});
