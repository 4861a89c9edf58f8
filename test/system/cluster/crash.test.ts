import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCrashTest } from '#test/crash/run.ts';
import { newFolder } from '#test/database/database.ts';
import { TestPostgres } from '#test/database/postgres-server.ts';

/** Of an instance, and of the database. */
const KILLS = 2;

describe('two instances that are killed under load, and their PostgreSQL too', () => {
  it('keep every answer, once, and tell the shop once of each paid order', { timeout: 180_000 }, async () => {
    const folder = newFolder();
    const postgres = await TestPostgres.start({ isDurable: true });
    const seed = Date.now() % 1_000_000;
    try {
      const progress = () => undefined;
      const report = await runCrashTest({ folder, kills: KILLS, seed, instances: 2, postgres, progress });
      const again = `npm run test:crash -- --postgres --instances 2 --kills ${KILLS} --seed ${seed}`;
      expect(report.broken, again).toEqual([]);
      expect(report).toMatchObject({ kills: KILLS, databaseKills: 1 });
      // A load that did nothing would prove nothing.
      expect(Math.min(report.orders, report.claims, report.payments, report.shopEffects)).toBeGreaterThan(3);
    } finally {
      await postgres.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
