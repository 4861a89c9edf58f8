import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCrashTest } from '../../scripts/crash/run.ts';

const KILLS = 5;

describe('a server that is killed again and again under load', () => {
  it('keeps every answer, once, and tells the shop once of each paid order', { timeout: 180_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tps-crash-'));
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
