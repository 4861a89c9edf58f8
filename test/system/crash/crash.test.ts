import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCrashTest } from '#test/crash/run.ts';
import { newFolder } from '#test/database/database.ts';

const KILLS = 5;

describe('a server that is killed again and again under load', () => {
  it('keeps every answer, once, and tells the shop once of each paid order', { timeout: 300_000 }, async () => {
    const folder = newFolder();
    const seed = Date.now() % 1_000_000;
    try {
      const report = await runCrashTest({ folder, kills: KILLS, seed, progress: () => undefined });
      expect(report.broken, `npm run test:crash -- --kills ${KILLS} --seed ${seed}`).toEqual([]);
      expect(report).toMatchObject({ kills: KILLS });
      // A load that did nothing would prove nothing.
      expect(Math.min(report.orders, report.claims, report.payments, report.shopEffects)).toBeGreaterThan(5);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
