import type { Tip } from './nodes/node-answers.ts';
import { NodeError } from './nodes/node-error.ts';
import type { WatchFrom } from './settings.ts';

const DAY_MS = 86_400_000;

/** Blocks come every two minutes. */
const BLOCKS_A_DAY = 720;

/**
 * The first block to scan: as configured, or a day ago.
 * @param heightAt the height at a time, according to a node.
 * @throws {NodeError}
 */
export async function startHeightOf(
  watchFrom: WatchFrom | null,
  tip: Tip,
  now: Date,
  heightAt: (time: Date) => Promise<number>,
): Promise<number> {
  if (watchFrom?.kind === 'height') return watchFrom.height;
  if (watchFrom !== null) return heightAt(watchFrom.time);
  const dayBack = Math.max(0, tip.height - BLOCKS_A_DAY);
  return heightAt(new Date(now.getTime() - DAY_MS)).catch((error: unknown) => {
    if (error instanceof NodeError && error.kind === 'refused') return dayBack;
    throw error;
  });
}
